// Which key means which command. Pure. `templates/workflows/editor/_keys.html` lists them for people.

const PLAIN = {
  Delete: 'delete',
  Backspace: 'delete',
  Escape: 'escape',
  l: 'tidy',
  1: 'fit',
  '+': 'zoom-in',
  '=': 'zoom-in',
  '-': 'zoom-out',
  '/': 'search',
  n: 'search',
  s: 'save',
  '?': 'keys',
};
const WITH_CONTROL = { z: 'undo', y: 'redo', d: 'duplicate', a: 'select-all', s: 'save' };
const WITH_CONTROL_AND_SHIFT = { z: 'redo' };
const ANYWHERE = new Set(['save', 'escape']); // with Ctrl also while the focus is in the inspector
const NOT_TYPING = new Set(['button', 'checkbox', 'color', 'file', 'radio', 'range', 'reset', 'submit']);

/** The command of a key press, or null. `event` needs key, ctrlKey, metaKey, shiftKey, altKey only. */
export function commandOf(event) {
  if (event.altKey || event.isComposing) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const table = !(event.ctrlKey || event.metaKey) ? PLAIN : event.shiftKey ? WITH_CONTROL_AND_SHIFT : WITH_CONTROL;
  return Object.hasOwn(table, key) ? table[key] : null;
}

/** Say whether keys pressed at this element write text, or choose from a list. */
export function isTyping(element) {
  if (!element?.tagName) return false;
  if (element.isContentEditable) return true;
  const tag = element.tagName.toLowerCase();
  if (tag === 'input') return !NOT_TYPING.has(element.type);
  return tag === 'textarea' || tag === 'select';
}

/** Say whether a command is meant where the focus is: at the canvas or nowhere, not in a form, a list or a dialog. */
export function isMeant(command, event, element) {
  if (command === 'save' && (event.ctrlKey || event.metaKey)) return true;
  if (isTyping(element)) return false;
  if (ANYWHERE.has(command)) return !element?.closest?.('dialog, [popover]');
  return !element?.closest?.('dialog, [popover], node-inspector, node-outline, problem-panel');
}

/** Every command that a key has, for the test of the key list. */
export function commands() {
  const all = [PLAIN, WITH_CONTROL, WITH_CONTROL_AND_SHIFT].flatMap((table) => Object.values(table));
  return [...new Set(all)].sort();
}
