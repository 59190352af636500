// <live-space>: its one child, fetched again when the server says that a list may have changed.
import { refetch } from '../lib/fetching.js';
import { onNotice } from '../lib/notices.js';
import { Refresher } from '../lib/refresher.js';

const KEY = 'list';

class LiveSpace extends HTMLElement {
  #events;
  #refresher;

  connectedCallback() {
    this.#events = new AbortController();
    this.#refresher = new Refresher(() => refetch(this.firstElementChild));
    onNotice(() => this.#refresher.request(KEY), this.#events.signal);
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#refresher.stop();
  }
}

customElements.define('live-space', LiveSpace);
