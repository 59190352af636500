// <choose-all>: one box that ticks all boxes of a table, and a button that is there when something is ticked.

class ChooseAll extends HTMLElement {
  #onChange = (event) => this.#changed(event.target);
  #onSwap = ({ detail }) => this.#swapped(detail.ctx.live);

  connectedCallback() {
    this.addEventListener('change', this.#onChange);
    this.addEventListener('htmx:after:swap', this.#onSwap);
    this.#tell();
  }

  disconnectedCallback() {
    this.removeEventListener('change', this.#onChange);
    this.removeEventListener('htmx:after:swap', this.#onSwap);
  }

  get #boxes() {
    return [...this.querySelectorAll('[data-part="one"]')];
  }

  #changed(box) {
    if (box.dataset.part === 'all') for (const one of this.#boxes) one.checked = box.checked;
    this.#tell();
  }

  /** What was ticked stays so while the list refreshes by itself, not after an act or another filter. */
  #swapped(isLive) {
    if (!isLive) for (const one of this.#boxes) one.checked = false;
    this.#tell();
  }

  #tell() {
    const chosen = this.#boxes.filter((box) => box.checked).length;
    const all = this.querySelector('[data-part="all"]');
    if (all) {
      all.checked = chosen > 0 && chosen === this.#boxes.length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
    const act = this.querySelector('[data-part="act"]');
    if (act) act.disabled = chosen === 0;
  }
}

customElements.define('choose-all', ChooseAll);
