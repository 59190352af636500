// <message-composer>: Ctrl or Cmd + Enter sends; what is written survives a reload and a refusal, and goes when it was taken.

class MessageComposer extends HTMLElement {
  #events;

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.addEventListener('input', () => this.#keep(), { signal });
    this.addEventListener('htmx:after:request', (event) => this.#onAnswer(event), { signal });
    if (this.#text && !this.#text.value) this.#text.value = sessionStorage.getItem(this.#key) ?? '';
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  get hasText() {
    return Boolean(this.#text?.value.trim());
  }

  get #text() {
    return this.querySelector('textarea');
  }

  get #key() {
    return `draft ${this.id}`;
  }

  #onKey(event) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    const send = this.querySelector('[data-part="send"]');
    if (send && !send.disabled) this.#text.form.requestSubmit(send);
  }

  #keep() {
    if (this.hasText) sessionStorage.setItem(this.#key, this.#text.value);
    else sessionStorage.removeItem(this.#key);
  }

  #onAnswer({ target, detail }) {
    if (target !== this.#text?.form || !detail.ctx.response?.raw.ok) return;
    this.#text.value = '';
    this.#keep();
  }
}

customElements.define('message-composer', MessageComposer);
