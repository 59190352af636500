// What the buttons and keys of the editor do. Each command gets the editor; which key means which is in `shortcuts.js`.
import { duplicate, removeSelection } from '../graph/edits.js';
import { titleOf } from '../graph/ports.js';

const commands = {
  undo: (editor) => step(editor, 'undo', editor.store.history.undoLabel),
  redo: (editor) => step(editor, 'redo', editor.store.history.redoLabel),
  tidy: ({ canvas }) => canvas.tidy(),
  fit: ({ canvas }) => canvas.fit(),
  'zoom-in': ({ canvas }) => canvas.zoomIn(),
  'zoom-out': ({ canvas }) => canvas.zoomOut(),
  delete: (editor) => removeSelected(editor),
  duplicate: (editor) => duplicateSelected(editor),
  'select-all': ({ store }) => store.select({ nodes: store.graph.nodes.keys() }),
  search: ({ panes }) => panes.showPalette(),
  palette: ({ panes }) => panes.togglePalette(),
  outline: ({ panes }) => panes.toggleOutline(),
  problems: ({ panes }) => panes.toggleProblems(),
  settings: ({ open, store }) => open([...store.selection.nodes][0] ?? null),
  'close-inspector': ({ panes }) => panes.closeInspector(),
  keys: ({ host }) => host.querySelector('key-list').open(),
  save: (editor) => saveNow(editor),
  escape: ({ store, panes }) => panes.closeTop() || store.select({}),
  publish: ({ host }) => host.dispatchEvent(new Event('publish')),
  settle: ({ save }) => save?.flush(), // what is done to the whole template is done to what is seen
  versions: ({ host }) => host.dispatchEvent(new Event('versions')),
};
const FOR_EDITING = new Set([
  'undo',
  'redo',
  'tidy',
  'delete',
  'duplicate',
  'search',
  'palette',
  'problems',
  'publish',
]);

/** Run a command by its name. False when there is none, or when this is read only and it would change something. */
export function runCommand(editor, name) {
  if (!Object.hasOwn(commands, name) || (editor.store.readOnly && FOR_EDITING.has(name))) return false;
  commands[name](editor);
  return true;
}

/** Remove what is selected; a connection that a reference needs is removed only when the person says so. */
export async function removeSelected(editor) {
  const { store } = editor;
  const { nodes, edges } = store.selection;
  const { operations, broken } = removeSelection(store.graph, { nodes, edges });
  if (!operations.length) return false;
  if (!nodes.size && broken.length) {
    const places = editor.say('remove.needed', { places: placesOf(editor, broken) });
    if (!(await editor.ask(places, editor.say('remove.act')))) return false;
  }
  const words = { count: nodes.size, edges: operations.length - nodes.size };
  store.commit(operations, { label: editor.say('label.deleted'), origin: 'editor' });
  editor.announce(editor.say('said.deleted', words));
  if (nodes.size) sayBroken(editor, broken);
  editor.canvas.focusHost();
  return true;
}

/** Name the inputs whose source went away with what was removed. */
export function sayBroken(editor, broken) {
  if (broken.length) editor.toast(editor.say('said.broken', { places: placesOf(editor, broken) }));
}

function placesOf({ store }, broken) {
  const place = ({ key, input }) => `${titleOf(store.graph.nodes.get(key))} · ${input}`;
  return broken.map(place).join(', ');
}

function duplicateSelected(editor) {
  const { store } = editor;
  if (!store.selection.nodes.size) return;
  editor.insert(duplicate(store.graph, store.selection.nodes, store.catalogue), 'label.duplicated', 'said.pasted');
}

function step(editor, direction, label) {
  if (label === null) return;
  editor.store[direction]();
  editor.announce(editor.say(direction === 'undo' ? 'said.undone' : 'said.redone', { label }));
}

async function saveNow(editor) {
  if (editor.store.readOnly) return editor.announce(editor.say('said.read-only'));
  const isSaved = await editor.save.flush();
  if (isSaved) editor.toast(editor.say('save.by-itself'));
  return null;
}
