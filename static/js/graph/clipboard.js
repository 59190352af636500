// Copying, pasting and duplicating. Pure; what is copied is a document, as a template file holds it.
// Pasted nodes get fresh keys; references and edges among them follow. A reference to a node that was not copied is
// kept where the template has that output (and gets its edge), else it is asked at start and reported.

import { cyclicKeys, edgeId, graphOf } from './graph.js';
import { freshKey } from './naming.js';
import { COLUMN, snapped } from './places.js';
import { accepts, isTrigger, outputOf, sourceOf } from './ports.js';
import { refused } from './refusals.js';

const ASIDE = 40; // canvas units
const FORMAT = 1;

/** The nodes and the edges between them as a document. */
export function copied(graph, keys) {
  const wanted = new Set(keys);
  const nodes = [...graph.nodes.values()].filter((node) => wanted.has(node.key));
  const edges = [...graph.edges.values()].filter(([a, b]) => wanted.has(a) && wanted.has(b));
  return structuredClone({ aime: FORMAT, name: graph.head.name, nodes, edges });
}

/** Copies of nodes, a little aside: as `pasted`. */
export function duplicate(graph, keys, catalogue) {
  return pasted(graph, copied(graph, keys), null, catalogue);
}

/**
 * Put copied nodes in: {operations, keys, dropped}. `at` [x, y]: where their upper left corner goes; without it they
 * lie aside from where they were. `dropped`: [{key, input, from}] that lost their source, [{key, reason: 'trigger'}]
 * for a trigger too many. Refusals: `unknown` (no document with nodes, or of an unknown type), `trigger`, `cycle`.
 * `given` comes from outside, and may be anything.
 */
export function pasted(graph, given, at = null, catalogue = undefined) {
  const document = read(given);
  const isKnown = (node) => !catalogue?.types || Object.hasOwn(catalogue.types, node.type);
  if (!document) return refused('unknown', { name: '' });
  const strange = document.nodes.find((node) => !isKnown(node));
  if (strange) return refused('unknown', { name: strange.type });
  if (cyclicKeys(graphOf(document)).length) return refused('cycle', {});
  const { nodes, extra } = withoutExtraTriggers(graph, document.nodes, catalogue);
  if (!nodes.length) return refused('trigger', { reason: 'second' });
  const names = freshKeys(graph, nodes);
  const triggers = new Set(nodes.filter((node) => isTrigger(node, catalogue)).map((node) => node.key));
  const places = placesOf(nodes, at);
  const work = { graph, catalogue, names, dropped: [...extra], edges: new Map() };
  document.edges.filter(([, b]) => !triggers.has(b)).forEach(([a, b]) => joinEdge(work, a, b));
  const copies = nodes.map((node, number) => copyOf(work, node, places[number]));
  return {
    operations: [
      ...copies.map((node, number) => ({ op: 'addNode', node, index: graph.nodes.size + number })),
      ...[...work.edges.values()].map((edge, number) => ({ op: 'addEdge', edge, index: graph.edges.size + number })),
    ],
    keys: copies.map((node) => node.key),
    dropped: work.dropped,
  };
}

function read(document) {
  const nodes = document?.nodes;
  if (document?.aime !== FORMAT || !Array.isArray(nodes) || !nodes.length || !nodes.every(isNode)) return null;
  if (new Set(nodes.map((node) => node.key)).size < nodes.length) return null;
  const edges = (Array.isArray(document.edges) ? document.edges : []).filter(isEdge);
  return { nodes, edges };
}

function isNode(node) {
  const isList = (list) => list === undefined || (Array.isArray(list) && list.every((item) => item?.name));
  return typeof node?.key === 'string' && typeof node.type === 'string' && isList(node.inputs) && isList(node.outputs);
}

function isEdge(edge) {
  return (
    Array.isArray(edge) && edge.length === 2 && edge.every((key) => typeof key === 'string') && edge[0] !== edge[1]
  );
}

function withoutExtraTriggers(graph, nodes, catalogue) {
  let hasTrigger = [...graph.nodes.values()].some((node) => isTrigger(node, catalogue));
  const extra = [];
  const rest = nodes.filter((node) => {
    const isExtra = isTrigger(node, catalogue) && hasTrigger;
    hasTrigger ||= isTrigger(node, catalogue);
    if (isExtra) extra.push({ key: node.key, reason: 'trigger' });
    return !isExtra;
  });
  return { nodes: rest, extra };
}

function freshKeys(graph, nodes) {
  const names = new Map();
  const taken = new Set();
  for (const { key } of nodes) {
    const fresh = freshKey(graph, key, taken);
    taken.add(fresh);
    names.set(key, fresh);
  }
  return names;
}

/** Where each copy goes; nodes without a place (a file may leave it out) stand in a row. */
function placesOf(nodes, at) {
  const places = nodes.map((node, number) => node.position ?? [number * COLUMN, 0]);
  const [left, top] = [0, 1].map((axis) => places.reduce((least, place) => Math.min(least, place[axis]), Infinity));
  const [x, y] = at ? snapped(at) : [left + ASIDE, top + ASIDE];
  return places.map((place) => [place[0] - left + x, place[1] - top + y]);
}

/** Keep an edge whose lower end is pasted and whose upper end is pasted too or in the template under its key. */
function joinEdge({ graph, names, edges }, a, b) {
  const below = names.get(b);
  const above = names.get(a) ?? (graph.nodes.has(a) ? a : undefined);
  if (above !== undefined && below !== undefined) edges.set(edgeId(above, below), [above, below]);
}

function copyOf(work, node, position) {
  const key = work.names.get(node.key);
  const copy = { ...node, key, position };
  if (node.inputs) copy.inputs = node.inputs.map((input) => inputOf(work, key, input));
  return copy;
}

function inputOf(work, key, input) {
  const source = sourceOf(input);
  if (!source) return input;
  const [above, output] = source;
  if (work.names.has(above)) return { ...input, from: `${work.names.get(above)}.${output}` };
  const there = work.graph.nodes.get(above);
  const found = there && outputOf(there, output, work.catalogue);
  if (found && accepts(input.type, found.type)) {
    work.edges.set(edgeId(above, key), [above, key]);
    return input;
  }
  work.dropped.push({ key, input: input.name, from: input.from });
  const { from, ...rest } = input;
  return { ...rest, ask: true };
}
