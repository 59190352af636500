// Places and sizes on the canvas, in canvas units. Pure. A card's size follows from what it shows, so nothing has to be
// measured in the page; `css/canvas/node.css` uses the same numbers and a browser test compares the two.
export const GRID = 8;
export const CARD = { width: 240, head: 56, row: 24, below: 8, foot: 32, portY: 28, add: 48 };
const GUIDE_REACH = 6;
export const FAR = 0.45; // below this zoom: no port labels, no shadows, nothing moves
export const BLOCKS = 0.25; // below: cards are blocks of colour

export const levelOf = (zoom) => (zoom < BLOCKS ? 'blocks' : zoom < FAR ? 'far' : 'near');

export const snap = (value) => Math.round(value / GRID) * GRID;

/** Height of a card with so many rows on either side. */
export function cardHeight({ inputs, outputs, hasFoot }) {
  const rows = Math.max(inputs, outputs);
  return CARD.head + (rows ? rows * CARD.row + CARD.below : 0) + (hasFoot ? CARD.foot : 0);
}

/** Where a port of a card is: side `in` or `out`; row null is the order port. */
export function portPoint(card, side, row) {
  const y = row === null ? CARD.portY : CARD.head + row * CARD.row + CARD.row / 2;
  return [card.x + (side === 'out' ? CARD.width : 0), card.y + y];
}

/** A card, or what lies around several, with the `+` that stands to the right of it. */
export function withAdd({ x, y, width, height }) {
  return { x, y, width: width + CARD.add, height };
}

/** Beside the middle of a line, above it: where its `+` does not cover it, however steep it is. */
export function besideLine([x, y], [fromX, fromY], [toX, toY], distance) {
  const [dx, dy] = [Math.abs(toX - fromX) / 2, (toY - fromY) * Math.sign(toX - fromX || 1)]; // the way of the curve in its middle
  const length = Math.hypot(dx, dy) || 1;
  return [x + (distance * dy) / length, y - (distance * dx) / length];
}

/** The port that is meant by a point, of [{point, …}]: the nearest within reach, null when there is none. */
export function nearest(ports, [x, y], reach) {
  let found = null;
  let least = reach;
  for (const port of ports) {
    const distance = Math.hypot(port.point[0] - x, port.point[1] - y);
    if (distance <= least) {
      least = distance;
      found = port;
    }
  }
  return found;
}

export function intersects(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The smallest rectangle around all; null around nothing. */
export function boundsOf(rects) {
  let box = null;
  for (const { x, y, width, height } of rects) {
    box ??= [x, y, x + width, y + height];
    box = [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x + width), Math.max(box[3], y + height)];
  }
  return box && { x: box[0], y: box[1], width: box[2] - box[0], height: box[3] - box[1] };
}

/** The rectangle between two corners, whichever they are. */
export function between([x1, y1], [x2, y2]) {
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
}

/** What of the canvas a window of this size shows, with a margin in pixels. */
export function shownBy([tx, ty, zoom], { width, height }, margin = 0) {
  return {
    x: (-tx - margin) / zoom,
    y: (-ty - margin) / zoom,
    width: (width + 2 * margin) / zoom,
    height: (height + 2 * margin) / zoom,
  };
}

/** How far to move a view so that it shows `rect`, in pixels: [0, 0] when it does already. */
export function shiftToShow(rect, [tx, ty, zoom], { width, height }, margin) {
  const along = (start, length, window) => {
    if (length + 2 * margin > window || start < margin) return margin - start;
    return Math.min(0, window - margin - start - length);
  };
  return [along(rect.x * zoom + tx, rect.width * zoom, width), along(rect.y * zoom + ty, rect.height * zoom, height)];
}

/**
 * Line a moved rectangle up with others: left, centre and right, top, middle and bottom.
 * Returns {x, y, lines: [{axis: 'x'|'y', at, from, to}]}; without a line near, the place is the one on the grid. Middles
 * count only where they keep the grid.
 */
export function aligned(rect, others) {
  const lines = [];
  const along = (axis, size, across, acrossSize) => {
    let best = null;
    for (const other of others) {
      for (const share of [0, 0.5, 1]) {
        const at = other[axis] + other[size] * share;
        const place = at - rect[size] * share;
        const gap = Math.abs(place - rect[axis]);
        if (gap < (best?.gap ?? GUIDE_REACH) && (share !== 0.5 || snap(place) === place)) {
          best = { gap, at, place, other };
        }
      }
    }
    if (!best) return snap(rect[axis]);
    const from = Math.min(rect[across], best.other[across]);
    const to = Math.max(rect[across] + rect[acrossSize], best.other[across] + best.other[acrossSize]);
    lines.push({ axis, at: best.at, from, to });
    return best.place;
  };
  return { x: along('x', 'width', 'y', 'height'), y: along('y', 'height', 'x', 'width'), lines };
}

/** How a map of this size shows `area`: {scale, x, y}, so that map = canvas × scale + [x, y]. */
export function mapOf(area, { width, height }, padding) {
  const scale = Math.min((width - 2 * padding) / area.width, (height - 2 * padding) / area.height);
  return {
    scale,
    x: (width - area.width * scale) / 2 - area.x * scale,
    y: (height - area.height * scale) / 2 - area.y * scale,
  };
}
