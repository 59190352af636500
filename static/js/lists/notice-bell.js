// <notice-bell>: how much the person has not read, on every page, and the newest few when it is opened.
import { refetch } from '../lib/fetching.js';
import { onNotice } from '../lib/notices.js';
import { Refresher } from '../lib/refresher.js';

const KEY = 'glance';
const MOST_SHOWN = 99;

class NoticeBell extends HTMLElement {
  #events;
  #refresher;

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#refresher = new Refresher(() => refetch(this.querySelector('notice-list')));
    this.#popover.addEventListener('toggle', () => this.#refresh(), { signal });
    onNotice(() => this.#refresh(), signal);
    this.unread = Number(document.querySelector('live-counts')?.dataset.notices ?? 0);
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#refresher.stop();
  }

  /** Show how much is unread. */
  set unread(count) {
    const badge = this.querySelector('[data-part="count"]');
    const shown = count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count);
    badge.hidden = count === 0;
    badge.textContent = shown;
    const said = this.querySelector('[data-part="unread"]');
    if (said.textContent !== shown) said.textContent = shown; // it is read aloud when it changes
  }

  get #popover() {
    return this.querySelector('[popover]');
  }

  #refresh() {
    if (this.#popover.matches(':popover-open')) this.#refresher.request(KEY);
  }
}

customElements.define('notice-bell', NoticeBell);
