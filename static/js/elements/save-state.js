// <save-state>: says in a word whether the draft is on the server. Why not, and what to do, says <draft-trouble>.
import { editorOf } from '../editor/context.js';

const SAID = new Set(['offline', 'conflict', 'error']); // the others come and go with every change

class SaveState extends HTMLElement {
  #editor;
  #events;

  async connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#editor = await editorOf(this);
    if (signal.aborted || this.#editor.store.readOnly) return;
    this.#editor.save.addEventListener('state', ({ detail }) => this.#show(detail), { signal });
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  #show({ state, draft }) {
    const before = this.dataset.state;
    const word = this.#editor.say(`save.${state}`, { name: draft?.saved_by?.name ?? '' });
    this.dataset.state = state;
    this.querySelector('[data-part="word"]').textContent = word;
    const isOver = SAID.has(before) && state === 'saved';
    if ((SAID.has(state) && state !== before) || isOver) this.#editor.announce(word);
  }
}

customElements.define('save-state', SaveState);
