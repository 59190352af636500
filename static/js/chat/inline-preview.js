// <inline-preview>: what opens below the card of an artifact in a conversation. Fetched when it is opened first; one that
// did not come is fetched when it is opened again. Its reader stays where they are: the log follows its end no more.
import { fetchInto } from '../lib/fetching.js';

class InlinePreview extends HTMLElement {
  #isLoaded = false;
  #isLoading = false;
  #onToggle = () => this.#toggled();

  connectedCallback() {
    this.#details.addEventListener('toggle', this.#onToggle);
    if (this.#details.open) this.#toggled();
  }

  disconnectedCallback() {
    this.#details.removeEventListener('toggle', this.#onToggle);
  }

  get #details() {
    return this.querySelector('details');
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  async #toggled() {
    const { open } = this.#details;
    this.querySelector('summary').setAttribute('aria-expanded', String(open));
    if (!open) return;
    this.dispatchEvent(new CustomEvent('log:stay', { bubbles: true }));
    if (this.#isLoaded || this.#isLoading) return;
    this.#isLoading = true;
    this.#say({ failed: false });
    const outcome = await fetchInto(this.#part('shown'), new URL(this.dataset.address, document.baseURI), 'innerHTML');
    this.#isLoading = false;
    this.#isLoaded = outcome === true;
    this.#say({ failed: !this.#isLoaded });
  }

  #say({ failed }) {
    this.#part('failed').hidden = !failed;
    this.#part('shown').hidden = failed;
  }
}

customElements.define('inline-preview', InlinePreview);
