// `{{ name }}` while it is written: what is open at the caret, what completes it, what is no input. Pure.
import { namesIn } from '../graph/naming.js';

const OPEN = /\{\{[ \t]*([\p{L}\p{N}_-]{0,40})$/u;
const REST = /^[\p{L}\p{N}_-]*(?:[ \t]*\}\})?/u;

/** The opened place before the caret: {start, query}; null when none is open. */
export function openPlace(text, caret) {
  const found = OPEN.exec(text.slice(0, caret));
  return found ? { start: found.index, query: found[1] } : null;
}

/** The text with the opened place filled, and where the caret stands then. */
export function completed(text, caret, name) {
  const place = openPlace(text, caret);
  const start = place ? place.start : caret;
  const rest = place ? text.slice(caret).replace(REST, '') : text.slice(caret);
  const written = `{{ ${name} }}`;
  return { text: text.slice(0, start) + written + rest, caret: start + written.length };
}

/** Names used in a text that no input has, each once. */
export function unknownNames(text, inputs) {
  const known = new Set(inputs);
  return namesIn(text).filter((name) => !known.has(name));
}

/** Say whether an offer answers what was typed: every word of it is somewhere in one of the texts. */
export function matches(query, ...texts) {
  const whole = texts.join(' ').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}
