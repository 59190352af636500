// Undo by keys inside the inspector.

/** Undo or redo; true where it did. A text field has its own undo, which is written into the store as typing is. */
export function undoesByKey(event, store) {
  const key = event.key.toLowerCase();
  if (event.target.closest('dialog')) return false; // what lies behind a question waits for its answer
  const isText = event.target.matches('textarea, input:not([type=checkbox], [type=radio])');
  if (isText || event.altKey || !(event.ctrlKey || event.metaKey) || (key !== 'z' && key !== 'y')) return false;
  event.preventDefault();
  return key === 'y' || event.shiftKey ? store.redo() : store.undo();
}
