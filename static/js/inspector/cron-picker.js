// <cron-picker>: a plain choice of times over the field of a cron expression, which it writes as a person would.
import { fromCron, toCron } from './cron.js';

const PARTS = ['minute', 'time', 'weekday', 'day'];

class CronPicker extends HTMLElement {
  #events;
  #isOwn = false; // somebody chose to write the expression

  connectedCallback() {
    this.#events = new AbortController();
    this.addEventListener('change', (event) => this.#chosen(event), { signal: this.#events.signal });
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  /** Show what the expression means; called when the form is filled. */
  refresh() {
    const plan = this.#isOwn ? { every: 'cron' } : fromCron(this.#expression.value);
    this.#part('every').value = plan.every;
    for (const name of PARTS) {
      if (name in plan && document.activeElement !== this.#part(name)) this.#part(name).value = plan[name];
    }
    this.#show(plan.every);
  }

  get #expression() {
    return this.querySelector('[data-field]');
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  #chosen({ target }) {
    if (target === this.#expression) return;
    const every = this.#part('every').value;
    this.#isOwn = every === 'cron';
    this.#show(every);
    const plan = Object.fromEntries(PARTS.map((name) => [name, this.#part(name).value]));
    const text = toCron({ every, ...plan });
    if (text === null || text === this.#expression.value) return;
    this.#expression.value = text;
    this.#expression.dispatchEvent(new Event('input', { bubbles: true }));
  }

  #show(every) {
    for (const part of this.querySelectorAll('[data-for]')) part.hidden = !part.dataset.for.split(' ').includes(every);
  }
}

customElements.define('cron-picker', CronPicker);
