// Where a new node goes, in canvas units on the grid. Pure. Columns and rows are those of the server's layout.

export const GRID = 8;
export const COLUMN = 40 * GRID;
export const ROW = 24 * GRID;
const STEP = 4 * GRID; // so that a node put on another one is seen
const NEAR = { x: COLUMN - 4 * GRID, y: ROW - 4 * GRID };

/** The nearest point of the grid. */
export function snapped([x, y]) {
  return [Math.round(x / GRID) * GRID, Math.round(y / GRID) * GRID];
}

/** The wanted place a little aside from what lies there; without one, beside the neighbours or right of everything. */
export function placeOf(graph, { position, above, below }) {
  if (position) return aside(graph, snapped(position));
  const [left, right] = [above, below].map((key) => graph.nodes.get(key)?.position);
  if (left && right) return aside(graph, snapped([(left[0] + right[0]) / 2, (left[1] + right[1]) / 2]));
  if (left) return free(graph, snapped([left[0] + COLUMN, left[1]]));
  if (right) return free(graph, snapped([right[0] - COLUMN, right[1]]));
  const last = positions(graph).reduce((best, place) => (best && best[0] >= place[0] ? best : place), null);
  return last ? free(graph, snapped([last[0] + COLUMN, last[1]])) : [0, 0];
}

/** How much too close two neighbours are, the second right of the first, for a node between them. */
export function missingRoom(graph, above, below) {
  const [left, right] = [above, below].map((key) => graph.nodes.get(key)?.position);
  if (!left || !right || right[0] <= left[0]) return 0;
  return Math.ceil(Math.max(0, 2 * COLUMN - (right[0] - left[0])) / GRID) * GRID;
}

function aside(graph, [x, y]) {
  const taken = new Set(positions(graph).map((place) => snapped(place).join()));
  let [left, top] = [x, y];
  while (taken.has(`${left},${top}`)) [left, top] = [left + STEP, top + STEP];
  return [left, top];
}

/** The first free place at or below the wanted one. */
function free(graph, [x, y]) {
  const column = positions(graph).filter((place) => Math.abs(place[0] - x) < NEAR.x);
  let top = y;
  while (column.some((place) => Math.abs(place[1] - top) < NEAR.y)) top += ROW;
  return [x, top];
}

function positions(graph) {
  return [...graph.nodes.values()].map((node) => node.position).filter(Boolean);
}
