// <reader-dialog>: opens its dialog when htmx has put something to read into it; without it the link is a page.

class ReaderDialog extends HTMLElement {
  #onSwap = () => this.#open();
  #onClick = (event) => event.target.closest('[data-part="close"]') && this.#dialog.close();

  connectedCallback() {
    this.addEventListener('htmx:after:settle', this.#onSwap);
    this.addEventListener('click', this.#onClick);
  }

  disconnectedCallback() {
    this.removeEventListener('htmx:after:settle', this.#onSwap);
    this.removeEventListener('click', this.#onClick);
  }

  get #dialog() {
    return this.querySelector('dialog');
  }

  /** What is swapped while it is open (a tab, a revision) stays where it is, with the focus. */
  #open() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}

customElements.define('reader-dialog', ReaderDialog);
