// <elapsed-time>: counts on from data-since, or down to data-until.
import { duration } from '../lib/duration.js';

const TICK_MS = 1000;

class ElapsedTime extends HTMLElement {
  static observedAttributes = ['data-since', 'data-until'];
  #timer;

  connectedCallback() {
    this.#start();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#start();
  }

  #start() {
    clearInterval(this.#timer);
    if (!this.dataset.since && !this.dataset.until) return;
    this.#timer = setInterval(() => this.#show(), TICK_MS);
  }

  #show() {
    const { since, until } = this.dataset;
    const seconds = (until ? Date.parse(until) - Date.now() : Date.now() - Date.parse(since)) / 1000;
    this.textContent = duration(seconds, document.documentElement.lang);
  }
}

customElements.define('elapsed-time', ElapsedTime);
