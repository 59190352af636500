// Laying the graph out anew, on demand: columns from left to right by dagre, which is loaded on first use.
import { moveNodes } from '../graph/edits.js';
import { boundsOf, snap } from './geometry.js';

const LIBRARY = '@dagrejs/dagre'; // a name of the import map; written into import() it would be taken for a path when files are hashed
const GAPS = { rankdir: 'LR', nodesep: 48, ranksep: 96, marginx: 0, marginy: 0 };

/** The operations that put every card into its place; the upper left corner stays where it is. */
export async function tidied(graph, items) {
  const dagre = await import(LIBRARY);
  const { graphlib, layout } = dagre.default ?? dagre;
  const plan = new graphlib.Graph({ multigraph: false }).setGraph({ ...GAPS }).setDefaultEdgeLabel(() => ({}));
  for (const { key, width, height } of items.values()) plan.setNode(key, { width, height });
  for (const [a, b] of graph.edges.values()) if (a !== b && items.has(a) && items.has(b)) plan.setEdge(a, b);
  layout(plan);
  const placed = [...items.values()].map(({ key, width, height }) => {
    const { x, y } = plan.node(key);
    return { key, x: x - width / 2, y: y - height / 2, width, height };
  });
  const [before, after] = [boundsOf(items.values()), boundsOf(placed)];
  const places = placed.map(({ key, x, y }) => [key, [snap(x - after.x + before.x), snap(y - after.y + before.y)]]);
  return moveNodes(graph, new Map(places)).operations ?? [];
}
