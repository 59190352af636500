// <node-palette>: the steps to add, searchable. A press and a drag bring one to the canvas; a click or Enter puts it after
// the selected node, or into the middle of what is seen.
import { editorOf } from '../editor/context.js';
import { addChosen } from '../editor/adding.js';
import { matches } from '../editor/searching.js';

const DRAG_PX = 5;

class NodePalette extends HTMLElement {
  #editor;
  #events;
  #fits = new ResizeObserver(() => this.#measure());
  #press = null; // {item, event} until it is a drag or a click

  async connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#editor = await editorOf(this);
    if (signal.aborted) return;
    const search = this.#part('search');
    search.addEventListener('input', () => this.#filter(), { signal });
    search.addEventListener('keydown', (event) => this.#onSearchKey(event), { signal });
    this.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    this.addEventListener('pointerdown', (event) => this.#onPress(event), { signal });
    this.addEventListener('pointermove', (event) => this.#onMove(event), { signal });
    this.#fits.observe(this);
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      this.addEventListener(name, () => (this.#press = null), { signal });
    }
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#fits.disconnect();
  }

  focusSearch() {
    this.#part('search').focus();
    this.#part('search').select();
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  get #items() {
    return [...this.querySelectorAll('.palette-item:not([hidden])')];
  }

  #filter() {
    const words = this.#part('search').value;
    for (const item of this.querySelectorAll('.palette-item')) item.hidden = !matches(item.textContent, words);
    for (const group of this.querySelectorAll('[data-part="group"]')) {
      group.hidden = !group.querySelector('.palette-item:not([hidden])');
    }
    this.#part('none').hidden = this.#items.length > 0;
    this.#measure();
  }

  /** A list that fits needs no scrolling, so that a finger drags steps in every direction. */
  #measure() {
    const list = this.#part('list');
    list.classList.toggle('is-scrollable', list.scrollHeight > list.clientHeight);
  }

  #onSearchKey(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter' && this.#items.length) {
      event.preventDefault();
      this.#add(this.#items[0]);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      if (event.target.value) this.#clear();
      else this.#editor.canvas.focusHost();
    }
  }

  #onKey(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const all = [this.#part('search'), ...this.#items];
    const next = all.indexOf(document.activeElement) + by;
    all[Math.max(0, Math.min(all.length - 1, next))].focus();
  }

  #onClick(event) {
    const item = event.target.closest('.palette-item');
    if (item) this.#add(item);
  }

  #add(item) {
    const key = addChosen(this.#editor, stepOf(item));
    if (!key) return;
    this.#clear();
    this.#editor.panes.closeInspector();
  }

  #clear() {
    this.#part('search').value = '';
    this.#filter();
  }

  #onPress(event) {
    const item = event.target.closest('.palette-item');
    if (!item || event.button !== 0) return;
    this.#press = { item, event };
  }

  /** Past a few pixels it is a drag. In a list that scrolls a finger drags across it, or by the icon. */
  #onMove(event) {
    if (!this.#press || event.pointerId !== this.#press.event.pointerId) return;
    const { item, event: start } = this.#press;
    if (Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < DRAG_PX) return;
    this.#press = null;
    item.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => item.removeEventListener('click', swallow, { capture: true }), 400);
    this.#drag(item, event);
  }

  async #drag(item, event) {
    const { canvas, host } = this.#editor;
    const dropped = canvas.startDrop(stepOf(item), event);
    host.dataset.drawer = ''; // on a phone the canvas lies below the drawer
    if (await dropped) this.#clear();
  }
}

function stepOf({ dataset }) {
  return dataset.taskTemplate ? { type: 'task', taskTemplate: dataset.taskTemplate } : { type: dataset.type };
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

customElements.define('node-palette', NodePalette);
