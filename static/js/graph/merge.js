// Two drafts that grew from one: three-way by node key, by edge and by field of the head, nothing cleverer. Pure.
// Where both sides changed the same thing differently it is a conflict, and `mine` stands in the result.

import { cyclicKeys, edgeId, graphOf } from './graph.js';
import { isSame } from './same.js';

/** → {document, conflicts}: keys of nodes, `head.<field>`, and the nodes of a cycle that only both sides close. */
export function merge(base, mine, theirs) {
  const sides = [base, mine, theirs].map(graphOf);
  const conflicts = new Set();
  const head = mergedHead(sides, conflicts);
  const nodes = mergedNodes(sides, conflicts);
  const edges = mergedEdges(sides, nodes, conflicts);
  const document = { ...head, nodes: [...nodes.values()] };
  if (edges.length) document.edges = edges;
  const isClean = cyclicKeys(sides[1]).length + cyclicKeys(sides[2]).length === 0;
  if (isClean) cyclicKeys(graphOf(document)).forEach((key) => conflicts.add(key));
  return { document, conflicts: [...conflicts] };
}

/** Of one thing in three states (`undefined`: not there), the one to keep. */
function chosen(before, mine, theirs, onConflict) {
  if (isSame(before, theirs) || isSame(mine, theirs)) return mine;
  if (isSame(before, mine)) return theirs;
  onConflict();
  return mine;
}

function mergedHead([base, mine, theirs], conflicts) {
  const head = {};
  for (const name of new Set([base, mine, theirs].flatMap((side) => Object.keys(side.head)))) {
    const values = [base, mine, theirs].map((side) => side.head[name]);
    const value = chosen(...values, () => conflicts.add(`head.${name}`));
    if (value !== undefined) head[name] = value;
  }
  return head;
}

function mergedNodes([base, mine, theirs], conflicts) {
  const nodes = new Map();
  for (const key of [...base.nodes.keys(), ...newKeys(base, mine, theirs)]) {
    const states = [base, mine, theirs].map((side) => side.nodes.get(key));
    const node = chosen(...states, () => conflicts.add(key));
    if (node !== undefined) nodes.set(key, node);
  }
  return nodes;
}

/** What was added; where both sides added something, in the order of the alphabet, whoever merges. */
function newKeys(base, mine, theirs) {
  const [one, other] = [mine, theirs].map((side) => [...side.nodes.keys()].filter((key) => !base.nodes.has(key)));
  return one.length && other.length ? [...new Set([...one, ...other])].sort() : [...one, ...other];
}

function mergedEdges([base, mine, theirs], nodes, conflicts) {
  const kept = [...base.edges].filter(([id]) => mine.edges.has(id) && theirs.edges.has(id)).map(([, edge]) => edge);
  const [one, other] = [mine, theirs].map((side) =>
    [...side.edges.values()].filter((edge) => !base.edges.has(edgeId(...edge))),
  );
  const all = new Map([...one, ...other].map((edge) => [edgeId(...edge), edge]));
  const ids = one.length && other.length ? [...all.keys()].sort() : [...all.keys()];
  const added = ids.map((id) => all.get(id));
  for (const edge of added) {
    const gone = edge.filter((key) => !nodes.has(key));
    gone.forEach((key) => conflicts.add(key)); // one side hung something on what the other took away
  }
  return [...kept, ...added].filter((edge) => edge.every((key) => nodes.has(key)));
}
