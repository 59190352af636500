// <filter-count>: how many of the filters in its <details> are set; some boxes of one name are one filter. The server
// writes it first, and again with every page.

class FilterCount extends HTMLElement {
  #events;

  connectedCallback() {
    this.#events = new AbortController();
    this.closest('form').addEventListener('input', () => this.#tell(), { signal: this.#events.signal });
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  #tell() {
    const names = [...this.closest('details').querySelectorAll('[name]')].map(({ name }) => name);
    const asked = new FormData(this.closest('form'));
    const count = [...new Set(names)].filter((name) => asked.get(name)).length;
    this.querySelector('[data-part="count"]').textContent = count;
    this.hidden = count === 0;
  }
}

customElements.define('filter-count', FilterCount);
