// <notice-list>: following a notification reads it; after an act on the list all counts of the page are asked for again.
import { announce } from '../lib/notices.js';

class NoticeList extends HTMLElement {
  #onClick = (event) => this.#followed(event.target.closest('.notice__link'));
  #onSwap = ({ detail }) => detail.ctx.live || announce();

  connectedCallback() {
    this.addEventListener('click', this.#onClick);
    this.addEventListener('auxclick', this.#onClick);
    this.addEventListener('htmx:after:swap', this.#onSwap);
  }

  disconnectedCallback() {
    this.removeEventListener('click', this.#onClick);
    this.removeEventListener('auxclick', this.#onClick);
    this.removeEventListener('htmx:after:swap', this.#onSwap);
  }

  /** The page may be gone before the answer comes; the request outlives it. */
  #followed(link) {
    const form = link?.closest('li').querySelector('form');
    if (!form) return;
    fetch(form.action, { method: 'POST', body: new FormData(form), keepalive: true, redirect: 'manual' });
  }
}

customElements.define('notice-list', NoticeList);
