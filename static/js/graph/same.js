// Equality of JSON values. Pure.

/** Say whether two JSON values are equal; the order of fields does not count. */
export function isSame(one, other) {
  if (one === other) return true;
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const fields = Object.keys(one);
  if (fields.length !== Object.keys(other).length) return false;
  return fields.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
}
