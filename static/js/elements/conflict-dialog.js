// <conflict-dialog>: two drafts. Says who saved the other one and offers to merge, to keep mine as a copy, or theirs.
import { canonical } from '../editor/sameness.js';
import { download } from '../editor/download.js';
import { editorOf } from '../editor/context.js';
import { fill } from '../lib/say.js';
import { merge } from '../graph/merge.js';
import { sendCopy } from '../editor/draft-client.js';
import { titleOf } from '../graph/ports.js';

class ConflictDialog extends HTMLElement {
  #editor;
  #events;
  #theirs;

  async connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#editor = await editorOf(this);
    if (signal.aborted) return;
    this.#editor.save.addEventListener(
      'state',
      ({ detail }) => detail.state === 'conflict' && this.#open(detail.draft),
      {
        signal,
      },
    );
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    this.#dialog.addEventListener('cancel', (event) => event.preventDefault(), { signal }); // a choice is needed
    if (this.#editor.save.state === 'conflict') this.#open(this.#editor.save.detail.draft);
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  get #dialog() {
    return this.querySelector('dialog');
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  #button(act) {
    return this.querySelector(`[data-act="${act}"]`);
  }

  #open(theirs) {
    this.#theirs = theirs;
    this.#part('who').textContent = theirs.saved_by?.name ?? this.dataset.nobody;
    const style = { dateStyle: 'medium', timeStyle: 'medium' };
    const time = new Intl.DateTimeFormat(document.documentElement.lang, style);
    this.#part('when').textContent = theirs.saved_at ? time.format(new Date(theirs.saved_at)) : '';
    this.#part('error').hidden = true;
    this.#judge();
    if (!this.#dialog.open) this.#dialog.showModal();
    (this.#button('merge').disabled ? this.#button('copy') : this.#button('merge')).focus();
  }

  /** Say whether the two can be merged, and if not, where both changed. */
  #judge() {
    const { conflicts } = this.#merged();
    const note = this.#part('merge-note');
    note.dataset.usual ??= note.textContent;
    this.#button('merge').disabled = conflicts.length > 0;
    note.textContent = conflicts.length ? this.#whyNot(conflicts) : note.dataset.usual;
  }

  #merged() {
    const { save, store } = this.#editor;
    if (!save.base) return { conflicts: [''] };
    return merge(canonical(save.base), canonical(store.document()), canonical(this.#theirs.document));
  }

  #whyNot(conflicts) {
    if (!this.#editor.save.base) return this.dataset.noBase;
    const { nodes } = this.#editor.store.graph;
    const theirs = new Map(this.#theirs.document.nodes.map((node) => [node.key, node]));
    const name = (key) => {
      if (key.startsWith('head.')) return this.dataset.head;
      const node = nodes.get(key) ?? theirs.get(key);
      return node ? titleOf(node) : key;
    };
    return fill(this.dataset.notMergeable, { names: [...new Set(conflicts.map(name))].join(', ') });
  }

  #onClick(event) {
    const act = event.target.closest('[data-act]')?.dataset.act;
    if (act === 'merge') this.#merge();
    else if (act === 'copy') this.#copy();
    else if (act === 'theirs') this.#takeTheirs();
  }

  #merge() {
    const { save, store } = this.#editor;
    const { document, conflicts } = this.#merged();
    if (conflicts.length) return this.#judge();
    store.replace(document, { origin: 'server' });
    save.rebase(this.#theirs, { isDirty: true });
    return this.#dialog.close();
  }

  async #copy() {
    const { save, store, address, kept } = this.#editor;
    const answer = await sendCopy(address('copies/'), store.document());
    if (answer.kind !== 'made') {
      this.#part('error').textContent = fill(this.dataset.notCopied, { message: answer.message || answer.kind });
      this.#part('error').hidden = false;
      return;
    }
    save.rebase(this.#theirs, { isDirty: false });
    kept.clear();
    location.assign(answer.address);
  }

  #takeTheirs() {
    const { host, save, store, draft } = this.#editor;
    download(store.document(), `${host.dataset.slug}-mine`); // nothing that was typed is lost
    store.replace(this.#theirs.document, { origin: 'server' });
    store.setProblems(this.#theirs.problems);
    Object.assign(draft, { live: this.#theirs.live, has_changes: this.#theirs.has_changes });
    save.rebase(this.#theirs, { isDirty: false });
    this.#dialog.close();
  }
}

customElements.define('conflict-dialog', ConflictDialog);
