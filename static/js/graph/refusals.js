// Why something cannot be done: a code for the text and the words that fill it. Pure.

import { ancestorsOf, edgeId, pathBetween } from './graph.js';
import { isTrigger, titleOf } from './ports.js';

export function refused(code, words = {}) {
  return { refusal: { code, words } };
}

export function unknown(name) {
  return refused('unknown', { name: String(name) });
}

/** Why b may not come after a, or null: the rules of order without regard to edges that exist. */
export function orderRefusal(graph, catalogue, a, b) {
  const missing = [a, b].find((key) => !graph.nodes.has(key));
  if (missing !== undefined) return unknown(missing);
  const [above, below] = [graph.nodes.get(a), graph.nodes.get(b)];
  const words = { source: titleOf(above), target: titleOf(below) };
  if (a === b) return refused('self', words);
  if (isTrigger(below, catalogue)) return refused('trigger', { ...words, reason: 'upstream' });
  if (ancestorsOf(graph, a).has(b)) {
    const walk = [...pathBetween(graph, b, a), b].map((key) => titleOf(graph.nodes.get(key)));
    return refused('cycle', { ...words, walk: walk.join(' → ') });
  }
  return null;
}

/** Why the edge from a to b cannot be added, or null. */
export function edgeRefusal(graph, catalogue, a, b) {
  const refusal = orderRefusal(graph, catalogue, a, b);
  if (refusal || !graph.edges.has(edgeId(a, b))) return refusal;
  return refused('duplicate', { source: titleOf(graph.nodes.get(a)), target: titleOf(graph.nodes.get(b)) });
}
