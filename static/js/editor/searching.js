// Finding by words, in any order and without regard to case, width or accents. Pure.

/** Say whether `text` has all the words of `query`. */
export function matches(text, query) {
  const folded = fold(text);
  return fold(query)
    .split(/\s+/)
    .every((word) => folded.includes(word));
}

function fold(text) {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
}
