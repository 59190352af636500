// The width or height of a pane as a person changes it. Pure; px.

const STEP = 16;
const KEYS = { vertical: ['ArrowLeft', 'ArrowRight'], horizontal: ['ArrowUp', 'ArrowDown'] };

/** The nearest allowed size, whole pixels. */
export function clamped(size, { least, most }) {
  return Math.round(Math.max(least, Math.min(most, size)));
}

/** Say whether something remembered is a size at all. */
export function isKept(size) {
  return Number.isFinite(size) && size > 0;
}

/**
 * The size that a key asks for; null where the key means nothing here. `orientation`: of the edge, "vertical" between
 * two columns. The pane lies after the edge: moving the edge towards the start makes it larger, unless `isRtl`.
 */
export function sizeAfterKey(key, size, limits, orientation, isRtl = false) {
  const [grows, shrinks] = isRtl && orientation === 'vertical' ? KEYS[orientation].toReversed() : KEYS[orientation];
  if (key === grows) return clamped(size + STEP, limits);
  if (key === shrinks) return clamped(size - STEP, limits);
  if (key === 'Home') return limits.least;
  return key === 'End' ? limits.most : null;
}
