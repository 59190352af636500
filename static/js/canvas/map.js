// The small map: one 2D canvas, drawn at most once a frame; a press or a drag on it moves the view. For pointers only,
// the outline is the list of nodes for everybody else.
import { boundsOf, mapOf } from './geometry.js';

const PADDING = 8;
const LEAST = 2; // a card is never smaller than this, in pixels
const COLOURS = {
  card: '--line-strong',
  chosen: '--accent',
  error: '--bad',
  running: '--accent',
  waiting: '--warn',
  retrying: '--clock',
  done: '--ok',
  failed: '--bad',
};

export class Minimap {
  #element;
  #scene;
  #view;
  #isChosen;
  #frame = 0;
  #colours = null;
  #map = null;

  constructor({ element, scene, view, isChosen, signal }) {
    this.#element = element;
    this.#scene = scene;
    this.#view = view;
    this.#isChosen = isChosen;
    element.addEventListener('pointerdown', (event) => this.#press(event), { signal });
    element.addEventListener('pointermove', (event) => event.buttons && this.#go(event), { signal });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', () => this.#repaint(), { signal });
    const themes = new MutationObserver(() => this.#repaint());
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    signal.addEventListener('abort', () => themes.disconnect());
  }

  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #repaint() {
    this.#colours = null;
    this.draw();
  }

  #draw() {
    const [width, height] = [this.#element.clientWidth, this.#element.clientHeight];
    if (!width) return; // hidden on narrow pages
    const density = devicePixelRatio || 1;
    if (this.#element.width !== Math.round(width * density)) {
      this.#element.width = Math.round(width * density);
      this.#element.height = Math.round(height * density);
    }
    const context = this.#element.getContext('2d');
    const seen = this.#view.shown();
    const area = boundsOf([...this.#scene.items.values(), seen]);
    const map = mapOf(area, { width, height }, PADDING);
    this.#map = map;
    this.#colours ??= this.#readColours();
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, width, height);
    let colour = '';
    for (const item of this.#scene.items.values()) {
      const wanted = this.#colourOf(item);
      if (wanted !== colour) context.fillStyle = colour = wanted; // setting it means parsing it
      const [w, h] = [Math.max(LEAST, item.width * map.scale), Math.max(LEAST, item.height * map.scale)];
      context.fillRect(item.x * map.scale + map.x, item.y * map.scale + map.y, w, h);
    }
    context.strokeStyle = this.#colours.chosen;
    context.lineWidth = 1.5;
    const [x, y] = [seen.x * map.scale + map.x, seen.y * map.scale + map.y];
    context.strokeRect(x, y, seen.width * map.scale, seen.height * map.scale);
  }

  #colourOf(item) {
    if (this.#isChosen(item.key)) return this.#colours.chosen;
    if (item.problems.some((problem) => problem.severity === 'error')) return this.#colours.error;
    return this.#colours[item.status] ?? this.#colours.card;
  }

  #readColours() {
    const style = getComputedStyle(this.#element);
    const before = this.#element.style.color;
    const read = ([name, token]) => {
      this.#element.style.color = `var(${token})`;
      return [name, style.color];
    };
    const colours = Object.fromEntries(Object.entries(COLOURS).map(read));
    this.#element.style.color = before;
    return colours;
  }

  #press(event) {
    event.preventDefault();
    this.#element.setPointerCapture(event.pointerId);
    this.#go(event);
  }

  #go(event) {
    if (!this.#map) return;
    const { left, top } = this.#element.getBoundingClientRect();
    const x = (event.clientX - left - this.#map.x) / this.#map.scale;
    const y = (event.clientY - top - this.#map.y) / this.#map.scale;
    const { size, zoom } = this.#view;
    this.#view.set([size.width / 2 - x * zoom, size.height / 2 - y * zoom, zoom]);
  }
}
