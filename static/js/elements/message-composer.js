// <message-composer>: Ctrl or Cmd + Enter sends; what is written survives a reload and a refusal, and goes when it was
// taken. Files come by its button, dropped on the conversation, or pasted. An earlier message can be edited in it.
import { Attachments } from '../chat/attachments.js';

class MessageComposer extends HTMLElement {
  #events;
  #attachments = new Attachments(this);
  #before = ''; // what was written before an earlier message was edited

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.addEventListener('input', () => this.#keep(), { signal });
    this.addEventListener('change', (event) => this.#onChoice(event), { signal });
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    this.addEventListener('paste', (event) => this.#onPaste(event), { signal });
    this.addEventListener('htmx:after:request', (event) => this.#onAnswer(event), { signal });
    document.addEventListener('message:edit', (event) => this.#edit(event.detail), { signal });
    this.#takeDrops(signal);
    if (this.#text && !this.#text.value) this.#text.value = sessionStorage.getItem(this.#key) ?? '';
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  /** Say whether somebody is writing here, so that the page does not lead them elsewhere. */
  get hasText() {
    return Boolean(this.#text?.value.trim()) || !this.#attachments.isEmpty || this.#isEditing;
  }

  get #text() {
    return this.querySelector('textarea');
  }

  get #key() {
    return `draft ${this.id}`;
  }

  get #isEditing() {
    return this.#band?.hidden === false;
  }

  get #band() {
    return this.querySelector('[data-part="edit"]');
  }

  #onKey(event) {
    if (event.key === 'Escape' && this.#isEditing) return this.#leaveEdit();
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    const send = this.querySelector('[data-part="send"]');
    if (send && !send.disabled) this.#text.form.requestSubmit(send);
  }

  #keep() {
    if (this.#isEditing) return;
    if (this.#text.value.trim()) sessionStorage.setItem(this.#key, this.#text.value);
    else sessionStorage.removeItem(this.#key);
  }

  #onChoice({ target }) {
    if (!target.matches('[data-part="uploads"]')) return;
    const files = [...target.files]; // the field is given all of them again, those chosen before first
    this.#attachments.add(files);
  }

  #onClick({ target }) {
    const act = target.closest('[data-act]');
    if (act?.dataset.act === 'remove') this.#attachments.remove(act);
    if (act?.dataset.act === 'leave-edit') this.#leaveEdit();
  }

  #onPaste(event) {
    const { files } = event.clipboardData;
    if (!files.length || event.clipboardData.types.includes('text/plain')) return; // cells come as text and as a picture
    event.preventDefault();
    this.#attachments.add(files, { pasted: true });
  }

  #takeDrops(signal) {
    const place = this.closest('.node-panel__talk') ?? this;
    const brings = (event) => event.dataTransfer?.types.includes('Files');
    const mark = (on) => place.toggleAttribute('data-dropping', on);
    const over = (event) => {
      if (!brings(event)) return;
      event.preventDefault();
      mark(true);
    };
    place.addEventListener('dragenter', over, { signal });
    place.addEventListener('dragover', over, { signal });
    place.addEventListener('dragleave', (event) => place.contains(event.relatedTarget) || mark(false), { signal });
    place.addEventListener(
      'drop',
      (event) => {
        if (!brings(event)) return;
        event.preventDefault();
        mark(false);
        this.#attachments.add(event.dataTransfer.files);
      },
      { signal },
    );
  }

  #edit({ id, text, files }) {
    if (!this.#isEditing) this.#before = this.#text.value;
    this.#band.hidden = false;
    this.#band.querySelector('[name="instead_of"]').value = id;
    this.#text.value = text;
    this.#attachments.clear();
    this.#attachments.keep(files);
    this.#text.focus();
    this.#text.setSelectionRange(text.length, text.length);
    this.scrollIntoView({ block: 'nearest' });
  }

  #leaveEdit() {
    this.#stopEditing(this.#before);
    this.#text.focus();
  }

  #stopEditing(text) {
    this.#band.hidden = true;
    this.#band.querySelector('[name="instead_of"]').value = '';
    this.#attachments.clear();
    this.#text.value = text;
  }

  #onAnswer({ target, detail }) {
    if (target !== this.#text?.form || !detail.ctx.response?.raw.ok) return;
    const next = this.#isEditing ? this.#before : ''; // what was begun before the edit is still to be sent
    this.#stopEditing(next);
    this.#keep();
  }
}

customElements.define('message-composer', MessageComposer);
