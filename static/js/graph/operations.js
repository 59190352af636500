// Reversible operations on a graph: the only way it changes. Pure.
//   {op: 'addNode' | 'delNode', node, index}   {op: 'addEdge' | 'delEdge', edge: [a, b], index}
//   {op: 'move', key, before, after}           {op: 'data', key | null, path, before, after, place?}
// `undefined` stands for an absent field, `key: null` for the head; `place` is where a removed field stood.

import { edgeId, keepIndex } from './graph.js';

/** A new graph with the operations done in order; throws a RangeError when one does not fit. O(nodes + edges). */
export function apply(graph, operations) {
  const work = { head: graph.head, nodes: new Shelf(graph.nodes), edges: new Shelf(graph.edges) };
  for (const operation of operations) STEPS[operation.op](work, operation);
  const after = { head: work.head, nodes: work.nodes.finished(), edges: work.edges.finished() };
  if (!work.nodes.isResized && after.edges === graph.edges) keepIndex(graph, after);
  return after;
}

/** The operations that take these back. */
export function invert(operations) {
  return operations.map(inverse).reverse();
}

/** The operation that gives a field a value; `undefined` takes it away. Null when nothing would change. */
export function dataOperation(graph, key, path, after) {
  const owner = key === null ? graph.head : graph.nodes.get(key);
  const parent = path.slice(0, -1).reduce((value, name) => value?.[name], owner);
  const name = path.at(-1);
  const before = parent?.[name];
  if (before === after) return null;
  const operation = { op: 'data', key, path, before, after };
  if (after === undefined) operation.place = Object.keys(parent).indexOf(String(name));
  return operation;
}

const OPPOSITE = { addNode: 'delNode', delNode: 'addNode', addEdge: 'delEdge', delEdge: 'addEdge' };

const STEPS = {
  addNode: (work, { node, index }) => work.nodes.insert(node.key, node, index),
  delNode: (work, { node, index }) => work.nodes.remove(node.key, index),
  addEdge: (work, { edge, index }) => work.edges.insert(edgeId(...edge), edge, index),
  delEdge: (work, { edge, index }) => work.edges.remove(edgeId(...edge), index),
  move: (work, { key, after }) => work.nodes.replace(key, (node) => withField(node, ['position'], after)),
  data(work, { key, path, after, place }) {
    if (key === null) work.head = withField(work.head, path, after, place);
    else work.nodes.replace(key, (node) => withField(node, path, after, place));
  },
};

function inverse(operation) {
  const opposite = OPPOSITE[operation.op];
  if (opposite) return { ...operation, op: opposite };
  return { ...operation, before: operation.after, after: operation.before };
}

function withField(container, path, value, place) {
  if (container === null || typeof container !== 'object') throw new RangeError(`no field for ${path.join('.')}`);
  const [name, ...rest] = path;
  const inner = rest.length ? withField(container[name], rest, value, place) : value;
  if (Array.isArray(container)) return container.map((item, index) => (index === Number(name) ? inner : item));
  if (inner === undefined) return Object.fromEntries(Object.entries(container).filter(([key]) => key !== name));
  if (place === undefined || Object.hasOwn(container, name)) return { ...container, [name]: inner };
  return Object.fromEntries(Object.entries(container).toSpliced(place, 0, [name, inner]));
}

/** An ordered map that is copied on its first change; the order is rebuilt once, at the end. */
class Shelf {
  #map;
  #order = null; // keys, once something was put in the middle
  #isOwn = false;
  isResized = false;

  constructor(map) {
    this.#map = map;
  }

  insert(key, value, index) {
    if (this.#map.has(key)) throw new RangeError(`${key} is there already`);
    const map = this.#own();
    if (index < map.size) this.#order ??= [...map.keys()];
    this.#order?.splice(index ?? map.size, 0, key);
    map.set(key, value);
    this.isResized = true;
  }

  remove(key, index) {
    if (!this.#map.has(key)) throw new RangeError(`${key} is not there`);
    this.#own().delete(key);
    if (this.#order) this.#order.splice(this.#order[index] === key ? index : this.#order.indexOf(key), 1);
    this.isResized = true;
  }

  replace(key, change) {
    if (!this.#map.has(key)) throw new RangeError(`${key} is not there`);
    this.#own().set(key, change(this.#map.get(key)));
  }

  finished() {
    return this.#order ? new Map(this.#order.map((key) => [key, this.#map.get(key)])) : this.#map;
  }

  #own() {
    if (!this.#isOwn) this.#map = new Map(this.#map);
    this.#isOwn = true;
    return this.#map;
  }
}
