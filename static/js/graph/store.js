// The editor's state: graph, selection, problems, history. The only thing that the parts of the page share.
// Not here: the DOM, saving, drawing; they listen. Events carry their data in `detail`.

import { documentOf, edgeId, graphOf } from './graph.js';
import { History } from './history.js';
import { apply } from './operations.js';

export class EditorStore extends EventTarget {
  graph;
  catalogue;
  readOnly;
  selection = { nodes: new Set(), edges: new Set() };
  problems = [];
  history;
  #written = null; // [graph, its document]

  constructor({ document, catalogue, readOnly = false, now = Date.now }) {
    super();
    this.graph = graphOf(document);
    this.catalogue = catalogue;
    this.readOnly = readOnly;
    this.history = new History({ now });
  }

  /** The document as it stands; the same object until something changes, and not to be changed. */
  document() {
    if (this.#written?.[0] !== this.graph) this.#written = [this.graph, documentOf(this.graph)];
    return this.#written[1];
  }

  /** Do operations and remember them. False when there is nothing to do or nothing may be done. */
  commit(operations, { label = '', mergeKey = null, origin = null } = {}) {
    if (this.readOnly || !operations.length) return false;
    this.#change(operations, origin, () => this.history.push(operations, undefined, { label, mergeKey }));
    return true;
  }

  undo() {
    return this.#step('undo');
  }

  redo() {
    return this.#step('redo');
  }

  /** Choose nodes (keys) and edges (ids); what does not exist is left out. */
  select(wanted = {}) {
    const selection = this.#existing(wanted);
    if (isSameSelection(selection, this.selection)) return;
    this.selection = selection;
    this.#tell('selection', selection);
  }

  /** Take another document over, e.g. the newer draft; there is no undo past it. */
  replace(document, { origin = null } = {}) {
    this.graph = graphOf(document);
    this.history.clear();
    this.#tellAll('replaced', { origin });
  }

  setProblems(problems) {
    this.problems = problems;
    this.#tell('problems', { problems });
  }

  #step(direction) {
    if (this.readOnly) return false;
    const step = this.history[direction]();
    if (!step) return false;
    this.#change(step.operations, direction, () => {});
    return true;
  }

  #change(operations, origin, remember) {
    this.graph = apply(this.graph, operations);
    remember();
    this.#tellAll('change', { operations, origin });
  }

  /** Listeners never see a selection of what is gone. */
  #tellAll(name, detail) {
    const before = this.selection;
    this.selection = this.#existing(before);
    this.#tell(name, detail);
    this.#tell('history', {});
    if (!isSameSelection(before, this.selection)) this.#tell('selection', this.selection);
  }

  #existing({ nodes = [], edges = [] }) {
    return {
      nodes: new Set([...nodes].filter((key) => this.graph.nodes.has(key))),
      edges: new Set([...edges].map(idOf).filter((id) => this.graph.edges.has(id))),
    };
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function idOf(edge) {
  return Array.isArray(edge) ? edgeId(...edge) : edge;
}

function isSameSelection(one, other) {
  return isSameSet(one.nodes, other.nodes) && isSameSet(one.edges, other.edges);
}

function isSameSet(one, other) {
  return one.size === other.size && [...one].every((item) => other.has(item));
}
