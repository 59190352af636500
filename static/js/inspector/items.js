// Rows of inputs and outputs: renaming, another kind of source, fields of one that only a task template has.
import * as edits from '../graph/edits.js';
import { done } from './acts.js';
import { itemOf, showKind } from './controls.js';
import { withSource, withType } from './values.js';

/** The item of a row with one field changed, as the document will have it. */
export function changedItem(node, row, catalogue, [name, value]) {
  const item = ownItem(node, row, catalogue);
  if (name === 'type') return withType(item, value);
  const changed = { ...item, [name]: value };
  return Object.fromEntries(Object.entries(changed).filter(([, one]) => one !== undefined));
}

/** Call an input or output otherwise: {operations, repaired}, or {fault} with the text that says why not. */
export function renamed(desk, row, wanted) {
  const { item: list, name: before } = row.dataset;
  const edit = list === 'inputs' ? edits.renameInput : edits.renameOutput;
  const made = edit(desk.store.graph, desk.key, before, wanted);
  if (made.refusal) return { fault: made.refusal.code === 'duplicate' ? 'name-taken' : 'name-form' };
  if (!made.operations.length) return made;
  callRow(row, before, wanted);
  done(desk, made, desk.say('renamed', { before, after: wanted }));
  return made;
}

/** Take another kind of source. A reference is written when its output is chosen, not before. */
export function turned(desk, row, kind) {
  showKind(row, kind);
  const item = ownItem(desk.node, row, desk.store.catalogue);
  if (kind === 'reference') {
    if (!item.from) row.querySelector('[data-act="pick"]')?.click();
    return;
  }
  const typed = row.querySelector(`[data-for-kind="${kind}"] textarea`)?.value ?? '';
  const items = desk.node.inputs ?? [];
  const index = items.findIndex((one) => one.name === row.dataset.name);
  const at = ['inputs', index < 0 ? items.length : index];
  const { operations } = edits.setField(desk.store.graph, desk.key, at, withSource(item, kind, typed));
  desk.commit(operations, { label: desk.say('edited', { field: row.dataset.name }) });
}

function ownItem(node, row, catalogue) {
  const { inherited, ...item } = itemOf(node, row, catalogue);
  const hasSource = row.dataset.item !== 'inputs' || ['value', 'from', 'ask'].some((name) => name in item);
  return hasSource ? item : { ...item, value: '' };
}

/** The row's elements are named by the item's name, so that a new form finds them and the focus stays. */
function callRow(row, before, after) {
  const [old, fresh] = [row.id, row.id.slice(0, row.id.length - before.length) + after];
  row.dataset.name = after;
  for (const element of [row, ...row.querySelectorAll('*')]) {
    for (const name of ['id', 'for', 'name', 'aria-describedby']) {
      const text = element.getAttribute(name);
      if (text?.includes(old)) element.setAttribute(name, text.replaceAll(old, fresh));
    }
  }
}
