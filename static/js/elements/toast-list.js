// <toast-list>: short notes at the page's end. The server adds some; failed requests add theirs. They leave by themselves.
import { isSignIn } from '../lib/sign-in.js';

const SHOWN_MS = 8000;

class ToastList extends HTMLElement {
  #events;
  #additions = new MutationObserver((records) => this.#expire(records));

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    document.addEventListener('htmx:before:response', (event) => this.#onResponse(event), { signal });
    document.addEventListener('htmx:error', (event) => this.#onError(event), { signal });
    this.#additions.observe(this, { childList: true });
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#additions.disconnect();
  }

  /** `tone`: bad, or work for what is only to be known. */
  add(text, tone = 'bad') {
    const toast = this.querySelector(`template[data-for="${tone}"]`).content.firstElementChild.cloneNode(true);
    toast.querySelector('[data-part="text"]').textContent = text;
    this.append(toast);
  }

  #onResponse(event) {
    const { raw } = event.detail.ctx.response;
    if (isSignIn(raw)) {
      event.preventDefault();
      location.reload();
    } else if (raw.status >= 500) {
      this.add(this.dataset.serverError);
    }
  }

  #onError({ detail }) {
    if (detail.ctx && !detail.ctx.live && !detail.ctx.response) this.add(this.dataset.networkError);
  }

  #expire(records) {
    for (const node of records.flatMap((record) => [...record.addedNodes])) setTimeout(() => node.remove(), SHOWN_MS);
  }
}

customElements.define('toast-list', ToastList);
