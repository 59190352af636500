// <copy-button data-url>: copies the raw text behind the address.

const DONE_MS = 1500;

class CopyButton extends HTMLElement {
  #onClick = () => this.#copy();

  connectedCallback() {
    this.addEventListener('click', this.#onClick);
  }

  disconnectedCallback() {
    this.removeEventListener('click', this.#onClick);
  }

  async #copy() {
    const answer = await fetch(this.dataset.url);
    if (!answer.ok) return;
    await navigator.clipboard.writeText(await answer.text());
    this.toggleAttribute('data-done', true);
    setTimeout(() => this.toggleAttribute('data-done', false), DONE_MS);
  }
}

customElements.define('copy-button', CopyButton);
