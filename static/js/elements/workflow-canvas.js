// <workflow-canvas>: the graph of a template to see and to edit. Shows the store's graph and commits what a person does;
// which edits are allowed is decided in `graph/`. With `data-document` it stands alone and is read only.
// Events (bubble): canvas-ready · node-open {key} · quick-add {after | onEdge, output, position, anchor}.
import { build } from '../canvas/building.js';
import { dropStep } from '../canvas/drop.js';
import { followStore } from '../canvas/following.js';
import { withAdd } from '../canvas/geometry.js';
import { listenToKeys } from '../canvas/keys.js';
import { ownStore } from '../canvas/own-store.js';
import { tidied } from '../canvas/tidy.js';
import { editorOf } from '../editor/context.js';
import { addNode } from '../graph/edits.js';
import { titleOf } from '../graph/ports.js';

class WorkflowCanvas extends HTMLElement {
  store;
  scene; // this and the next: see `building.js`
  view;
  cards;
  hint;
  voice;
  isPointed = false; // what is used: a pointer, or the keyboard
  #events;
  #parts;
  #frame = 0;

  async connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    const editor = this.dataset.document === undefined ? await editorOf(this) : null;
    if (signal.aborted) return;
    this.store = editor?.store ?? ownStore(this);
    const announce = (text) => editor?.announce(text);
    this.#parts = build(this, { announce, onMove: () => this.#viewMoved(), signal });
    for (const name of ['scene', 'view', 'cards', 'hint', 'voice']) this[name] = this.#parts[name];
    followStore(this, signal);
    listenToKeys(this, signal);
    this.fit({ isSlow: false });
    this.dataset.ready = '';
    this.dispatchEvent(new CustomEvent('canvas-ready', { bubbles: true }));
  }

  disconnectedCallback() {
    this.#events.abort();
    this.view?.destroy();
  }

  // --- for the page ---

  fit(how) {
    const bounds = this.scene.bounds();
    return this.view.fit(bounds && !this.store.readOnly ? withAdd(bounds) : bounds, how);
  }

  zoomIn() {
    return this.view.zoomIn();
  }

  zoomOut() {
    return this.view.zoomOut();
  }

  centerOn(key) {
    const item = this.scene.items.get(key);
    return item && this.view.centreOn(item);
  }

  /** The middle of what is seen, in canvas units. */
  viewportCentre() {
    return this.view.centre();
  }

  async tidy() {
    if (this.store.readOnly || this.scene.items.size === 0) return;
    const operations = await tidied(this.store.graph, this.scene.items);
    this.store.commit(operations, { label: this.voice.text('tidied'), origin: 'canvas' });
    await this.fit();
    this.voice.say('tidied');
  }

  /** Let a step from the palette follow the pointer. Resolves to the key of the new node, or null. */
  startDrop(what, pointerEvent) {
    const step = typeof what === 'string' ? { type: what } : what;
    return new Promise((done) => this.#parts.pointer.adopt(pointerEvent, dropStep(this, step, done)));
  }

  /** Add a step, choose and focus it: its key, or null when it was refused. `step`: see `addNode`. */
  addStep(step, point = null) {
    const { operations, key, refusal } = addNode(this.store.graph, this.store.catalogue, step);
    if (refusal) return this.refuse(refusal, point ?? this.view.toClient(this.view.centre()));
    this.store.commit(operations, { label: this.voice.text('added'), origin: 'canvas' });
    this.store.select({ nodes: [key] });
    this.view.reveal(withAdd(this.scene.items.get(key)));
    this.focusNode(key);
    this.voice.say('added', { title: this.titleOf(key) });
    return key;
  }

  /** A text of the canvas, and why something was refused; see `voice.js`. */
  text(name, words) {
    return this.voice.text(name, words);
  }

  refusalText(refusal) {
    return this.voice.refusal(refusal);
  }

  focusNode(key) {
    this.scene.ensure(key)?.focus({ preventScroll: true });
  }

  /** `word`: says the status closer than the canvas does by itself. */
  setStatus(key, status, word = null) {
    this.scene.update(key, { status, statusWord: word });
    this.#parts.map.draw();
  }

  /** `marks`: key of a node or id of an edge → added, removed, changed, moved. */
  setMarks(marks) {
    for (const key of this.scene.items.keys()) this.scene.update(key, { mark: marks.get(key) ?? null });
    for (const id of this.store.graph.edges.keys()) this.scene.edges.mark(id, marks.get(id));
  }

  // --- for the canvas's own parts ---

  part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  titleOf(key) {
    const node = this.store.graph.nodes.get(key);
    return node ? titleOf(node) : key;
  }

  focusHost() {
    this.part('canvas').focus({ preventScroll: true });
  }

  /** Cards or the choice changed. */
  moved() {
    this.#parts.quickAdd.place();
    this.#parts.map.draw();
  }

  /** Nodes came or went, or the view moved: put what is near it into the page, once a frame. */
  shown() {
    const isEmpty = this.scene.items.size === 0;
    if (isEmpty === this.part('empty').hidden) {
      this.part('empty').hidden = !isEmpty;
      this.toggleAttribute('data-empty', isEmpty);
    }
    this.#showSoon();
  }

  askForStep(place, anchor) {
    this.dispatchEvent(new CustomEvent('quick-add', { bubbles: true, detail: { ...place, anchor } }));
  }

  askOnEdge(id) {
    this.askForStep({ onEdge: id }, this.view.toClient(this.scene.edges.middleOf(id)));
  }

  open(key) {
    this.store.select({ nodes: [key] });
    this.dispatchEvent(new CustomEvent('node-open', { bubbles: true, detail: { key } }));
  }

  refuse(refusal, point) {
    this.hint.linger(this.voice.refusal(refusal), point);
    this.voice.sayRefusal(refusal);
    return null;
  }

  #viewMoved() {
    if (!this.#parts) return; // the first view, before all parts are there
    this.#parts.controls.show(this.view.zoom);
    this.#parts.map.draw();
    this.#showSoon();
  }

  #showSoon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const { level, isMoving } = this.view;
      if (this.scene.show((margin) => this.view.shown(margin), { level, isMoving })) this.#showSoon();
    });
  }
}

customElements.define('workflow-canvas', WorkflowCanvas);
