// <reader-dialog>: opens its dialog when htmx has put something to read into it; without it the link is a page.

class ReaderDialog extends HTMLElement {
  #onSwap = () => this.querySelector('dialog').showModal();
  #onClick = (event) => event.target.closest('[data-part="close"]') && this.querySelector('dialog').close();

  connectedCallback() {
    this.addEventListener('htmx:after:settle', this.#onSwap);
    this.addEventListener('click', this.#onClick);
  }

  disconnectedCallback() {
    this.removeEventListener('htmx:after:settle', this.#onSwap);
    this.removeEventListener('click', this.#onClick);
  }
}

customElements.define('reader-dialog', ReaderDialog);
