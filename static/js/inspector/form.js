// The rendered form of one node (or of the template) and the store: typing, renaming, kinds of inputs, problems, acts.
import * as edits from '../graph/edits.js';
import { outputOf } from '../graph/ports.js';
import { act, brokenText, createInput } from './acts.js';
import { fillControls, pathOf, readControl } from './controls.js';
import { changedItem, renamed, turned } from './items.js';
import { showFault, showProblems } from './problems.js';
import { dotted } from './values.js';
import { learnTemplate } from '../editor/known-templates.js';

const GIVEN_UP = new Set(['line', 'number']); // a fault in the others stays to be mended
const HARMLESS = new Set(['try-output', 'consent']); // they change no document

export class InspectorForm {
  #host;
  #editor;

  constructor(host, editor) {
    this.#host = host;
    this.#editor = editor;
  }

  get store() {
    return this.#editor.store;
  }

  /** The key of the one chosen node, '' when nothing is chosen, null for more than a node. */
  get key() {
    const { nodes, edges } = this.store.selection;
    if (edges.size || nodes.size > 1) return null;
    return nodes.size ? [...nodes][0] : '';
  }

  /** The node whose form is shown; of the template its head. */
  get node() {
    const key = this.#host.shownKey;
    return key ? this.store.graph.nodes.get(key) : this.store.graph.head;
  }

