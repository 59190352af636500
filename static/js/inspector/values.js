// Values of the inspector's controls: what is written into a document, and why something is not. Pure.
// A fault {id, words} names a text of templates/workflows/panels/_texts.html; nothing faulty is written.

const WEB_ADDRESS = /^https?:\/\//;

/** The value at a path of a node; undefined where nothing is. */
export function valueAt(owner, path) {
  return path.reduce((value, name) => value?.[name], owner);
}

/** The path as problems of the server write it: `inputs[0].from`. */
export function dotted(path) {
  return path.reduce(
    (text, name) => (typeof name === 'number' ? `${text}[${name}]` : text ? `${text}.${name}` : name),
    '',
  );
}

const READERS = {
  line: (raw, { required }) => (required && !raw.trim() ? faulty('empty') : { value: raw }),
  text: (raw) => ({ value: raw }),
  link: (raw) => (!raw || WEB_ADDRESS.test(raw) ? { value: raw } : faulty('link')),
  flag: (raw) => ({ value: raw }),
  set: (raw, { least = 0 }) => (raw.length < least ? faulty('least') : { value: raw }),
  words: (raw) => ({ value: [...new Set(raw.split('\n').map((word) => word.trim()))].filter(Boolean) }),
  number(raw, { low, high }) {
    const isWhole = /^\d{1,12}$/.test(raw.trim());
    return isWhole && Number(raw) >= low && Number(raw) <= high
      ? { value: Number(raw) }
      : faulty('number', { low, high });
  },
  pairs(raw) {
    const given = raw.filter(([name, text]) => name.trim() || text);
    const names = given.map(([name]) => name.trim());
    if (names.some((name) => !name) || new Set(names).size < names.length) return faulty('pairs');
    return { value: Object.fromEntries(given.map(([name, text]) => [name.trim(), text])) };
  },
};

/**
 * What a control of a kind means: {value} (undefined: leave the key out) or {fault}.
 * `bounds`: {required, least, low, high, usual}; `usual` is what an absent key means.
 */
export function readValue(kind, raw, bounds = {}) {
  const read = READERS[kind](raw, bounds);
  if (read.fault || !('usual' in bounds)) return read;
  return isSame(read.value, bounds.usual) ? { value: undefined } : read;
}

/** Where the value of an input comes from. */
export function sourceKind(input) {
  if (input.from !== undefined) return 'reference';
  return input.ask ? 'ask' : 'fixed';
}

/** An input with another source: nothing is left of the one before. `value`: the fixed value or the default. */
export function withSource(input, kind, value = '') {
  const { name, type, label, required } = input;
  const changed = kind === 'ask' ? { name, type, ask: true } : { name, type, value: isBare(type) ? '' : value };
  if (kind === 'ask' && value && !isBare(type)) changed.default = value;
  if (label) changed.label = label;
  if (required === false) changed.required = false;
  return changed;
}

/** An input of another type; a value that cannot stand there is left out. */
export function withType(input, type) {
  const fits = (text) => !isBare(type) && (type !== 'link' || WEB_ADDRESS.test(text));
  const changed = { ...input, type };
  if (changed.value && !fits(changed.value)) changed.value = '';
  if (changed.default && !fits(changed.default)) delete changed.default;
  return changed;
}

/** Say whether a value of the type can not stand in a template. */
export function isBare(type) {
  return type === 'file' || type === 'image';
}

function faulty(id, words = {}) {
  return { fault: { id, words } };
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
