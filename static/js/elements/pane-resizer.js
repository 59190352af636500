// <pane-resizer>: the edge of the settings, to be dragged or moved by arrows; the width is remembered in this browser.

const KEY = 'aime:inspector-width';
const [LEAST, MOST, STEP] = [320, 420, 10]; // px

class PaneResizer extends HTMLElement {
  #events;
  #drag = null; // {x, width}

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.addEventListener('pointerdown', (event) => this.#onPress(event), { signal });
    this.addEventListener('pointermove', (event) => this.#onMove(event), { signal });
    this.addEventListener('lostpointercapture', () => (this.#drag = null), { signal });
    this.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    this.#apply(Number(recall()) || this.#width);
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  get #width() {
    return Number(this.getAttribute('aria-valuenow'));
  }

  #onPress(event) {
    if (event.button !== 0) return;
    this.setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, width: this.#width };
    event.preventDefault();
  }

  #onMove(event) {
    if (this.#drag) this.#apply(this.#drag.width + (this.#drag.x - event.clientX) * this.#direction);
  }

  #onKey(event) {
    const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (by) this.#apply(this.#width + by * this.#direction);
    else if (event.key === 'Home') this.#apply(LEAST);
    else if (event.key === 'End') this.#apply(MOST);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  get #direction() {
    return getComputedStyle(this).direction === 'rtl' ? -1 : 1;
  }

  #apply(wanted) {
    const width = Math.round(Math.max(LEAST, Math.min(MOST, wanted)));
    this.setAttribute('aria-valuenow', String(width));
    this.nextElementSibling.style.setProperty('--inspector-width', `${width}px`);
    remember(width);
  }
}

function recall() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(width) {
  try {
    localStorage.setItem(KEY, String(width));
  } catch {
    // then it is the usual width next time
  }
}

customElements.define('pane-resizer', PaneResizer);
