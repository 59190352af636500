// A short text beside the pointer: why something cannot be done there.
const LINGER_MS = 4000;
const ASIDE_PX = 16;

export class Hint {
  #element;
  #view;
  #timer = 0;

  constructor(element, view) {
    this.#element = element;
    this.#view = view;
  }

  show(text) {
    clearTimeout(this.#timer);
    this.#element.textContent = text;
    this.#element.hidden = false;
  }

  /** Keep beside a point of the window, inside the canvas. */
  follow(point) {
    const [x, y] = this.#view.toHost(point);
    const { width, height } = this.#view.size;
    const left = Math.max(0, Math.min(x + ASIDE_PX, width - this.#element.offsetWidth - ASIDE_PX));
    const top = Math.max(0, Math.min(y + ASIDE_PX, height - this.#element.offsetHeight - ASIDE_PX));
    this.#element.style.transform = `translate(${left}px, ${top}px)`;
  }

  /** Stay for a while after the pointer was let go. */
  linger(text, point) {
    this.show(text);
    this.follow(point);
    this.#timer = setTimeout(() => this.hide(), LINGER_MS);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#element.hidden = true;
  }
}