  /** What acts may use. */
  get desk() {
    const host = this.#host;
    const desk = {
      host,
      store: this.store,
      key: host.shownKey,
      node: this.node,
      say: (id, words) => host.say(id, words),
      toast: (text, tone) => this.#editor.toast(text, tone),
      commit: (operations, { label }) => this.store.commit(operations, { label, origin: 'inspector' }),
      warn: (label, places) => this.#warn(label, places),
      brokenText: (reference) => brokenText(this.desk, reference),
      focus: (id) => host.focusNext(id),
      learn: (reference, card) => learnTemplate(this.#editor, reference, card),
      load: (...request) => host.load(...request),
      render: () => host.render(),
      picker: host.querySelector('binding-picker'),
      outputOf: (from) => this.#outputOf(from),
      createInput: (wanted) => this.createInput(wanted),
    };
    return desk;
  }

  announce(text) {
    this.#editor.announce(text);
  }

  fill() {
    if (this.node && this.#host.shownKey !== null) fillControls(this.#host.body, this.node, this.store.catalogue);
  }

  rendered() {
    this.fill();
    for (const field of this.#host.body.querySelectorAll('prompt-field, cron-picker')) field.refresh?.(this);
    this.showProblems();
  }

  showProblems() {
    if (!this.node || this.#host.shownKey === null) return;
    const key = this.#host.shownKey || null;
    showProblems(this.#host, this.#host.body, { key, owner: this.node, problems: this.store.problems });
  }

  focus(wanted) {
    const { body } = this.#host;
    if (wanted === 'first') return body.querySelector('form :is(input, textarea, select):not([disabled])')?.focus();
    const found = typeof wanted === 'string' ? document.getElementById(wanted) : this.#controlAt(wanted.field);
    found?.focus();
    if (found?.matches('[data-rename]')) found.select();
    return undefined;
  }

  /** Write what is typed into the store; a fault is said and nothing is written. */
  typed({ target }) {
    const control = target.closest('[data-field]');
    if (!control || !this.node || target.matches('[data-part="kind"], [data-rename]')) return;
    const { value, fault } = readControl(control);
    showFault(this.#host, control, fault ? this.#host.say(fault.id, fault.words) : '');
    if (fault && control.dataset.value === 'set') this.fill(); // the last one stays
    if (fault) return;
    this.#write(control, value);
    control.closest('[data-item]')?.querySelector('[data-part="trial"]')?.replaceChildren(); // of what it was before
    this.#refreshPrompt();
    if ('refresh' in control.dataset) this.#host.renderSoon();
  }

  /** What is done when a control is left or a choice is made. */
  settled({ target }) {
    if (target.dataset.rename) this.#rename(target);
    else if (target.dataset.part === 'kind') turned(this.desk, target.closest('[data-item]'), target.value);
    else if (target.dataset.actChange) this.act({ dataset: { act: target.dataset.actChange }, value: target.value });
    else if (target.closest('[data-faulty]')) this.#giveUp(target.closest('[data-faulty]'));
  }

  act(button) {
    if (!this.store.readOnly || HARMLESS.has(button.dataset.act)) act(this.desk, button);
  }

  #refreshPrompt() {
    this.#host.querySelector('prompt-field')?.refresh(this);
    this.showProblems();
  }

  #write(control, value) {
    const key = this.#host.shownKey || null;
    const path = pathOf(control, this.node);
    const row = control.closest('[data-item]');
    const isNewItem = row && path[1] === -1;
    const isType = row?.dataset.item === 'inputs' && path[2] === 'type';
    const wanted = isNewItem || isType ? changedItem(this.node, row, this.store.catalogue, [path[2], value]) : value;
    const at = isNewItem ? [path[0], (this.node[path[0]] ?? []).length] : isType ? path.slice(0, 2) : path;
    const { operations } = edits.setField(this.store.graph, key, at, wanted);
    const label = this.#host.say('edited', { field: labelOf(control) });
    const origin = isNewItem || isType ? 'inspector' : 'field';
    this.store.commit(operations ?? [], { label, mergeKey: `${key} ${dotted(path)}`, origin });
    const title = this.#host.body.querySelector('[data-part="title"]');
    if (title && path[0] === 'title') title.textContent = value ?? this.node.key;
  }

  /** What stands in a control when it is left and was never taken goes back to what the document has. */
  #giveUp(control) {
    if (!GIVEN_UP.has(control.dataset.value)) return;
    showFault(this.#host, control, '');
    control.blur();
    this.fill();
  }

  #rename(input) {
    const wanted = input.value.trim();
    const made = renamed(this.desk, input.closest('[data-item]'), wanted);
    showFault(this.#host, input, made.fault ? this.#host.say(made.fault, { name: wanted }) : '');
    const count = made.repaired?.length ?? 0;
    if (count) this.#editor.toast(this.#host.say(count === 1 ? 'repaired-one' : 'repaired', { count }), 'work');
  }

  /** Create an input that the prompt names: {name} of the new one, null when it is refused. */
  createInput({ name, from = '' }) {
    const made = createInput(this.desk, name, from);
    this.#host.querySelector('prompt-field')?.refresh(this);
    return made;
  }

  #outputOf(from) {
    const dot = from.indexOf('.');
    const source = this.store.graph.nodes.get(from.slice(0, dot));
    return source && outputOf(source, from.slice(dot + 1), this.store.catalogue);
  }

  #controlAt(field) {
    const wanted = dotted(field);
    const controls = [...this.#host.body.querySelectorAll('[data-field], [data-problems]')];
    const paths = controls.map((control) => dotted(pathOf(control, this.node)));
    const index = paths.findIndex((path) => path === wanted);
    const near = index >= 0 ? index : paths.findIndex((path) => path && wanted.startsWith(path));
    const found = controls[near];
    const fold = found?.closest('details');
    if (fold) fold.open = true;
    if (!found || found.matches('input, textarea, select')) return found;
    return (found.closest('.item, .field') ?? found.parentElement).querySelector('input, textarea, select, button');
  }

  #warn(label, places) {
    const dialog = this.#host.querySelector('dialog[data-part="breaks"]');
    dialog.querySelector('[data-part="act"]').textContent = label;
    const lines = places.map((text) => Object.assign(document.createElement('li'), { textContent: text }));
    dialog.querySelector('[data-part="places"]').replaceChildren(...lines);
    dialog.returnValue = 'no';
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
    });
  }
}

function labelOf(control) {
  return (control.labels?.[0]?.textContent ?? control.getAttribute('aria-label') ?? control.dataset.field).trim();
}
