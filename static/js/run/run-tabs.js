// <run-tabs>: which part of a run is shown. The links work without it; with it the page stays and the address follows.
import { withTab } from './address.js';

const NARROW = matchMedia('(width < 900px)');

class RunTabs extends HTMLElement {
  #events;

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    this.#page.addEventListener('htmx:after:request', (event) => this.#onChoice(event), { signal });
    NARROW.addEventListener('change', () => this.#widened(), { signal });
    this.#widened();
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  get #page() {
    return this.closest('live-run');
  }

  #onClick(event) {
    const link = event.target.closest('[data-tab]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#show(link.dataset.tab);
  }

  /** Whoever chooses a node wants to read it: what stands in the place of the conversation makes room. */
  #onChoice({ target }) {
    if (!target.closest?.('.node-list__link')) return;
    const { tab } = this.#page.dataset;
    if (tab === 'timeline' || tab === 'canvas') this.#show('chat');
  }

  /** On wide pages outputs and canvas are beside the conversation. */
  #widened() {
    const { tab } = this.#page.dataset;
    if (!NARROW.matches && (tab === 'outputs' || tab === 'canvas')) this.#show('chat');
  }

  #show(tab) {
    this.#page.dataset.tab = tab;
    for (const link of this.querySelectorAll('[data-tab]')) {
      if (link.dataset.tab === tab) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    history.replaceState(history.state, '', withTab(location.href, tab));
    this.dispatchEvent(new CustomEvent('run:tab', { bubbles: true, detail: { tab } }));
  }
}

customElements.define('run-tabs', RunTabs);
