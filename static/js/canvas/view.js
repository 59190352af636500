// What part of the canvas is seen: pan, zoom, level of detail, the grid of dots. Per frame it writes one transform; the
// dots are a sibling of the nodes, so that no style above the nodes changes while the view moves (ui.md, rule 1).
import { PanZoom, transformThatShows } from './adapter.js';
import { BLOCKS, FAR, levelOf, shiftToShow, shownBy } from './geometry.js';

const MIN_ZOOM = 0.08;
const MAX_ZOOM = 2;
const FIT = { minZoom: MIN_ZOOM, maxZoom: 1.1, padding: 0.1 };
const STEP = 1.25;
const SLOW_MS = 240;
const FAST_MS = 120;
const DOTS = 24;
const REVEAL_MARGIN = 24;

const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class CanvasView {
  transform = [0, 0, 1];
  size;
  level; // of detail: near, far, blocks
  isMoving = false;
  #host;
  #layer;
  #dots;
  #onMove;
  #panZoom;
  #resizes;
  #corner = [0, 0];

  /** `onMove()` is called after every change of the view. */
  constructor({ host, layer, dots, onMove }) {
    this.#host = host;
    this.#layer = layer;
    this.#dots = dots;
    this.#onMove = onMove;
    this.size = { width: host.clientWidth, height: host.clientHeight };
    this.#panZoom = new PanZoom(host, {
      minZoom: MIN_ZOOM,
      maxZoom: MAX_ZOOM,
      onTransform: (transform) => this.#show(transform),
      onStart: (event) => this.#moving(true, event),
      onEnd: () => this.#moving(false),
    });
    this.#resizes = new ResizeObserver(([{ contentRect }]) => {
      this.size = { width: contentRect.width, height: contentRect.height };
      this.#onMove();
    });
    this.#resizes.observe(host);
    this.measure();
    this.#show(this.transform);
  }

  destroy() {
    this.#resizes.disconnect();
    this.#panZoom.destroy();
  }

  get zoom() {
    return this.transform[2];
  }

  /** The part that is seen, in canvas units, with a margin in pixels. */
  shown(margin = 0) {
    return shownBy(this.transform, this.size, margin);
  }

  /** Look where the canvas is in the window; before a gesture, because it would cost a layout in every frame. */
  measure() {
    const { left, top } = this.#host.getBoundingClientRect();
    this.#corner = [left, top];
  }

  /** A point of the window inside the canvas element. */
  toHost([clientX, clientY]) {
    return [clientX - this.#corner[0], clientY - this.#corner[1]];
  }

  /** A point of the window in canvas units. */
  toCanvas(clientX, clientY) {
    const [left, top] = this.toHost([clientX, clientY]);
    const [x, y, zoom] = this.transform;
    return [(left - x) / zoom, (top - y) / zoom];
  }

  /** A point of the canvas in the window. */
  toClient([x, y]) {
    const [tx, ty, zoom] = this.transform;
    return [x * zoom + tx + this.#corner[0], y * zoom + ty + this.#corner[1]];
  }

  centre() {
    const { x, y, width, height } = this.shown();
    return [x + width / 2, y + height / 2];
  }

  setGrip(grip) {
    this.#panZoom.setGrip(grip);
  }

  set(transform, durationMs = 0) {
    return this.#panZoom.set(transform, calm.matches ? 0 : durationMs);
  }

  panBy(dx, dy) {
    const [x, y, zoom] = this.transform;
    return this.set([x + dx, y + dy, zoom]);
  }

  zoomIn() {
    return this.#panZoom.zoomBy(STEP, calm.matches ? 0 : FAST_MS);
  }

  zoomOut() {
    return this.#panZoom.zoomBy(1 / STEP, calm.matches ? 0 : FAST_MS);
  }

  /** Show a whole rectangle; without one go back to the beginning. */
  fit(rect, { isSlow = true } = {}) {
    const transform = rect ? transformThatShows(rect, this.size, FIT) : [this.size.width / 2, this.size.height / 2, 1];
    return this.set(transform, isSlow ? SLOW_MS : 0);
  }

  /** Put the middle of a rectangle into the middle, not smaller than what can be read. */
  centreOn(rect, { isSlow = true } = {}) {
    const zoom = Math.max(this.zoom, FAR + 0.25);
    const x = this.size.width / 2 - (rect.x + rect.width / 2) * zoom;
    const y = this.size.height / 2 - (rect.y + rect.height / 2) * zoom;
    return this.set([x, y, zoom], isSlow ? SLOW_MS : 0);
  }

  /** Move as little as needed for a rectangle to be seen. */
  reveal(rect) {
    const [dx, dy] = shiftToShow(rect, this.transform, this.size, REVEAL_MARGIN);
    if (dx || dy) this.panBy(dx, dy);
  }

  #show(transform) {
    const zoomed = transform[2] !== this.transform[2];
    this.transform = transform;
    const [x, y, zoom] = transform;
    this.#layer.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    const gap = DOTS * zoom * (zoom < FAR ? (zoom < BLOCKS ? 6 : 3) : 1);
    if (zoomed || !this.level) this.#dots.style.backgroundSize = `${gap}px ${gap}px`;
    this.#dots.style.transform = `translate(${x % gap}px, ${y % gap}px)`;
    const level = levelOf(zoom);
    if (level !== this.level) this.#host.dataset.level = this.level = level;
    this.#onMove();
  }

  #moving(is, event) {
    this.isMoving = is;
    this.#host.classList.toggle('is-moving', is);
    if (is && event?.type === 'mousedown') this.#host.classList.add('is-panning');
    if (!is) this.#host.classList.remove('is-panning');
  }
}
