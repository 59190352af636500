// What the buttons of the inspector do: `data-act` → an edit of the graph, committed under a label.
// `desk` is the inspector as acts see it: {store, key, node, say, commit, toast, warn, picker, render, focus, host}.
import * as edits from '../graph/edits.js';
import { edgeId } from '../graph/graph.js';
import { titleOf } from '../graph/ports.js';
import { newPair } from './controls.js';
import { peopleActs } from './people-acts.js';
import { templateActs } from './template-acts.js';

/** Commit an edit, or say why it is refused; gives the edit where it was done. */
export function done(desk, edit, label) {
  if (edit.refusal) {
    desk.toast(refusalText(desk, edit.refusal), 'bad');
    return null;
  }
  desk.commit(edit.operations, { label });
  return edit;
}

export function refusalText(desk, { code, words }) {
  const id = { cycle: 'cycle', duplicate: 'duplicate', trigger: 'trigger', type: 'type' }[code] ?? 'refused';
  return desk.say(id, words);
}

/** Commit an edit that may break references; they are listed first, and the person may go back. */
async function doneAfterWarning(desk, edit, label) {
  if (edit.refusal) return done(desk, edit, label);
  const places = (edit.broken ?? []).map((reference) => brokenText(desk, reference));
  if (places.length && !(await desk.warn(label, places))) return null;
  return done(desk, edit, label);
}

/** A reference that breaks, as a person knows its ends. */
export function brokenText(desk, { key, input, from }) {
  const { nodes } = desk.store.graph;
  const dot = from.indexOf('.');
  const source = nodes.get(from.slice(0, dot));
  const words = source ? `${titleOf(source)} › ${from.slice(dot + 1)}` : from;
  return desk.say('broken', { node: titleOf(nodes.get(key)), input, from: words });
}

function rowName(button) {
  return button.closest('[data-item]').dataset.name;
}

function edgeOf(desk, side, other) {
  return side === 'before' ? [other, desk.key] : [desk.key, other];
}

function named(desk, [source, target]) {
  const { nodes } = desk.store.graph;
  return { source: titleOf(nodes.get(source)), target: titleOf(nodes.get(target)) };
}

function addedInput(desk, fields) {
  const edit = done(
    desk,
    edits.addInput(desk.store.graph, desk.key, fields),
    desk.say('added', { name: fields.name ?? '' }),
  );
  if (edit) desk.focus(`field-${desk.key}-inputs-${edit.name}-name`);
  return edit;
}

const ACTS = {
  'add-input': (desk, { dataset }) => addedInput(desk, dataset.kind === 'ask' ? { ask: true } : { value: '' }),

  'remove-input'(desk, button) {
    const name = rowName(button);
    done(desk, edits.removeInput(desk.store.graph, desk.key, name), desk.say('removed', { name }));
    desk.focus(`inputs-${desk.key}-add`);
  },

  /** Take an output: for the input of the row, or for a new one. */
  async pick(desk, button) {
    const row = button.closest('[data-item]');
    const source = await desk.picker.choose(button, row?.dataset.inputType ?? null);
    if (source) bind(desk, source, row ? row.dataset.name : null);
    else desk.render(); // the kind goes back to what the document has
  },

  'create-input': (desk, { dataset }) => desk.createInput({ name: dataset.name, from: dataset.from }),

  'add-output'(desk) {
    const edit = done(desk, edits.addOutput(desk.store.graph, desk.key), desk.say('added', { name: '' }));
    if (edit) desk.focus(`field-${desk.key}-outputs-${edit.name}-name`);
  },

  async 'remove-output'(desk, button) {
    const name = rowName(button);
    await doneAfterWarning(desk, edits.removeOutput(desk.store.graph, desk.key, name), desk.say('removed', { name }));
    desk.focus(`outputs-${desk.key}-add`);
  },

  'try-output'(desk, button) {
    const row = button.closest('[data-item]');
    const output = desk.node.outputs.find((item) => item.name === row.dataset.name);
    desk.load('POST', button.dataset.address, row.querySelector('[data-part="trial"]'), {
      output: JSON.stringify(output),
    });
  },

  connect(desk, button) {
    const other = button.parentElement.querySelector('[data-part="other"]').value;
    if (!other) return;
    const edge = edgeOf(desk, button.dataset.side, other);
    const label = desk.say('connected', named(desk, edge));
    done(desk, edits.connectNodes(desk.store.graph, desk.store.catalogue, ...edge), label);
  },

  async disconnect(desk, { dataset }) {
    const edge = edgeOf(desk, dataset.side, dataset.other);
    const label = desk.say('disconnected', named(desk, edge));
    await doneAfterWarning(desk, edits.disconnect(desk.store.graph, edgeId(...edge)), label);
    desk.focus(`connect-${desk.key}-${dataset.side}`);
  },

  'fix-edge'(desk, { dataset }) {
    const edge = [dataset.above, dataset.below];
    const label = desk.say('connected', named(desk, edge));
    done(desk, edits.connectNodes(desk.store.graph, desk.store.catalogue, ...edge), label);
  },

  'add-pair'(desk, button) {
    const list = button.closest('[data-field]');
    const row = newPair(list);
    list.querySelector('[data-part="pairs"]').append(row);
    row.querySelector('input').focus();
  },

  'remove-pair'(desk, button) {
    const list = button.closest('[data-field]');
    button.closest('.pair').remove();
    list.dispatchEvent(new Event('input', { bubbles: true }));
    list.querySelector('[data-act="add-pair"]').focus();
  },

  duplicate(desk) {
    const { graph, catalogue, selection } = desk.store;
    const edit = done(desk, edits.duplicate(graph, [...selection.nodes], catalogue), desk.say('duplicated'));
    if (edit) desk.store.select({ nodes: edit.keys });
  },

  async delete(desk) {
    const { graph, selection } = desk.store;
    await doneAfterWarning(desk, edits.removeSelection(graph, selection), desk.say('deleted'));
  },

  ...peopleActs,
  ...templateActs,
};

/** Let an input (null: a new one) take an output, `node.output`. */
export function bind(desk, from, input) {
  const dot = from.indexOf('.');
  const end = { source: from.slice(0, dot), output: from.slice(dot + 1) };
  const { graph, catalogue } = desk.store;
  const edit = edits.connectOutput(graph, catalogue, end, { target: desk.key, input });
  const label = desk.say('connected', { source: from, target: input ?? end.output });
  const made = done(desk, edit, label);
  if (made && input === null) desk.focus(`field-${desk.key}-inputs-${made.input}-pick`);
  return made;
}

/** Create the input that a prompt names: from an output (`node.output`), else asked at start. */
export function createInput(desk, name, from) {
  const { graph } = desk.store;
  if (!from) return done(desk, edits.addInput(graph, desk.key, { name, ask: true }), desk.say('added', { name }));
  const output = desk.outputOf(from);
  const fields = { name, type: output?.type ?? 'text', from };
  return done(desk, edits.addInput(graph, desk.key, fields), desk.say('added', { name }));
}

/** Do what a button says. */
export function act(desk, button) {
  return ACTS[button.dataset.act]?.(desk, button);
}
