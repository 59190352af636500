// <chat-message>: one message. While it streams its body holds exactly the text so far, and nothing else;
// when it has ended the server's sanitised fragment replaces it. A person's message can be edited: the composer does that.
import { isOld } from '../lib/missed.js';
import { appendText, showText } from '../lib/stream-body.js';
import { texts } from '../lib/texts.js';

const shown = new Map(); // message id → element in the page

export class ChatMessage extends HTMLElement {
  static find(id) {
    return shown.get(id);
  }

  /** Take a delta frame. `reporter` gets a "message:gap" event when something of it is missing. */
  static receive(reporter, { m: id, o: offset, x: text }) {
    const message = shown.get(id);
    if (message && !message.#isStreaming) return; // late: its fragment already has everything
    const { added, gap } = texts.receive(id, offset, text);
    if (!message) return;
    if (added) message.#append(added);
    if (gap) message.#reportGap();
  }

  #onClick = (event) => event.target.closest('[data-act="edit"]') && this.#edit();

  connectedCallback() {
    this.id_ = this.dataset.message;
    this.addEventListener('click', this.#onClick);
    shown.set(this.id_, this);
    if (isOld(this.id_, this.#isStreaming)) queueMicrotask(() => this.#reportGap());
    if (!this.#isStreaming) return texts.forget(this.id_);
    const { text, gap } = texts.adopt(this.id_, this.#body.textContent);
    showText(this.#body, text);
    if (gap) queueMicrotask(() => this.#reportGap());
  }

  disconnectedCallback() {
    this.removeEventListener('click', this.#onClick);
    if (shown.get(this.id_) === this) shown.delete(this.id_);
  }

  get #body() {
    return this.querySelector(':scope > .message__main > .message__body') ?? this.querySelector('.message__body');
  }

  get #isStreaming() {
    return this.#body?.dataset.status === 'streaming';
  }

  #append(text) {
    appendText(this.#body, text);
  }

  async #edit() {
    const answer = await fetch(this.dataset.rawUrl);
    if (!answer.ok) return;
    const files = [...this.querySelectorAll(':scope > .message__main [data-file]')];
    const detail = {
      id: this.id_,
      text: await answer.text(),
      files: files.map(({ dataset }) => ({ id: dataset.file, name: dataset.name })),
    };
    this.dispatchEvent(new CustomEvent('message:edit', { bubbles: true, detail }));
  }

  #reportGap() {
    this.dispatchEvent(new CustomEvent('message:gap', { bubbles: true, detail: { id: this.id_ } }));
  }
}

customElements.define('chat-message', ChatMessage);
