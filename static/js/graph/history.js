// Undo and redo: a list of steps, each some operations with their inverse. Pure but for the clock, which is passed in.
// Steps with the same merge key that follow each other quickly are one step, so typing a word is undone as a word.

import { invert } from './operations.js';

const GAP_MS = 1000;
const MAX_STEPS = 500;

export class History {
  #done = [];
  #undone = [];
  #now;
  #isSealed = true;

  constructor({ now = Date.now } = {}) {
    this.#now = now;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** What undo would take back, for a tooltip; null when there is nothing. */
  get undoLabel() {
    return this.#done.at(-1)?.label ?? null;
  }

  get redoLabel() {
    return this.#undone.at(-1)?.label ?? null;
  }

  /** Remember a step that was done; what was undone before is forgotten. */
  push(operations, inverse = invert(operations), { label = '', mergeKey = null } = {}) {
    const at = this.#now();
    const last = this.#done.at(-1);
    this.#undone = [];
    if (!this.#isSealed && mergeKey !== null && last.mergeKey === mergeKey && at - last.at < GAP_MS) {
      Object.assign(last, joined(last, { operations, inverse }), { at });
      if (last.operations.length) return;
      this.#done.pop(); // typed and taken back
      this.#isSealed = true;
    } else {
      this.#done.push({ operations, inverse, label, mergeKey, at });
      if (this.#done.length > MAX_STEPS) this.#done.shift();
      this.#isSealed = false;
    }
  }

  /** Step back: {operations to apply, label}; null when there is nothing. */
  undo() {
    const step = this.#done.pop();
    if (!step) return null;
    this.#undone.push(step);
    this.#isSealed = true;
    return { operations: step.inverse, label: step.label };
  }

  /** Step forward again. */
  redo() {
    const step = this.#undone.pop();
    if (!step) return null;
    this.#done.push(step);
    this.#isSealed = true;
    return { operations: step.operations, label: step.label };
  }

  /** End the step: what comes next is one of its own, whatever its merge key. */
  seal() {
    this.#isSealed = true;
  }

  clear() {
    this.#done = [];
    this.#undone = [];
    this.#isSealed = true;
  }
}

/** Two steps as one; a field or a node that both change keeps only the first "before" and the last "after". */
function joined(first, second) {
  const operations = squeezed([...first.operations, ...second.operations]);
  if (operations) return { operations, inverse: invert(operations) };
  return {
    operations: [...first.operations, ...second.operations],
    inverse: [...second.inverse, ...first.inverse],
  };
}

function squeezed(operations) {
  const byPlace = new Map();
  for (const operation of operations) {
    if (operation.op !== 'move' && operation.op !== 'data') return null;
    const place = JSON.stringify([operation.op, operation.key, operation.path]);
    const earlier = byPlace.get(place);
    byPlace.set(place, earlier ? { ...earlier, after: operation.after } : operation);
  }
  const found = [...byPlace.values()];
  const fields = found.filter((operation) => operation.op === 'data');
  const isNested = fields.some((one) => fields.some((other) => one !== other && isWithin(one, other)));
  if (isNested || fields.some((field) => field.place !== undefined)) return null;
  return found.filter((operation) => !isNothing(operation));
}

function isNothing({ before, after }) {
  return before === after || JSON.stringify(before) === JSON.stringify(after);
}

/** Say whether one changes a part of what the other changes: then their order counts. */
function isWithin(one, other) {
  return one.key === other.key && other.path.every((name, index) => one.path[index] === name);
}
