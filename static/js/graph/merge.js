// Two drafts that grew from one: three-way by node key, by edge and by field of the head, nothing cleverer. Pure.
// Where both sides changed the same thing differently it is a conflict, and `mine` stands in the result.

import { cyclicKeys, edgeId, graphOf } from './graph.js';
import { freshKey } from './naming.js';
import { isSame } from './same.js';

/**
 * → {document, conflicts}: keys of nodes, `head.<field>`, and the nodes of a cycle that only both sides close. Where both
 * added a node under one key, two different ones, both are kept: mine, which comes second, gets a key of its own.
 */
export function merge(base, mine, theirs) {
  const sides = besideEachOther(...[base, mine, theirs].map(graphOf));
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

/** The three graphs, with a key of its own for each of my new nodes whose key a different new node of theirs has. */
function besideEachOther(base, mine, theirs) {
  const taken = new Set([base, mine, theirs].flatMap((side) => [...side.nodes.keys()]));
  for (;;) {
    const clashes = (key) =>
      !base.nodes.has(key) && theirs.nodes.has(key) && !isSame(mine.nodes.get(key), theirs.nodes.get(key));
    const key = [...mine.nodes.keys()].find(clashes);
    if (key === undefined) return [base, mine, theirs];
    const fresh = freshKey(mine, key, taken);
    taken.add(fresh);
    mine = rekeyed(mine, key, fresh); // what reads from it differs from theirs now, so it may be the next to clash
  }
}

/** The graph with a node under another key; connections and references follow. */
function rekeyed(graph, key, fresh) {
  const named = (other) => (other === key ? fresh : other);
  const follow = (input) =>
    input.from?.startsWith(`${key}.`) ? { ...input, from: fresh + input.from.slice(key.length) } : input;
  const moved = (node) => {
    const after = node.key === key ? { ...node, key: fresh } : node;
    return node.inputs?.some((input) => follow(input) !== input)
      ? { ...after, inputs: node.inputs.map(follow) }
      : after;
  };
  const nodes = new Map([...graph.nodes].map(([name, node]) => [named(name), moved(node)]));
  const edges = [...graph.edges.values()].map(([a, b]) => [named(a), named(b)]);
  return { head: graph.head, nodes, edges: new Map(edges.map((edge) => [edgeId(...edge), edge])) };
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
