// <copy-button data-url>: copies the raw text behind the address; in a code block, without one, the code as it is shown.

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
    const text = await this.#text();
    if (text === null) return;
    await navigator.clipboard.writeText(text);
    this.toggleAttribute('data-done', true);
    setTimeout(() => this.toggleAttribute('data-done', false), DONE_MS);
  }

  async #text() {
    if (!this.dataset.url) return this.closest('.code-block').querySelector('code').textContent;
    const answer = await fetch(this.dataset.url);
    return answer.ok ? answer.text() : null;
  }
}

customElements.define('copy-button', CopyButton);
