// Copy, cut and paste by the browser's own events, so that menus and every keyboard work. The clipboard holds the JSON of
// a document (which is a template file), so what is copied goes into another template, a message or a file as well.
import { copied, pasted, removeSelection } from '../graph/edits.js';
import { isTyping } from './shortcuts.js';
import { sayBroken } from './commands.js';

export function listenToClipboard(editor, signal) {
  const on = (name, act) => {
    document.addEventListener(name, (event) => isMeant(editor, event) && act(editor, event), { signal });
  };
  on('copy', (_, event) => copy(editor, event, 'said.copied'));
  on('cut', (_, event) => !editor.store.readOnly && cut(editor, event));
  on('paste', (_, event) => paste(editor, event));
}

/** The event is the canvas's when nobody types and no text is marked. */
function isMeant({ host }, event) {
  const element = document.activeElement;
  if (isTyping(element) || element.closest('dialog, [popover], node-inspector')) return false;
  const isText = event.type !== 'paste' && !document.getSelection().isCollapsed;
  return !isText && (element === document.body || host.contains(element));
}

function copy({ store, announce, say }, event, said) {
  const { nodes } = store.selection;
  if (!nodes.size) return false;
  event.clipboardData.setData('text/plain', copied(store.graph, nodes));
  event.preventDefault();
  announce(say(said, { count: nodes.size }));
  return true;
}

function cut(editor, event) {
  if (!copy(editor, event, 'said.cut')) return;
  const { store } = editor;
  const { operations, broken } = removeSelection(store.graph, store.selection);
  store.commit(operations, { label: editor.say('label.cut'), origin: 'editor' });
  sayBroken(editor, broken);
  editor.canvas.focusHost();
}

function paste(editor, event) {
  const { store } = editor;
  const text = event.clipboardData.getData('text/plain');
  if (!text) return;
  event.preventDefault();
  if (store.readOnly) return editor.announce(editor.say('said.read-only'));
  editor.insert(pasted(store.graph, text, pastePlace(editor, text), store.catalogue), 'label.pasted', 'said.pasted');
}

/** Beside the original in the template it came from; in the middle of what is seen anywhere else. */
function pastePlace({ store, canvas }, text) {
  try {
    const { nodes } = JSON.parse(text);
    const isHere = nodes.some(({ key, position }) => {
      const here = store.graph.nodes.get(key);
      return here && JSON.stringify(here.position) === JSON.stringify(position);
    });
    if (isHere) return null;
  } catch {
    return null; // `pasted` says what is wrong with it
  }
  const [x, y] = canvas.viewportCentre();
  return [x - 130, y - 60];
}
