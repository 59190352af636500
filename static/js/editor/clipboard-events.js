// Copy, cut and paste by the browser's own events, so that menus and every keyboard work. The clipboard holds the YAML of
// a document (a template file), so what is copied goes into another template, a message or a file as well; and beside it
// the same as JSON, which the editor reads at once and without a server. Text from elsewhere is read by the server.
import { copied, pasted, removeSelection } from '../graph/edits.js';
import { yamlOf } from '../graph/yaml-text.js';
import { isTyping } from './shortcuts.js';
import { sayBroken } from './commands.js';
import { sendClipping } from './draft-client.js';

const OWN = 'application/x-aime+json';
const LOOKS_LIKE_A_FILE = /(?:^|[{,\s"'])aime["']?\s*:/;

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
  const document = copied(store.graph, nodes);
  event.clipboardData.setData('text/plain', yamlOf(document));
  event.clipboardData.setData(OWN, JSON.stringify(document));
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
  const own = event.clipboardData.getData(OWN);
  if (!text && !own) return;
  event.preventDefault();
  if (store.readOnly) editor.announce(editor.say('said.read-only'));
  else pasteDocument(editor, parsed(own) ?? parsed(text) ?? null, text);
}

async function pasteDocument(editor, document, text) {
  if (document) return insert(editor, document);
  if (!LOOKS_LIKE_A_FILE.test(text)) return editor.toast(editor.say('paste.not-a-document'), 'bad');
  editor.announce(editor.say('paste.reading'));
  const answer = await sendClipping(editor.address('clippings/'), text);
  if (answer.kind === 'read') return insert(editor, answer.document);
  return editor.toast(refusalText(editor, answer), 'bad');
}

function refusalText({ say }, { kind, errors = [] }) {
  const [problem, ...more] = errors;
  if (!problem) return say(kind === 'signed-out' ? 'paste.signed-out' : 'paste.unreachable');
  return say(more.length ? 'paste.problems' : 'paste.problem', { problem, count: more.length });
}

function insert(editor, document) {
  const { store } = editor;
  const made = pasted(store.graph, document, pastePlace(editor, document), store.catalogue);
  return editor.insert(made, 'label.pasted', 'said.pasted');
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Beside the original in the template it came from; in the middle of what is seen anywhere else. */
function pastePlace({ store, canvas }, { nodes }) {
  const isHere = ({ key, position }) => {
    const here = store.graph.nodes.get(key);
    return here && JSON.stringify(here.position) === JSON.stringify(position);
  };
  if (Array.isArray(nodes) && nodes.some((node) => node && isHere(node))) return null;
  const [x, y] = canvas.viewportCentre();
  return [x - 130, y - 60];
}
