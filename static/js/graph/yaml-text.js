// A document as the YAML of a template file, as a person likes to read it: lists indented, prompts as literal blocks.
// Pure, and writing only: the server reads YAML, with the words of an import. What might be read as
// something else than text, or not at all, is quoted as JSON, which YAML understands.

const PLAIN = /^\p{L}(?:[\p{L}\p{N}_ ./()+-]*[\p{L}\p{N}_/)])?$/u;
const NOT_TEXT = /^(?:y|n|yes|no|on|off|true|false|null)$/i; // to some reader of YAML
const KEY_OF_THE_FORMAT = 'on';
// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
const DEEPER = '  ';

/** The text of a document; `undefined` fields are left out. */
export function yamlOf(document) {
  return `${pairs(document, '').join('\n')}\n`;
}

function pairs(map, indent) {
  const entries = Object.entries(map).filter(([, value]) => value !== undefined);
  return entries.flatMap(([key, value]) => entry(`${indent}${name(key)}:`, value, indent));
}

/** The lines of a value behind its key (or the dash of an item). */
function entry(head, value, indent) {
  if (typeof value === 'string' && isBlock(value)) return block(head, value, indent + DEEPER);
  if (isFlat(value)) return [`${head} ${flat(value)}`];
  if (Array.isArray(value)) return [head, ...value.flatMap((item) => listed(item, indent + DEEPER))];
  return [head, ...pairs(value, indent + DEEPER)];
}

function listed(item, indent) {
  const dash = `${indent}-`;
  const isMap = !Array.isArray(item) && !isFlat(item);
  if (!isMap) return entry(dash, item, indent);
  const [first, ...rest] = pairs(item, indent + DEEPER);
  return [`${dash} ${first.trimStart()}`, ...rest];
}

function isFlat(value) {
  if (value === null || typeof value !== 'object') return true;
  const items = Object.values(value).filter((item) => item !== undefined);
  return !items.length || (Array.isArray(value) && items.every((item) => item === null || typeof item !== 'object'));
}

function flat(value) {
  if (Array.isArray(value)) return `[${value.map(scalar).join(', ')}]`;
  return value !== null && typeof value === 'object' ? '{}' : scalar(value);
}

function scalar(value) {
  return typeof value === 'string' && isPlain(value) ? value : quoted(value);
}

function name(key) {
  return isPlain(key) || key === KEY_OF_THE_FORMAT ? key : quoted(key);
}

function isPlain(text) {
  return PLAIN.test(text) && !NOT_TEXT.test(text);
}

function quoted(value) {
  const escaped = (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(NEEDS_ESCAPES, escaped);
}

/** Several lines, the first and the last of which have no white space that a block could lose. */
function isBlock(text) {
  return text.includes('\n') && !/^\s|\n[ \t]*\n$|\n[ \t]+$/.test(text) && text.search(NEEDS_ESCAPES) < 0;
}

function block(head, text, indent) {
  const isEnded = text.endsWith('\n');
  const lines = (isEnded ? text.slice(0, -1) : text).split('\n');
  return [`${head} ${isEnded ? '|' : '|-'}`, ...lines.map((line) => (line ? indent + line : ''))];
}
