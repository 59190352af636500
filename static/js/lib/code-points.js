// Lengths and offsets as the server counts them: code points, not UTF-16 units. The string iterator walks by code point.

/** Count the code points of `text`. */
export function countCodePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Return `text` without its first `count` code points. */
export function dropCodePoints(text, count) {
  let units = 0;
  for (const character of text) {
    if (count <= 0) break;
    units += character.length;
    count -= 1;
  }
  return text.slice(units);
}
