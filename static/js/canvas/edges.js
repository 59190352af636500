// The lines between cards. An edge is drawn from row to row where the lower node takes outputs of the upper one, else from
// order port to order port; a value that comes from further up is a faint line of its own.
import { sourceOf, titleOf } from '../graph/ports.js';
import { curve } from './adapter.js';
import { besideLine, intersects, portPoint } from './geometry.js';

const SVG = 'http://www.w3.org/2000/svg';
const ADD_ASIDE = 26; // canvas units: more than half of what can be hit of the line and of its `+`

export class EdgeLayer {
  items = new Map(); // id → {id, source, target, element, rows: [[row, row], …]}; links have `isLink`
  #svg;
  #scene;
  #at = new Map(); // key of a node → its items
  #voice;
  #isInteractive;

  constructor({ svg, scene, voice, isInteractive }) {
    this.#svg = svg;
    this.#scene = scene;
    this.#voice = voice;
    this.#isInteractive = isInteractive;
  }

  build(graph) {
    for (const item of this.items.values()) item.element.remove();
    this.items.clear();
    this.#at.clear();
    this.follow(graph, new Set(graph.nodes.keys()));
  }

  /** Make the lines those of the graph. `stale`: nodes whose rows may have changed. */
  follow(graph, stale) {
    const wanted = this.#wanted(graph);
    for (const [id, item] of this.items) if (!wanted.has(id)) this.#remove(item);
    for (const [id, { source, target, rows, isLink }] of wanted) {
      const item = this.items.get(id) ?? this.#add({ id, source, target, isLink });
      item.rows = rows;
      if (stale.has(source) || stale.has(target) || !item.isDrawn) this.#draw(item);
    }
  }

  redrawAt(key) {
    for (const item of this.#at.get(key) ?? []) this.#draw(item);
  }

  elementOf(id) {
    return this.items.get(id)?.element ?? null;
  }

  middleOf(id) {
    return this.items.get(id)?.middle ?? null;
  }

  /** Where the `+` of a line is. */
  addPointOf(id) {
    return this.items.get(id)?.addPoint ?? null;
  }

  mark(id, mark) {
    const element = this.elementOf(id);
    if (!element) return;
    if (mark) element.dataset.mark = mark;
    else delete element.dataset.mark;
  }

  /** Leave out of the page what does not touch the part that is seen. */
  cull(rect) {
    for (const item of this.items.values()) {
      const isWanted = intersects(item.box, rect);
      if (isWanted === item.element.isConnected) continue;
      if (isWanted) this.#svg.append(item.element);
      else if (!item.element.contains(document.activeElement)) item.element.remove();
    }
  }

  #wanted(graph) {
    const wanted = new Map();
    for (const [id, [source, target]] of graph.edges) {
      if (this.#scene.items.has(source) && this.#scene.items.has(target)) {
        wanted.set(id, { source, target, rows: [] });
      }
    }
    for (const { key, inputs } of this.#scene.items.values()) {
      inputs.forEach((input, index) => {
        const [source, output] = sourceOf(input) ?? [];
        const row = this.#scene.items.get(source)?.outputs.findIndex(({ name }) => name === output) ?? -1;
        if (row < 0 || source === key) return;
        const edge = wanted.get(`${source}→${key}`);
        if (edge) edge.rows.push([row, index]);
        else wanted.set(`${input.from}⇢${key}.${index}`, { source, target: key, rows: [[row, index]], isLink: true });
      });
    }
    return wanted;
  }

  #add({ id, source, target, isLink = false }) {
    const element = document.createElementNS(SVG, 'g');
    const item = { id, source, target, isLink, element, rows: [], isDrawn: false };
    element.setAttribute('class', isLink ? 'canvas-link' : 'canvas-edge canvas-no-pan');
    if (!isLink) {
      element.dataset.edge = id;
      if (this.#isInteractive) {
        element.setAttribute('tabindex', '0');
        element.setAttribute('role', 'button');
      } else {
        element.setAttribute('role', 'img');
      }
    }
    this.items.set(id, item);
    for (const key of [source, target]) this.#itemsAt(key).add(item);
    this.#svg.append(element);
    return item;
  }

  #remove(item) {
    item.element.remove();
    this.items.delete(item.id);
    for (const key of [item.source, item.target]) this.#itemsAt(key).delete(item);
  }

  #itemsAt(key) {
    if (!this.#at.has(key)) this.#at.set(key, new Set());
    return this.#at.get(key);
  }

  #draw(item) {
    const source = this.#scene.items.get(item.source);
    const target = this.#scene.items.get(item.target);
    if (!source || !target) return;
    const rows = item.rows.length ? item.rows : [[null, null]];
    const ends = rows.map(([from, to]) => [portPoint(source, 'out', from), portPoint(target, 'in', to)]);
    const curves = ends.map(([from, to]) => curve(from, to));
    const path = curves.map((one) => one.path).join(' ');
    if (!item.isDrawn) {
      for (const name of item.isLink ? ['line'] : ['hit', 'line']) {
        const line = document.createElementNS(SVG, 'path');
        line.setAttribute('class', `canvas-edge__${name}`);
        item.element.append(line);
      }
    }
    for (const line of item.element.children) line.setAttribute('d', path);
    if (!item.isLink) item.element.setAttribute('aria-label', this.#label(source.node, target.node));
    item.middle = curves[0].middle;
    item.addPoint = besideLine(item.middle, ...ends[0], ADD_ASIDE);
    item.box = {
      x: Math.min(source.x, target.x),
      y: Math.min(source.y, target.y),
      width: Math.abs(source.x - target.x) + source.width,
      height: Math.abs(source.y - target.y) + Math.max(source.height, target.height),
    };
    item.isDrawn = true;
  }

  #label(source, target) {
    const words = { source: titleOf(source), target: titleOf(target) };
    return this.#voice.text(this.#isInteractive ? 'edge' : 'edgeShown', words);
  }
}
