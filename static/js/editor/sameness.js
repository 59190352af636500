// Whether two documents say the same. The server leaves out what is a default; so does this comparison. Pure.

const DEFAULTS = { visibility: 'space', executor: 'initiator', required: true };

const SAID_EMPTY = new Set(['value']); // an empty fixed value is a value

/** Say whether two documents (or parts of them) differ in nothing but left-out defaults and the order of keys. */
export function saysTheSame(one, other) {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}

/** The document as the server would write it, but for the order of keys. */
export function canonical(value, key = '') {
  if (Array.isArray(value)) return value.map((item) => canonical(item, key === 'position' ? key : ''));
  if (typeof value === 'number' && key === 'position') return Math.round(value);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([name, item]) => [name, canonical(item, name)]);
  const kept = entries.filter(([name, item]) => !isDefault(name, item) && !(name === 'title' && item === value.key));
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isDefault(name, value) {
  if (SAID_EMPTY.has(name)) return value === undefined;
  if (name in DEFAULTS) return value === DEFAULTS[name] || value === undefined;
  if (value === undefined || value === null || value === '' || value === false) return true;
  return typeof value === 'object' && !Object.keys(value).length;
}
