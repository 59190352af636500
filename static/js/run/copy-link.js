// <copy-link>: copies the link to the node version, part and message that are shown; says aloud how that went.
import { linkTo } from './address.js';

const DONE_MS = 1500;

class CopyLink extends HTMLElement {
  #onClick = () => this.#copy();

  connectedCallback() {
    this.addEventListener('click', this.#onClick);
  }

  disconnectedCallback() {
    this.removeEventListener('click', this.#onClick);
  }

  async #copy() {
    const page = this.closest('live-run');
    const { node, version } = page.querySelector('#node-panel').dataset;
    const link = linkTo(location, { node, version, tab: page.dataset.tab, hash: location.hash });
    const status = this.querySelector('[role="status"]');
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      status.textContent = status.dataset.failed; // without a secure connection browsers have no clipboard
      this.dataset.link = link;
      return;
    }
    status.textContent = status.dataset.done;
    this.toggleAttribute('data-done', true);
    setTimeout(() => this.toggleAttribute('data-done', false), DONE_MS);
  }
}

customElements.define('copy-link', CopyLink);
