// The base of elements that copy something: they show for a moment that it is done, or say why it is not.
import { copyText } from './clipboard.js';

const DONE_MS = 1500;

/** A subclass gives `copyable()`: the text, or a promise of it; null for nothing. */
export class Copying extends HTMLElement {
  #onClick = () => this.#copy();

  connectedCallback() {
    this.addEventListener('click', this.#onClick);
  }

  disconnectedCallback() {
    this.removeEventListener('click', this.#onClick);
  }

  async #copy() {
    const text = await this.copyable();
    if (text === null) return;
    const status = this.querySelector('[role="status"]');
    const toasts = document.querySelector('toast-list');
    const isDone = await copyText(text);
    if (status) status.textContent = isDone ? status.dataset.done : '';
    if (!isDone) return toasts.add(status?.dataset.failed ?? toasts.dataset.uncopied);
    this.toggleAttribute('data-done', true);
    setTimeout(() => this.toggleAttribute('data-done', false), DONE_MS);
  }
}
