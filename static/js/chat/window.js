// What part of a long conversation a page holds. Pure: no DOM.

export const MOST_SHOWN = 300; // messages in the page at once
export const KEPT = 200; // of them after a trim, so that not each new one trims

/**
 * Which messages leave the page, of `count` that it shows. `reader`: the place of the first one in view; `atEnd`:
 * the reader follows the end. Returns {from, to, edge}: places to remove and the edge behind which they now lie, or null.
 */
export function surplus({ count, reader, atEnd }) {
  if (count <= MOST_SHOWN) return null;
  const gone = count - KEPT;
  const fromStart = atEnd || reader >= count / 2;
  return fromStart ? { from: 0, to: gone, edge: 'earlier' } : { from: KEPT, to: count, edge: 'later' };
}
