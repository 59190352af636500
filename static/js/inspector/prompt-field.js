// <prompt-field>: two braces in the prompt offer the node's inputs, and to create one. Names that are no input are
// listed below the field. The inspector's form tells it when it is filled (`refresh`).
import { inputsOf } from '../graph/ports.js';
import { isName } from '../graph/naming.js';
import { completed, matches, openPlace, unknownNames } from './placeholders.js';
import { caretBox, placeBelow } from './placing.js';

const FIRST_NAME = 'request'; // offered where there is nothing to offer yet

class PromptField extends HTMLElement {
  #events;
  #form;
  #offers = [];
  #at = 0;

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.addEventListener('input', () => this.#offer(), { signal });
    this.addEventListener('keydown', (event) => this.#key(event), { signal });
    this.addEventListener('focusout', (event) => this.contains(event.relatedTarget) || this.#close(), { signal });
    this.addEventListener('pointerdown', (event) => this.#pressed(event), { signal });
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  /** Take over the form that it stands in, and list the names that are no inputs. */
  refresh(form) {
    this.#form = form;
    const names = unknownNames(
      this.#area.value,
      this.#inputs.map((input) => input.name),
    );
    const list = this.closest('.field').querySelector('[data-part="unknown"]');
    const shown = [...list.children].map((line) => line.dataset.name);
    if (names.join(' ') === shown.join(' ')) return;
    list.replaceChildren(...names.map((name) => this.#unknownLine(name)));
  }

  get #area() {
    return this.querySelector('textarea');
  }

  get #list() {
    return this.querySelector('[data-part="offers"]');
  }

  get #inspector() {
    return this.closest('node-inspector');
  }

  get #inputs() {
    return this.#form?.node ? inputsOf(this.#form.node, this.#form.store.catalogue) : [];
  }

  get #sources() {
    return [...this.#inspector.querySelectorAll('binding-picker [role="option"]')].map(({ dataset }) => dataset);
  }

  get #isOpen() {
    return this.#list.matches(':popover-open');
  }

  #unknownLine(name) {
    const line = copyOf(this.#inspector, 'unknown-name');
    const button = line.querySelector('button');
    line.dataset.name = name;
    button.dataset.name = name;
    button.dataset.from = this.#sources.find((source) => source.name === name)?.source ?? '';
    line.querySelector('[data-part="text"]').textContent = this.#inspector.say('unknown', { name });
    if (this.#area.disabled) button.remove();
    return line;
  }

  #offer() {
    const { value, selectionStart } = this.#area;
    const place = this.#area.readOnly ? null : openPlace(value, selectionStart);
    this.#offers = place && this.#form ? this.#found(place.query) : [];
    if (!this.#offers.length) return this.#close();
    this.#at = 0;
    const lines = this.#offers.map((offer, index) => this.#line(offer, index));
    this.#list.replaceChildren(...lines);
    if (!this.#isOpen) this.#list.showPopover();
    this.#form.announce(this.#say('offers', { count: lines.length }));
    this.#mark();
    placeBelow(this.#list, caretBox(this.#area, place.start));
    return undefined;
  }

  #found(query) {
    const inputs = this.#inputs;
    const bound = new Set(inputs.map((input) => input.from));
    const known = inputs.map((input) => ({ ...input, text: this.#origin(input) }));
    const outputs = this.#sources
      .filter(({ source }) => !bound.has(source))
      .map(({ name, type, node, source }) => ({
        name,
        type,
        from: source,
        isNew: true,
        text: this.#say('from', { node }),
      }));
    const found = [...known, ...outputs].filter(({ name, text }) => matches(query, name, text));
    const wanted = query || (found.length ? '' : FIRST_NAME);
    if (isName(wanted) && !inputs.some(({ name }) => name === wanted)) {
      found.push({ name: wanted, type: 'text', isNew: true, text: this.#say('ask') });
    }
    return found;
  }

  #origin(input) {
    if (input.from) return this.#say('from', { node: input.from });
    return this.#say(input.ask ? 'asked' : 'fixed');
  }

  #say(id, words) {
    return this.#inspector.say(id, words);
  }

  #line({ name, type, text }, index) {
    const line = copyOf(this.#inspector, 'offer');
    line.id = `${this.#list.id}-${index}`;
    line.dataset.index = index;
    line.querySelector('[data-part="name"]').textContent = name;
    line.querySelector('[data-part="type"]').textContent = type;
    line.querySelector('[data-part="text"]').textContent = text;
    return line;
  }

  #key(event) {
    if (!this.#isOpen || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.#at = (this.#at + step + this.#offers.length) % this.#offers.length;
      this.#mark();
    } else if (event.key === 'Enter' || event.key === 'Tab') this.#take(this.#at);
    else if (event.key === 'Escape') this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #pressed(event) {
    const line = event.target.closest('[role="option"]');
    if (!line) return;
    event.preventDefault(); // the text keeps the focus
    this.#take(Number(line.dataset.index));
  }

  #mark() {
    for (const [index, line] of [...this.#list.children].entries()) {
      line.setAttribute('aria-selected', String(index === this.#at));
      if (index !== this.#at) continue;
      this.#area.setAttribute('aria-activedescendant', line.id);
      line.scrollIntoView({ block: 'nearest' });
    }
  }

  #take(index) {
    const offer = this.#offers[index];
    this.#close();
    const made = offer.isNew ? this.#form.createInput(offer) : offer;
    if (!made) return;
    const { text, caret } = completed(this.#area.value, this.#area.selectionStart, made.name);
    this.#area.value = text;
    this.#area.setSelectionRange(caret, caret);
    this.#area.dispatchEvent(new Event('input', { bubbles: true }));
  }

  #close() {
    if (this.#isOpen) this.#list.hidePopover();
    this.#area.removeAttribute('aria-activedescendant');
  }
}

function copyOf(inspector, name) {
  return inspector.querySelector(`template[data-part="${name}"]`).content.firstElementChild.cloneNode(true);
}

customElements.define('prompt-field', PromptField);
