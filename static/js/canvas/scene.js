// What is on the canvas: an item per node (place, size, rows, card) and per edge, kept equal to the store's graph. Above
// CULL_FROM nodes only the cards near the view are in the page; what is inside of them is for `details.js` to say.
import { childrenOf, orderOf } from '../graph/graph.js';
import { Details } from './details.js';
import { EdgeLayer } from './edges.js';
import { boundsOf, intersects } from './geometry.js';
import { describe, itemOf } from './items.js';

const CULL_FROM = 400;
const CULL_MARGIN_PX = 400;

export class Scene {
  items = new Map(); // key → item, see `items.js`
  edges;
  #store;
  #cards;
  #layer;
  #view = null;
  #details;
  #order = [];
  #kept = new Set(); // keys that stay in the page wherever they are: being dragged, connected, focused

  constructor({ store, cards, voice, layer, svg }) {
    this.#store = store;
    this.#cards = cards;
    this.#layer = layer;
    this.#details = new Details(this, cards, (key) => store.selection.nodes.has(key));
    this.edges = new EdgeLayer({ svg, scene: this, voice, isInteractive: !store.readOnly });
  }

  get isCulling() {
    return this.items.size > CULL_FROM;
  }

  get catalogue() {
    return this.#store.catalogue;
  }

  get order() {
    return this.#order;
  }

  /** Build everything again from the store. */
  build() {
    const before = this.items;
    for (const item of before.values()) item.element?.remove();
    this.items = new Map();
    for (const node of this.#store.graph.nodes.values()) this.#add(node, before.get(node.key));
    this.edges.build(this.#store.graph);
    this.#reorder();
  }

  /** Follow operations that the store has applied. */
  follow(operations) {
    let isReordered = false;
    const stale = new Set();
    for (const operation of operations) {
      const { op, key, node, edge } = operation;
      if (op === 'addNode') this.#add(node);
      else if (op === 'delNode') this.#remove(node.key);
      else if (op === 'move') this.place(key, operation.after ?? [0, 0]);
      else if (op === 'data' && key !== null) stale.add(key);
      if (op === 'addEdge') stale.add(edge[0]).add(edge[1]);
      isReordered ||= op !== 'move' && op !== 'data';
    }
    for (const key of stale) this.#refresh(key);
    if (isReordered || stale.size) this.edges.follow(this.#store.graph, stale);
    if (isReordered) this.#reorder();
  }

  /** Put a card somewhere, whatever the store says; for dragging. */
  place(key, [x, y]) {
    const item = this.items.get(key);
    if (!item) return;
    [item.x, item.y] = [x, y];
    if (item.element) putAt(item.element, item);
    this.edges.redrawAt(key);
  }

  update(key, change) {
    const item = this.items.get(key);
    if (!item) return;
    Object.assign(item, change);
    if (item.element) this.#cards.mark(item.element, item);
  }

  bounds(keys = this.items.keys()) {
    return boundsOf([...keys].map((key) => this.items.get(key)).filter(Boolean));
  }

  elementOf(key) {
    return this.items.get(key)?.element ?? null;
  }

  /** The whole card of a key, made and put into the page where it was left out. */
  ensure(key) {
    const item = this.items.get(key);
    if (!item) return null;
    if (!item.element?.isConnected) this.#mount(item);
    this.#details.complete(item);
    return item.element;
  }

  keep(keys) {
    this.#kept = new Set(keys);
    for (const key of keys) this.ensure(key);
  }

  /** Show the cards near the view, as detailed as fits `level`. True: there is more to do in the next frame. */
  show(rectOf, { level, isMoving }) {
    this.#view = rectOf;
    if (this.isCulling) this.#cull(rectOf(CULL_MARGIN_PX));
    return this.#details.follow(rectOf, { level, isMoving });
  }

  #cull(rect) {
    let isChanged = false;
    for (const item of this.items.values()) {
      const isWanted = intersects(item, rect) || this.#isKept(item);
      if (isWanted === Boolean(item.element?.isConnected)) continue;
      if (isWanted) this.#mount(item, false);
      else item.element.remove();
      isChanged = true;
    }
    if (isChanged) this.#arrange();
    this.edges.cull(rect);
  }

  #isKept(item) {
    return this.#kept.has(item.key) || Boolean(item.element?.contains(document.activeElement));
  }

  #add(node, before = null) {
    const item = itemOf(node, this.catalogue, this.#cards.hasFoot(node), before);
    this.items.set(node.key, item);
    if (!this.isCulling || (this.#view && intersects(item, this.#view(CULL_MARGIN_PX)))) this.#mount(item, false);
  }

  #remove(key) {
    this.items.get(key)?.element?.remove();
    this.items.delete(key);
  }

  #refresh(key) {
    const item = this.items.get(key);
    const node = this.#store.graph.nodes.get(key);
    if (!item || !node) return;
    describe(item, node, this.catalogue, this.#cards.hasFoot(node));
    if (!item.element) return;
    this.#cards.fill(item.element, item);
    this.#cards.mark(item.element, item);
  }

  #mount(item, isArranged = true) {
    if (!item.element) {
      item.element = this.#cards.make(item);
      this.#cards.fill(item.element, item);
      this.#cards.mark(item.element, item);
      if (this.#store.selection.nodes.has(item.key)) item.element.classList.add('is-selected');
    }
    putAt(item.element, item);
    this.#layer.append(item.element);
    if (isArranged) this.#arrange();
  }

  /** The order of the graph is the order in the page: of Tab and of what reads the page aloud. */
  #reorder() {
    this.#order = orderOf(this.#store.graph);
    this.#arrange();
  }

  #arrange() {
    const { graph } = this.#store;
    const focused = document.activeElement;
    let next = this.#layer.firstElementChild;
    for (const key of this.#order) {
      const element = this.items.get(key)?.element;
      if (!element?.isConnected) continue;
      element.classList.toggle('is-last', childrenOf(graph, key).length === 0);
      if (element === next) next = next.nextElementSibling;
      else this.#layer.insertBefore(element, next);
    }
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  }
}

/** Not by a transform: each would be a layer of its own for the browser to put together in every frame. */
function putAt(element, { x, y }) {
  element.style.left = `${x}px`;
  element.style.top = `${y}px`;
}
