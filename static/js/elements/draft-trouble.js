// <draft-trouble>: stays in sight while the draft cannot be saved, says why and what can be done. Also tells who may only
// read that changes of their own are kept in this browser.
import { download } from '../editor/download.js';
import { DraftStore } from '../editor/draft-store.js';
import { editorOf } from '../editor/context.js';
import { fill } from '../lib/say.js';
import { saysTheSame } from '../editor/sameness.js';
import { sendCopy } from '../editor/draft-client.js';

const REASONS = {
  'signed-out': 'save.signed-out',
  forbidden: 'save.forbidden',
  gone: 'save.gone',
  'too-large': 'save.too-large',
};

class DraftTrouble extends HTMLElement {
  #editor;
  #events;
  #kept = null; // {store, key, entry} of somebody who may not save it any more

  async connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#editor = await editorOf(this);
    if (signal.aborted) return;
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    if (this.#editor.store.readOnly) this.#findKept();
    else this.#editor.save.addEventListener('state', ({ detail }) => this.#onState(detail), { signal });
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  #onState({ state, kind, problems, message }) {
    if (state === 'saving' || state === 'changed') return; // it stays until it is known to be over
    this.hidden = state !== 'error';
    if (this.hidden) return;
    const { say, store } = this.#editor;
    if (problems?.length) store.setProblems(problems);
    const said = message || problems?.[0]?.message || '';
    const reason = REASONS[kind] ? say(REASONS[kind]) : say('save.refused', { message: said });
    if (this.#part('reason').textContent !== reason) this.#part('reason').textContent = reason;
  }

  /** What this browser kept of a template that the person may only read now. */
  #findKept() {
    const { host, draft } = this.#editor;
    const { user, space, slug, version } = host.dataset;
    if (version) return;
    const store = new DraftStore({ storage: localStorage, user, space, slug, page: '' });
    const [found] = store.left().filter(({ entry }) => !saysTheSame(entry.document, draft.document));
    if (!found) return;
    this.#kept = { store, ...found };
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
    this.#part('reason').textContent = fill(this.dataset.kept, { time: time.format(found.entry.at) });
    this.querySelector('[data-act="retry"]').hidden = true;
    this.querySelector('[data-act="forget"]').hidden = false;
    this.hidden = false;
  }

  #onClick(event) {
    const act = event.target.closest('[data-act]')?.dataset.act;
    const { host, save, store } = this.#editor;
    const mine = this.#kept?.entry.document ?? store.document();
    if (act === 'retry') save.retry();
    else if (act === 'download') download(mine, `${host.dataset.slug}-mine`);
    else if (act === 'copy') this.#copy(mine);
    else if (act === 'forget') this.#forget();
  }

  async #copy(mine) {
    const { address, save, kept, draft, toast, say } = this.#editor;
    const answer = await sendCopy(address('copies/'), mine);
    if (answer.kind !== 'made') return toast(answer.message || say(REASONS[answer.kind] ?? 'fragment.failed'), 'bad');
    this.#kept?.store.drop(this.#kept.key);
    save?.rebase({ revision: save.revision, document: draft.document }, { isDirty: false });
    kept?.clear();
    return location.assign(answer.address);
  }

  #forget() {
    this.#kept.store.drop(this.#kept.key);
    this.hidden = true;
  }
}

customElements.define('draft-trouble', DraftTrouble);
