// <workflow-editor>: holds the store and hands it to the parts inside (`context.js`); turns buttons and keys into commands.
import { commandOf, isMeant } from '../editor/shortcuts.js';
import { EditorStore } from '../graph/store.js';
import { fill } from '../lib/say.js';
import { listenToClipboard } from '../editor/clipboard-events.js';
import { Panes } from '../editor/panes.js';
import { provideEditor } from '../editor/context.js';
import { runCommand } from '../editor/commands.js';
import { startPublishing } from '../editor/publishing.js';
import { setField } from '../graph/edits.js';
import { bringBack, startSaving } from '../editor/saving.js';

class WorkflowEditor extends HTMLElement {
  #events;
  #editor;

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    const editor = (this.#editor = this.#makeEditor());
    if (!editor.store.readOnly) startSaving(editor, signal);
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    this.addEventListener('input', (event) => this.#onInput(event), { signal });
    this.addEventListener('node-open', ({ detail }) => editor.open(detail.key), { signal });
    this.addEventListener('canvas-ready', () => this.#onReady(), { signal, once: true });
    document.addEventListener('keydown', (event) => this.#onKey(event), { signal });
    editor.store.addEventListener('replaced', () => this.#showHead(), { signal });
    editor.store.addEventListener('change', () => this.#showHead(), { signal });
    editor.store.addEventListener('selection', ({ detail }) => detail.nodes.size && editor.panes.showSettings(), {
      signal,
    });
    editor.store.addEventListener('history', () => this.#showHistory(), { signal });
    listenToClipboard(editor, signal);
    startPublishing(editor, signal);
    this.#showHistory();
    provideEditor(this, editor);
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  #makeEditor() {
    const catalogue = this.#read('#catalogue');
    const draft = this.#read('#draft');
    const readOnly = this.hasAttribute('data-readonly');
    const store = new EditorStore({ document: draft.document, catalogue, readOnly });
    store.setProblems(draft.problems);
    const { texts } = catalogue;
    return {
      host: this,
      store,
      draft,
      texts,
      panes: new Panes(this),
      canvas: this.querySelector('workflow-canvas'),
      inspector: this.querySelector('node-inspector'),
      say: (id, words) => fill(texts[id] ?? id, words),
      announce: (text) => this.#announce(text),
      toast: (text, tone = 'work') => document.querySelector('toast-list').add(text, tone),
      ask: (text, act) => document.querySelector('confirm-dialog').ask(text, act),
      icon: (name) => this.#icon(name),
      address: (path = '') => this.dataset.address + path,
      run: (command) => runCommand(this.#editor, command),
      open: (key, field) => this.#open(key, field),
      insert: (...what) => this.#insert(...what),
    };
  }

  #onReady() {
    document.body.dataset.ready = '';
    if (!this.#editor.store.readOnly) bringBack(this.#editor);
    const node = new URLSearchParams(location.search).get('node'); // a link to a problem
    if (node) this.#editor.open(node);
  }

  #onClick(event) {
    const button = event.target.closest('[data-command]');
    if (button) this.#editor.run(button.dataset.command);
  }

  #onKey(event) {
    if (event.key === 'Escape' && !event.defaultPrevented && this.#leavesForm(event.target)) return;
    const command = commandOf(event);
    if (!command || event.defaultPrevented || !isMeant(command, event, event.target)) return;
    if (this.#editor.run(command) && command !== 'escape') event.preventDefault();
  }

  /** Esc goes from a form back to the step that it is of, from where all other keys work. */
  #leavesForm(target) {
    const isForm = target.closest?.('node-inspector, .editor-title');
    if (!isForm || target.closest('[popover], dialog')) return false;
    const { canvas, panes, store } = this.#editor;
    const [key] = store.selection.nodes;
    if (panes.isNarrow) panes.closeInspector();
    if (key) canvas.focusNode(key);
    else canvas.focusHost();
    return true;
  }

  /** The name and the description belong to the head of the document. */
  #onInput({ target }) {
    const name = target.dataset.head;
    if (!name) return;
    const value = name === 'name' ? target.value : target.value || undefined;
    if (name === 'name' && !value.trim()) return;
    const { operations = [] } = setField(this.#editor.store.graph, null, [name], value);
    const label = this.#editor.say(`label.${name}`);
    this.#editor.store.commit(operations, { label, mergeKey: `head.${name}`, origin: 'head' });
  }

  #showHead() {
    const { head } = this.#editor.store.graph;
    for (const control of this.querySelectorAll('[data-head]')) {
      const value = head[control.dataset.head] ?? '';
      if (control.value !== value && control !== document.activeElement) control.value = value;
    }
    const title = this.querySelector('.editor-title h1');
    document.title = document.title.replace(title.textContent, () => head.name);
    title.textContent = head.name;
  }

  #showHistory() {
    const { history } = this.#editor.store;
    const show = (command, can) => {
      const button = this.querySelector(`[data-command="${command}"]`);
      button?.setAttribute('aria-disabled', String(!can)); // not `disabled`: the focus would be lost with the last step
    };
    show('undo', history.canUndo);
    show('redo', history.canRedo);
  }

  /** Choose a node and show its settings, at one of its fields where one is named. */
  #open(key, field = []) {
    const { store, panes, canvas, inspector } = this.#editor;
    if (key && !store.graph.nodes.has(key)) return;
    store.select({ nodes: key ? [key] : [] });
    if (key) canvas.centerOn(key);
    panes.showInspector();
    inspector.focusField(key, field);
  }

  /** Put in what `pasted` or `duplicate` answered, choose it and say what became of it. */
  #insert({ refusal, operations, keys, dropped }, label, said) {
    const { store, canvas, say, toast, announce } = this.#editor;
    if (refusal)
      return toast(refusal.words.name === '' ? say('paste.not-a-document') : canvas.refusalText(refusal), 'bad');
    store.commit(operations, { label: say(label), origin: 'editor' });
    store.select({ nodes: keys });
    canvas.focusNode(keys[0]);
    announce(say(said, { count: keys.length }));
    const lost = dropped.filter(({ input }) => input).map(({ input, from }) => `${input} ← ${from}`);
    const extra = dropped.filter(({ reason }) => reason === 'trigger').map(({ key }) => key);
    if (lost.length) toast(say('paste.dropped', { places: lost.join(', ') }));
    if (extra.length) toast(say('paste.one-trigger', { places: extra.join(', ') }));
    return null;
  }

  #announce(text) {
    const place = this.querySelector(':scope > [data-part="announcer"]');
    place.textContent = '';
    requestAnimationFrame(() => (place.textContent = text)); // the same words again are news too
  }

  #icon(name) {
    const icons = this.querySelector('#editor-icons').content;
    const found = icons.querySelector(`[data-icon="${CSS.escape(name)}"] > svg`);
    return found ? found.cloneNode(true) : document.createElement('span');
  }

  #read(id) {
    return JSON.parse(this.querySelector(id).textContent);
  }
}

customElements.define('workflow-editor', WorkflowEditor);
