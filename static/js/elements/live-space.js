// <live-space>: the activity of a space, fetched again when the server says that a list may have changed.
import { refetch } from '../lib/fetching.js';
import { LiveSocket } from '../lib/live-socket.js';
import { Refresher } from '../lib/refresher.js';

const KEY = 'activity';

class LiveSpace extends HTMLElement {
  #socket;
  #refresher;
  #hasBeenLive = false;

  connectedCallback() {
    this.#refresher = new Refresher(() => refetch(this.firstElementChild));
    this.#socket = new LiveSocket({
      after: 0,
      url: () => this.#address(),
      onFrame: () => this.#refresher.request(KEY),
      onState: (state) => this.#onState(state),
    });
    this.#socket.open();
  }

  disconnectedCallback() {
    this.#socket.close();
    this.#refresher.stop();
  }

  #address() {
    const url = new URL(this.dataset.socket, document.baseURI);
    url.protocol = url.protocol.replace('http', 'ws');
    url.searchParams.set('space', this.dataset.space);
    return url.href;
  }

  /** Notices carry no numbers: after a break anything may have changed. */
  #onState(state) {
    if (state !== 'live') return;
    if (this.#hasBeenLive) this.#refresher.request(KEY);
    this.#hasBeenLive = true;
  }
}

customElements.define('live-space', LiveSpace);
