// What the cards and lines of a run's canvas show, from what its list of nodes says. Pure.

const BEGUN = new Set(['running', 'waiting', 'retrying', 'done', 'failed']);
const ACTIVE = new Set(['queued', 'running', 'retrying']);

/** The data of the list's items → Map of key → {status, word, mark}; `mark`: "stale", "reused" or null. */
export function nodeStates(items) {
  const states = new Map();
  for (const { key, status, word, stale, reused } of items) {
    const mark = stale === undefined ? (reused === undefined ? null : 'reused') : 'stale';
    states.set(key, { status, word, mark });
  }
  return states;
}

/** Map of key or `a→b` → mark: those of nodes, and how a line stands: "passed" a result, or one "flows" into work. */
export function marksOf(states, edges) {
  const marks = new Map();
  for (const [key, { mark }] of states) if (mark) marks.set(key, mark);
  for (const [id, [source, target]] of edges) {
    if (states.get(source)?.status !== 'done') continue;
    const { status } = states.get(target) ?? {};
    if (ACTIVE.has(status)) marks.set(id, 'flows');
    else if (BEGUN.has(status)) marks.set(id, 'passed');
  }
  return marks;
}

/** Say whether two maps of strings or states hold the same. */
export function isSame(one, other) {
  if (one.size !== other.size) return false;
  return [...one].every(([key, value]) => JSON.stringify(other.get(key)) === JSON.stringify(value));
}
