// <chat-message>: one message. While it streams its body holds exactly the text so far, as one text node;
// when it has ended the server's sanitised fragment replaces it.
import { showText } from '../lib/morph-rules.js';
import { texts } from '../lib/texts.js';

const shown = new Map(); // message id → element in the page

export class ChatMessage extends HTMLElement {
  static find(id) {
    return shown.get(id);
  }

  /** Take a delta frame. `reporter` gets a "message:gap" event when something before it is missing. */
  static receive(reporter, { m: id, o: offset, x: text }) {
    const message = shown.get(id);
    if (message && !message.#isStreaming) return; // late: its fragment already has everything
    const { added, gap } = texts.receive(id, offset, text);
    if (!message) return;
    if (added) message.#append(added);
    if (gap) message.#reportGap();
  }

  connectedCallback() {
    this.id_ = this.dataset.message;
    shown.set(this.id_, this);
    if (!this.#isStreaming) return texts.forget(this.id_);
    const { text, gap } = texts.adopt(this.id_, this.#body.textContent);
    showText(this.#body, text);
    if (gap) queueMicrotask(() => this.#reportGap());
  }

  disconnectedCallback() {
    if (shown.get(this.id_) === this) shown.delete(this.id_);
  }

  get #body() {
    return this.querySelector('.message__body');
  }

  get #isStreaming() {
    return this.#body?.dataset.status === 'streaming';
  }

  #append(text) {
    const body = this.#body;
    if (body.firstChild) body.firstChild.appendData(text);
    else body.append(text);
  }

  #reportGap() {
    this.dispatchEvent(new CustomEvent('message:gap', { bubbles: true, detail: { id: this.id_ } }));
  }
}

customElements.define('chat-message', ChatMessage);
