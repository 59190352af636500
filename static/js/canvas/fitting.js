// Whether a text fits into a card. Pure. Estimated, because a clip around every text would cost more in every frame than
// all the rest of a card: only texts that may be too long get one, and second lines are cut here.
const NARROW = /[ijlftrI.,:;'|!()[\]·\s]/;
const WIDE = /[mwMW@%—…]/;
const CAPITAL = /[A-Z0-9_#&<>=+~?]/;
const SHARES = [0.36, 0.95, 0.7, 0.6, 1.05]; // of the size of the type; rather too much than too little

/** Width in pixels that the text takes at most, roughly. */
export function textWidth(text, sizePx) {
  let width = 0;
  for (const character of text) width += shareOf(character);
  return width * sizePx;
}

export function fits(text, sizePx, widthPx) {
  return textWidth(text, sizePx) <= widthPx;
}

/** The text, or its beginning with an ellipsis. */
export function cut(text, sizePx, widthPx) {
  if (fits(text, sizePx, widthPx)) return text;
  let room = widthPx - SHARES[1] * sizePx;
  let kept = '';
  for (const character of text) {
    room -= shareOf(character) * sizePx;
    if (room < 0) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

function shareOf(character) {
  if (character.codePointAt(0) > 0x2e7f) return SHARES[4]; // Chinese, Japanese, Korean, emoji
  if (NARROW.test(character)) return SHARES[0];
  if (WIDE.test(character)) return SHARES[1];
  return CAPITAL.test(character) ? SHARES[2] : SHARES[3];
}
