// Adding, moving and removing nodes. Pure.

import { descendantsOf, edgeId, hasPath, withAncestors, withDescendants } from './graph.js';
import { freshKey, freshTitle } from './naming.js';
import { apply } from './operations.js';
import { missingRoom, placeOf } from './places.js';
import { isTrigger, sourceOf, taskTemplateOf, titleOf } from './ports.js';
import { orderRefusal, refused, unknown } from './refusals.js';

// What a node with a task template takes from the starter of its type; the rest comes with the template.
const KEPT_WITH_TEMPLATE = ['confirm', 'executor', 'notify'];

/**
 * Add a node: {operations, key}. `type`, or `taskTemplate` (`slug@number`) for a task; `position` [x, y], else a free
 * place; `after`, `before`: keys of neighbours to connect; `onEdge` ([a, b] or its id): the node splits it.
 */
export function addNode(graph, catalogue, { type = 'task', taskTemplate, position, after, before, onEdge } = {}) {
  const split = onEdge === undefined || onEdge === null ? null : graph.edges.get(idOf(onEdge));
  if (split === undefined) return unknown(idOf(onEdge));
  const [above, below] = split ?? [after, before];
  const node = { key: '', type };
  const refusal = additionRefusal(graph, catalogue, node, above, below);
  if (refusal) return refusal;
  const made = newNode(graph, catalogue, { type, taskTemplate });
  if (made.refusal) return made;
  const moves = split && !position ? roomBetween(graph, above, below) : [];
  const moved = moves.length ? apply(graph, moves) : graph;
  made.position = placeOf(moved, { position, above, below });
  const operations = [...moves, { op: 'addNode', node: made, index: graph.nodes.size }];
  if (split) operations.push({ op: 'delEdge', edge: split, index: [...graph.edges.values()].indexOf(split) });
  const size = graph.edges.size - (split ? 1 : 0);
  const edges = [above && [above, made.key], below && [made.key, below]].filter(Boolean);
  operations.push(...edges.map((edge, number) => ({ op: 'addEdge', edge, index: size + number })));
  return { operations, key: made.key };
}

/** Move nodes: key → [x, y]. Places are whole units; what stays where it is gives no operation. */
export function moveNodes(graph, places) {
  const operations = [];
  for (const [key, [x, y]] of places) {
    const before = graph.nodes.get(key)?.position;
    const after = [Math.round(x), Math.round(y)];
    const isMoved = !before || before[0] !== after[0] || before[1] !== after[1];
    if (graph.nodes.has(key) && isMoved) operations.push({ op: 'move', key, before, after });
  }
  return { operations };
}

/** What moves to the right so that a column is free between two neighbours. */
function roomBetween(graph, above, below) {
  const shift = missingRoom(graph, above, below);
  if (!shift) return [];
  const left = graph.nodes.get(below).position[0];
  const places = [...descendantsOf(graph, below), below]
    .map((key) => [key, graph.nodes.get(key).position])
    .filter(([, place]) => place && place[0] >= left)
    .map(([key, [x, y]]) => [key, [x + shift, y]]);
  return moveNodes(graph, new Map(places)).operations;
}

/** Remove nodes (with their edges) and edges. `broken`: references of what is left that were good before. */
export function removeSelection(graph, { nodes = [], edges = [] }) {
  const keys = new Set([...nodes].filter((key) => graph.nodes.has(key)));
  const ids = new Set([...edges].map(idOf));
  const places = (entries, isGone) => entries.map((item, index) => ({ item, index })).filter(isGone);
  const isGoneEdge = ({ item: [a, b] }) => ids.has(edgeId(a, b)) || keys.has(a) || keys.has(b);
  const goneEdges = places([...graph.edges.values()], isGoneEdge).reverse();
  const goneNodes = places([...graph.nodes.values()], ({ item }) => keys.has(item.key)).reverse();
  const operations = [
    ...goneEdges.map(({ item, index }) => ({ op: 'delEdge', edge: item, index })),
    ...goneNodes.map(({ item, index }) => ({ op: 'delNode', node: item, index })),
  ];
  const broken = brokenBy(
    graph,
    operations,
    goneEdges.map(({ item }) => item),
  );
  return { operations, broken };
}

/** References that had a path to their source and have none now: they cross a removed edge and no other way is left. */
function brokenBy(before, operations, edges) {
  if (!edges.length) return [];
  const after = apply(before, operations);
  const above = withAncestors(
    before,
    edges.map(([a]) => a),
  );
  const below = withDescendants(
    before,
    edges.map(([, b]) => b),
  );
  const broken = [];
  for (const [key, node] of after.nodes) {
    for (const input of (below.has(key) && node.inputs) || []) {
      const source = sourceOf(input)?.[0];
      if (!above.has(source) || after.edges.has(edgeId(source, key))) continue;
      const wasGood = descendantsOf(before, source).has(key);
      if (wasGood && !hasPath(after, source, key)) broken.push({ key, input: input.name, from: input.from });
    }
  }
  return broken;
}

function additionRefusal(graph, catalogue, node, above, below) {
  const ends = [above, below].filter((key) => key !== undefined && key !== null);
  const missing = ends.find((key) => !graph.nodes.has(key));
  if (missing !== undefined) return unknown(missing);
  if (below && isTrigger(graph.nodes.get(below), catalogue)) {
    return refused('trigger', { target: titleOf(graph.nodes.get(below)), reason: 'upstream' });
  }
  if (above && below) {
    const refusal = orderRefusal(graph, catalogue, above, below);
    if (refusal) return refusal;
  }
  if (!isTrigger(node, catalogue)) return null;
  const label = catalogue?.types?.[node.type]?.label ?? node.type;
  if (above) return refused('trigger', { target: label, reason: 'upstream' });
  const other = [...graph.nodes.values()].find((one) => isTrigger(one, catalogue));
  return other ? refused('trigger', { target: titleOf(other), reason: 'second' }) : null;
}

function newNode(graph, catalogue, { type, taskTemplate }) {
  const kind = catalogue?.types?.[type];
  if (!kind) return unknown(type);
  const starter = structuredClone(kind.starter ?? {});
  if (!taskTemplate) {
    const key = freshKey(graph, type.split('.').at(-1));
    const title = freshTitle(graph, starter.title ?? kind.label ?? key);
    return { key, type, title, position: [0, 0], ...starter, title };
  }
  const template = taskTemplateOf({ task_template: taskTemplate }, catalogue);
  if (!template) return unknown(taskTemplate);
  const kept = Object.fromEntries(Object.entries(starter).filter(([name]) => KEPT_WITH_TEMPLATE.includes(name)));
  const key = freshKey(graph, template.slug);
  const title = freshTitle(graph, template.name ?? key);
  return { key, type, title, position: [0, 0], ...kept, task_template: `${template.slug}@${template.number}` };
}

function idOf(edge) {
  return Array.isArray(edge) ? edgeId(...edge) : edge;
}
