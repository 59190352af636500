// The graph of a template's document: nodes and edges by key, and what is upstream of what. Pure.
// A graph {head, nodes, edges} is never changed: operations make a new one that shares whatever stayed the same.
// Tolerant like the server's: an edge to an unknown node leads nowhere, a cycle ends.

const indices = new WeakMap(); // graph → {parents, children, above, below}; made on first use

/** The name of the edge from a to b. Keys hold no arrow, so it is unique. */
export function edgeId(a, b) {
  return `${a}→${b}`;
}

/** document → graph. A repeated edge is kept once. */
export function graphOf(document) {
  const { nodes = [], edges = [], ...head } = document;
  return {
    head,
    nodes: new Map(nodes.map((node) => [node.key, node])),
    edges: new Map(edges.map((edge) => [edgeId(edge[0], edge[1]), edge])),
  };
}

/** graph → document; without edges there is no such field, as in the server's canonical form. */
export function documentOf(graph) {
  const document = { ...graph.head, nodes: [...graph.nodes.values()] };
  if (graph.edges.size) document.edges = [...graph.edges.values()];
  return document;
}

/** Keys of the nodes with an edge to this one. */
export function parentsOf(graph, key) {
  return indexOf(graph).parents.get(key) ?? [];
}

/** Keys of the nodes this one has an edge to. */
export function childrenOf(graph, key) {
  return indexOf(graph).children.get(key) ?? [];
}

/** Set of every node upstream of this one; not to be changed. */
export function ancestorsOf(graph, key) {
  const { parents, above } = indexOf(graph);
  return remembered(above, key, parents);
}

/** Set of every node downstream of this one; not to be changed. */
export function descendantsOf(graph, key) {
  const { children, below } = indexOf(graph);
  return remembered(below, key, children);
}

/** Set of the nodes and everything upstream of any of them. */
export function withAncestors(graph, keys) {
  return reached(keys, indexOf(graph).parents);
}

/** Set of the nodes and everything downstream of any of them. */
export function withDescendants(graph, keys) {
  return reached(keys, indexOf(graph).children);
}

/** Say whether b is downstream of a. */
export function hasPath(graph, a, b) {
  const above = indexOf(graph).above.get(b);
  return above ? above.has(a) : descendantsOf(graph, a).has(b);
}

/** Keys along the shortest path from a to b, both included; empty when there is none. */
export function pathBetween(graph, a, b) {
  const cameFrom = new Map([[a, null]]);
  const waiting = [a];
  for (const key of waiting) {
    if (key === b) break;
    for (const child of childrenOf(graph, key)) {
      if (cameFrom.has(child)) continue;
      cameFrom.set(child, key);
      waiting.push(child);
    }
  }
  if (!cameFrom.has(b)) return [];
  const path = [];
  for (let key = b; key !== null; key = cameFrom.get(key)) path.unshift(key);
  return path;
}

/** Every key, upstream first; ties as in the document; what is in or below a cycle comes last. */
export function orderOf(graph) {
  const place = new Map([...graph.nodes.keys()].map((key, index) => [key, index]));
  const missing = new Map([...place.keys()].map((key) => [key, parentsOf(graph, key).length]));
  const order = [...place.keys()].filter((key) => !missing.get(key));
  for (const key of order) {
    const freed = [];
    for (const child of childrenOf(graph, key)) {
      missing.set(child, missing.get(child) - 1);
      if (!missing.get(child)) freed.push(child);
    }
    order.push(...freed.sort((one, other) => place.get(one) - place.get(other)));
  }
  return [...order, ...[...place.keys()].filter((key) => missing.get(key))];
}

/** Keys of the nodes that are in or below a cycle. */
export function cyclicKeys(graph) {
  const missing = new Map([...graph.nodes.keys()].map((key) => [key, parentsOf(graph, key).length]));
  const free = [...missing.keys()].filter((key) => !missing.get(key));
  for (const key of free) {
    for (const child of childrenOf(graph, key)) {
      missing.set(child, missing.get(child) - 1);
      if (!missing.get(child)) free.push(child);
    }
  }
  return [...missing.keys()].filter((key) => missing.get(key));
}

/** Let `after` use what is known about `before`: their edges and keys are the same. */
export function keepIndex(before, after) {
  if (indices.has(before)) indices.set(after, indices.get(before));
}

function indexOf(graph) {
  let index = indices.get(graph);
  if (!index) {
    index = { parents: new Map(), children: new Map(), above: new Map(), below: new Map() };
    for (const [a, b] of graph.edges.values()) {
      if (a === b || !graph.nodes.has(a) || !graph.nodes.has(b)) continue;
      listed(index.children, a).push(b);
      listed(index.parents, b).push(a);
    }
    indices.set(graph, index);
  }
  return index;
}

function listed(map, key) {
  if (!map.has(key)) map.set(key, []);
  return map.get(key);
}

function remembered(known, key, neighbours) {
  let found = known.get(key);
  if (!found) {
    found = reached(neighbours.get(key) ?? [], neighbours);
    known.set(key, found);
  }
  return found;
}

/** The keys and whatever is reached from them. */
function reached(keys, neighbours) {
  const found = new Set(keys);
  for (const key of found) neighbours.get(key)?.forEach((other) => found.add(other)); // grows while it is walked
  return found;
}

export { freshKey } from './naming.js';
export { inputsOf, outputsOf } from './ports.js';
