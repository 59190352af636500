// <live-counts>: how many nodes wait for the person, in the navigation and in the page's title, and how much of what
// they were told is unread, as it happens.
import { refetch } from '../lib/fetching.js';
import { onNotice } from '../lib/notices.js';
import { Refresher } from '../lib/refresher.js';
import { titled } from '../lib/titled.js';

const KEY = 'counts';

class LiveCounts extends HTMLElement {
  #events;
  #refresher;

  connectedCallback() {
    this.#events = new AbortController();
    this.#refresher = new Refresher(() => this.#load());
    onNotice(() => this.#refresher.request(KEY), this.#events.signal);
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#refresher.stop();
  }

  async #load() {
    const outcome = await refetch(this);
    if (outcome) this.#show();
    return outcome;
  }

  #show() {
    const all = Number(this.dataset.all);
    const counts = new Map([...this.children].map((child) => [child.dataset.space, Number(child.value)]));
    for (const badge of document.querySelectorAll('[data-task-count]')) {
      const count = badge.dataset.taskCount ? (counts.get(badge.dataset.taskCount) ?? 0) : all;
      badge.hidden = count === 0;
      badge.querySelector('[data-part="count"]').textContent = count;
    }
    for (const bell of document.querySelectorAll('notice-bell')) bell.unread = Number(this.dataset.notices);
    document.title = titled(document.title, all);
  }
}

customElements.define('live-counts', LiveCounts);
