// <live-status>: says whether the page is current. One word of the server's list is shown at a time.

const SHOW_TROUBLE_AFTER_MS = 1500; // a break that is mended at once is nobody's business
const PASSING = ['reconnecting', 'interrupted'];

class LiveStatus extends HTMLElement {
  #timer;
  #onState = ({ detail }) => this.#take(detail.state);

  connectedCallback() {
    document.addEventListener('live:state', this.#onState);
  }

  disconnectedCallback() {
    document.removeEventListener('live:state', this.#onState);
    clearTimeout(this.#timer);
  }

  #take(state) {
    if (this.dataset.state === 'refused') return;
    clearTimeout(this.#timer);
    if (PASSING.includes(state)) this.#timer = setTimeout(() => this.#show(state), SHOW_TROUBLE_AFTER_MS);
    else this.#show(state);
  }

  #show(state) {
    this.dataset.state = state;
    for (const word of this.querySelectorAll('[data-word]')) {
      word.toggleAttribute('data-current', word.dataset.word === state);
    }
  }
}

customElements.define('live-status', LiveStatus);
