// <pane-resizer>: the edge before a pane, to be dragged or moved by arrows; the size is remembered in this browser.
// `aria-orientation`: vertical between columns, horizontal between rows; `aria-valuemin`, `aria-valuemax`: px. The size is
// written into `data-property` of the ancestor that `data-within` names, whose `data-pane` is measured; without them of
// the next element. It is kept under `data-remember`; a size that nobody chose stays the style sheet's.
import { clamped, isKept, sizeAfterKey } from '../lib/pane-size.js';

class PaneResizer extends HTMLElement {
  #events;
  #drag = null; // {at, size}

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.addEventListener('pointerdown', (event) => this.#onPress(event), { signal });
    this.addEventListener('pointermove', (event) => this.#onMove(event), { signal });
    this.addEventListener('lostpointercapture', () => (this.#drag = null), { signal });
    this.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.addEventListener('focus', () => this.#tell(this.#size), { signal });
    const kept = Number(recall(this.dataset.remember));
    if (isKept(kept)) this.#apply(kept);
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  get #isVertical() {
    return this.getAttribute('aria-orientation') === 'vertical';
  }

  get #isRtl() {
    return getComputedStyle(this).direction === 'rtl';
  }

  get #limits() {
    return { least: Number(this.getAttribute('aria-valuemin')), most: Number(this.getAttribute('aria-valuemax')) };
  }

  get #host() {
    return this.dataset.within ? this.closest(this.dataset.within) : this.nextElementSibling;
  }

  get #size() {
    const pane = this.dataset.pane ? this.#host.querySelector(this.dataset.pane) : this.#host;
    const { width, height } = pane.getBoundingClientRect();
    return Math.round(this.#isVertical ? width : height);
  }

  #place({ clientX, clientY }) {
    if (!this.#isVertical) return clientY;
    return this.#isRtl ? -clientX : clientX;
  }

  #onPress(event) {
    if (event.button !== 0) return;
    this.setPointerCapture(event.pointerId);
    this.#drag = { at: this.#place(event), size: this.#size };
    event.preventDefault(); // no text is selected on the way
  }

  #onMove(event) {
    if (this.#drag) this.#apply(this.#drag.size + this.#drag.at - this.#place(event));
  }

  #onKey(event) {
    const orientation = this.#isVertical ? 'vertical' : 'horizontal';
    const size = sizeAfterKey(event.key, this.#size, this.#limits, orientation, this.#isRtl);
    if (size === null) return;
    this.#apply(size);
    event.preventDefault();
    event.stopPropagation();
  }

  #apply(wanted) {
    const size = clamped(wanted, this.#limits);
    this.#host.style.setProperty(this.dataset.property, `${size}px`);
    this.#tell(size);
    remember(this.dataset.remember, size);
  }

  #tell(size) {
    this.setAttribute('aria-valuenow', String(size));
  }
}

function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function remember(name, size) {
  try {
    localStorage.setItem(name, String(size));
  } catch {
    // then it is the usual size next time
  }
}

customElements.define('pane-resizer', PaneResizer);
