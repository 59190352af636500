// <copy-link>: copies the link to the node version, part and message that are shown; says aloud how that went.
import { copyText } from '../lib/clipboard.js';
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
    const isDone = await copyText(link);
    status.textContent = isDone ? status.dataset.done : '';
    if (!isDone) return document.querySelector('toast-list').add(status.dataset.failed);
    this.toggleAttribute('data-done', true);
    setTimeout(() => this.toggleAttribute('data-done', false), DONE_MS);
  }
}

customElements.define('copy-link', CopyLink);
