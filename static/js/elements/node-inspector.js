// <node-inspector>: the form of what is chosen, rendered by the server from the browser's document. What is typed goes
// into the store at once, without the server.
import '../inspector/binding-picker.js';
import '../inspector/cron-picker.js';
import '../inspector/prompt-field.js';
import { editorOf } from '../editor/context.js';
import { InspectorForm } from '../inspector/form.js';
import { load } from '../inspector/loading.js';
import { whilePressed } from '../inspector/pressing.js';
import { openSaved } from '../inspector/saved-first.js';
import { keptOpen, showTab, tabKey, tabOf } from '../inspector/tabs.js';
import { showChosen } from '../inspector/chosen.js';
import { undoesByKey } from '../inspector/undo-keys.js';
import { fill } from '../lib/say.js';

const SETTLE_MS = 120; // several changes, e.g. of a drag or of quick undoing, give one form
const TYPING_MS = 400;
const AWAY_MS = 5000;

class NodeInspector extends HTMLElement {
  #events;
  #editor;
  #form;
  #tab = 'settings';
  #timer;
  #number = 0; // of the last request; older answers are dropped
  #asked; // key of the form that stands here or is on its way
  #focus; // id of the control to go to once it is there
  #isAway = false; // the server
  #isPressed = false; // a pointer
  #isWaiting = false; // for its release

  async connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#editor = await editorOf(this);
    if (signal.aborted) return;
    this.#form = new InspectorForm(this, this.#editor);
    const { store } = this.#editor;
    store.addEventListener('selection', () => this.#choose(), { signal });
    store.addEventListener('replaced', () => this.render(), { signal });
    store.addEventListener('problems', () => this.#form.showProblems(), { signal });
    store.addEventListener('change', ({ detail }) => this.#changed(detail), { signal });
    this.addEventListener('click', (event) => this.#clicked(event), { signal });
    this.addEventListener('input', (event) => this.#form.typed(event), { signal });
    this.addEventListener('change', (event) => this.#form.settled(event), { signal });
    this.addEventListener('submit', (event) => event.target.method !== 'dialog' && event.preventDefault(), { signal });
    this.addEventListener('keydown', (event) => this.#key(event), { signal });
    this.addEventListener('toggle', (event) => this.#toggled(event), { signal, capture: true });
    addEventListener('online', () => this.render(), { signal });
    addEventListener('focus', () => this.#isAway && this.render(), { signal }); // from the tab where they signed in
    whilePressed((isPressed) => this.#press(isPressed), signal);
    this.render();
  }

  disconnectedCallback() {
    this.#events.abort();
    clearTimeout(this.#timer);
  }

  /** The key of the node whose form stands here; '' for the template, null for anything else. */
  get shownKey() {
    return this.querySelector('#inspector-panel')?.dataset.key ?? null;
  }

  get body() {
    return this.querySelector(':scope > [data-part="body"]');
  }

  /** One of the inspector's own texts with its words filled in. */
  say(id, words = {}) {
    return fill(this.querySelector(`[data-text="${id}"]`).textContent, words);
  }

  /** Go to the control at a path of the node (none: the first one), as soon as its form is there. */
  focusField(key, field = []) {
    this.#focus = field.length ? { field } : 'first';
    if (field.length) this.#tab = tabOf(field);
    if (this.shownKey !== key || this.#form.key !== key) this.render();
    else {
      showTab(this.body, this.#tab);
      this.#goToFocus();
    }
  }

  /** Go to a control when the next form is there; null: stay near where the focus was. */
  focusNext(id) {
    this.#focus = id ?? this.#focus;
  }

  renderSoon(afterMs = TYPING_MS) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.render(), afterMs);
  }

  /** Fetch the form of what is chosen. */
  async render() {
    clearTimeout(this.#timer);
    const number = (this.#number += 1);
    const key = this.#form.key;
    this.#asked = key;
    if (key === null) return showChosen(this, this.#editor.store);
    const values = { document: JSON.stringify(this.#editor.store.document()), tab: this.#tab };
    if (this.#editor.store.readOnly) values.read_only = 'true';
    const address = key ? `${this.dataset.address}${key}/` : this.dataset.address;
    const request = { method: 'POST', address, target: this.body, values, isAnew: key !== this.shownKey };
    const outcome = await load(this, request, () => number === this.#number);
    if (number !== this.#number) return;
    this.#isAway = outcome === false || outcome === 'signed-out';
    if (outcome !== true) this.#asked = undefined;
    if (outcome === true) this.#rendered();
    else if (this.#isAway) this.#wait(key, outcome === 'signed-out' ? 'signed-out' : 'offline');
  }

  load(method, address, target, values, isWanted) {
    return load(this, { method, address, target, values }, isWanted);
  }

  #press(isPressed) {
    this.#isPressed = isPressed;
    if (!isPressed && this.#isWaiting) this.#choose();
  }

  #choose() {
    if ((this.#isWaiting = this.#isPressed)) return; // somebody drags: a new form would stutter
    if (this.#form.key !== this.#asked || this.#form.key === null) this.render();
  }

  #changed({ operations, origin }) {
    if (origin === 'field' || operations.every(({ op }) => op === 'move')) return;
    if (operations.some(({ op }) => op === 'addNode')) this.#tab = 'settings';
    this.#form.fill();
    this.renderSoon(SETTLE_MS);
  }

  #rendered() {
    showTab(this.body, this.#tab);
    keptOpen.restore(this.body);
    this.#form.rendered();
    this.#loadLastRun();
    this.#goToFocus();
  }

  #goToFocus() {
    const wanted = this.#focus;
    this.#focus = undefined;
    if (wanted) this.#form.focus(wanted);
  }

  #clicked(event) {
    const tab = event.target.closest('[role="tab"]');
    if (tab && this.contains(tab)) return this.#open(tab.dataset.tab);
    const button = event.target.closest('button[data-act]');
    if (button) this.#form.act(button);
    const link = event.target.closest('a[data-saved-first]');
    return link ? openSaved(event, link, this.#editor) : undefined;
  }

  #key(event) {
    if (undoesByKey(event, this.#editor.store)) return;
    const next = tabKey(event);
    if (!next) return;
    event.preventDefault();
    this.#open(next.dataset.tab);
    next.focus();
  }

  #open(tab) {
    this.#tab = tab;
    showTab(this.body, tab);
    this.#loadLastRun();
  }

  #toggled(event) {
    keptOpen.note(event);
    const { open, dataset } = event.target;
    const place = event.target.querySelector(':scope > [data-part="loaded"]');
    if (open && dataset.load && place && !place.childElementCount) this.load('GET', dataset.load, place);
  }

  #loadLastRun() {
    const place = this.querySelector('[data-panel="last-run"]:not([hidden]) [data-part="last-run"]');
    if (place?.dataset.address) this.load('GET', place.dataset.address, place);
  }

  /** A form that is there goes on working; another one has to wait for the server, or for the person to sign in. */
  #wait(key, why) {
    const notice = this.querySelector(`template[data-part="${why}"]`).content;
    if (this.shownKey !== key) this.body.replaceChildren(notice.cloneNode(true));
    this.renderSoon(AWAY_MS);
  }
}

customElements.define('node-inspector', NodeInspector);
