// <quick-add>: a short list of steps, opened by the canvas where one is wanted: at an output, on a connection.
import { addAsked } from '../editor/adding.js';
import { editorOf } from '../editor/context.js';
import { matches } from '../editor/searching.js';

const MARGIN_PX = 8;

class QuickAdd extends HTMLElement {
  #editor;
  #events;
  #wish = null; // detail of the event that opened it
  #back = null; // what had the focus

  async connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#editor = await editorOf(this);
    if (signal.aborted) return;
    this.#editor.host.addEventListener('quick-add', ({ detail }) => this.#open(detail), { signal });
    this.#search.addEventListener('input', () => this.#filter(), { signal });
    this.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    this.addEventListener('toggle', ({ newState }) => newState === 'closed' && (this.#wish = null), { signal });
    document.addEventListener('pointerdown', (event) => this.#onOutside(event), { signal, capture: true });
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  get #search() {
    return this.querySelector('[data-part="search"]');
  }

  get #options() {
    return [...this.querySelectorAll('.quick-add__option:not([hidden])')];
  }

  #open(wish) {
    this.#wish = wish;
    this.#back = document.activeElement;
    this.#search.value = '';
    this.#filter();
    this.showPopover();
    this.#place(wish.anchor);
    this.#search.focus();
  }

  /** Beside the anchor [x, y] in the window, and inside the window. */
  #place([x, y]) {
    const { width, height } = this.getBoundingClientRect();
    const inside = (at, size, room) => Math.max(MARGIN_PX, Math.min(at, room - size - MARGIN_PX));
    this.style.left = `${inside(x + MARGIN_PX, width, innerWidth)}px`;
    this.style.top = `${inside(y - height / 4, height, innerHeight)}px`;
  }

  #filter() {
    for (const option of this.querySelectorAll('.quick-add__option')) {
      option.hidden = !matches(option.textContent, this.#search.value);
    }
    this.querySelector('[data-part="none"]').hidden = this.#options.length > 0;
    this.#choose(this.#options[0]);
  }

  #choose(option) {
    for (const one of this.querySelectorAll('.quick-add__option'))
      one.setAttribute('aria-selected', String(one === option));
    if (option) this.#search.setAttribute('aria-activedescendant', option.id);
    else this.#search.removeAttribute('aria-activedescendant');
    option?.scrollIntoView({ block: 'nearest' });
  }

  get #chosen() {
    return this.querySelector('.quick-add__option[aria-selected="true"]');
  }

  #onKey(event) {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      const all = this.#options;
      this.#choose(all[(all.indexOf(this.#chosen) + by + all.length) % all.length]);
    } else if (event.key === 'Enter') {
      if (this.#chosen) this.#take(this.#chosen);
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      this.#close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #onClick(event) {
    const option = event.target.closest('.quick-add__option');
    if (option) this.#take(option);
  }

  #onOutside(event) {
    if (this.#wish && !this.contains(event.target)) this.hidePopover();
  }

  #take({ dataset }) {
    const wish = this.#wish;
    const template = dataset.taskTemplate;
    this.hidePopover();
    addAsked(this.#editor, template ? { type: 'task', taskTemplate: template } : { type: dataset.type }, wish);
  }

  #close() {
    this.hidePopover();
    if (this.#back?.isConnected) this.#back.focus();
  }
}

customElements.define('quick-add', QuickAdd);
