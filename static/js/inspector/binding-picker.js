// <binding-picker>: a combobox over the outputs that a node can reach. One for all inputs of a form.
import { accepts } from '../graph/ports.js';
import { matches } from './placeholders.js';
import { placeBelow } from './placing.js';

class BindingPicker extends HTMLElement {
  #events;
  #resolve = null;

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.addEventListener('input', () => this.#filter(), { signal });
    this.addEventListener('keydown', (event) => this.#key(event), { signal });
    this.addEventListener('click', (event) => this.#take(event.target.closest('[role="option"]')), { signal });
    this.addEventListener('toggle', (event) => event.newState === 'closed' && this.#settle(null), { signal });
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#settle(null);
  }

  /** Ask for an output for an input of a type (null: any). Resolves to `node.output`, or null. */
  choose(anchor, type) {
    this.#settle(null);
    for (const option of this.#options) this.#judge(option, type);
    this.#search.value = '';
    this.showPopover();
    placeBelow(this, anchor.getBoundingClientRect());
    this.#filter();
    this.#search.focus();
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  get #search() {
    return this.querySelector('[data-part="search"]');
  }

  get #options() {
    return [...this.querySelectorAll('[role="option"]')];
  }

  get #shown() {
    return this.#options.filter((option) => !option.hidden);
  }

  /** What does not fit stays in the list, with the reason. */
  #judge(option, type) {
    const fits = type === null || accepts(type, option.dataset.type);
    const reason = option.querySelector('[data-part="reason"]');
    option.setAttribute('aria-disabled', String(!fits));
    reason.hidden = fits;
    const words = { given: option.dataset.type, wanted: type };
    reason.textContent = fits ? '' : this.closest('node-inspector').say('type', words);
  }

  #filter() {
    const query = this.#search.value.trim();
    for (const option of this.#options) {
      const text = option.querySelector('.picker__text')?.textContent ?? '';
      option.hidden = !matches(query, option.dataset.node, option.dataset.name, text, option.dataset.type);
    }
    for (const group of this.querySelectorAll('.picker__group')) {
      group.hidden = !group.querySelector('[role="option"]:not([hidden])');
    }
    const shown = this.#shown;
    this.querySelector('[data-part="none"]').hidden = shown.length > 0;
    this.#activate(shown.find((option) => option.getAttribute('aria-disabled') !== 'true') ?? shown[0]);
  }

  #key(event) {
    const shown = this.#shown;
    const at = shown.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1 };
    if (event.key in steps && shown.length) this.#activate(shown.at(steps[event.key] % shown.length));
    else if (event.key === 'Enter') this.#take(shown[at]);
    else return;
    event.preventDefault();
  }

  #activate(option) {
    for (const other of this.#options) other.setAttribute('aria-selected', String(other === option));
    if (option) this.#search.setAttribute('aria-activedescendant', option.id);
    else this.#search.removeAttribute('aria-activedescendant');
    option?.scrollIntoView({ block: 'nearest' });
  }

  #take(option) {
    if (!option || option.getAttribute('aria-disabled') === 'true') return;
    this.#settle(option.dataset.source);
    this.hidePopover();
  }

  #settle(source) {
    this.#resolve?.(source);
    this.#resolve = null;
  }
}

customElements.define('binding-picker', BindingPicker);
