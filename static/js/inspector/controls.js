// The controls of a rendered form: reading them, filling them from the store, and finding the place they write to.
import { inputsOf } from '../graph/ports.js';
import { readValue, sourceKind, valueAt } from './values.js';

/** Where a control writes: a path into the node; -1 stands for an input that only the task template has. */
export function pathOf(control, owner) {
  const path = JSON.parse(control.dataset.field ?? control.dataset.problems);
  const row = control.closest('[data-item]');
  if (!row) return path;
  const [list, , ...rest] = path;
  return [list, (owner?.[list] ?? []).findIndex((item) => item.name === row.dataset.name), ...rest];
}

/** What stands in a control: {value} or {fault}. */
export function readControl(control) {
  const { value: kind, least, default: usual } = control.dataset;
  const bounds = { required: control.required, least: Number(least ?? 0) };
  if (usual !== undefined) bounds.usual = JSON.parse(usual);
  if (kind === 'number') Object.assign(bounds, { low: Number(control.min), high: Number(control.max) });
  return readValue(kind, rawOf(control, kind), bounds);
}

/** Show what the store has, in every control but the one that somebody types in. */
export function fillControls(root, owner, catalogue) {
  for (const row of root.querySelectorAll('[data-item]')) fillRow(row, itemOf(owner, row, catalogue));
  for (const control of root.querySelectorAll('[data-field]')) {
    if (control.contains(document.activeElement) && isTyped(document.activeElement)) continue;
    fillControl(control, currentValue(control, owner, catalogue));
  }
}

/** Show where an input's value comes from; a row of something that is gone goes too. */
function fillRow(row, item) {
  if (!item) row.remove();
  else if (row.dataset.item === 'inputs') showKind(row, sourceKind(item));
}

export function showKind(row, kind) {
  for (const radio of row.querySelectorAll('[data-part="kind"]')) radio.checked = radio.value === kind;
  for (const part of row.querySelectorAll('[data-for-kind]')) part.hidden = part.dataset.forKind !== kind;
}

export function fillControl(control, value) {
  const { value: kind } = control.dataset;
  if (kind === 'flag') control.checked = Boolean(value);
  else if (kind === 'set') for (const box of boxesOf(control)) box.checked = (value ?? []).includes(box.value);
  else if (kind === 'pairs') fillPairs(control, Object.entries(value ?? {}));
  else setText(control, kind === 'words' ? (value ?? []).join('\n') : String(value ?? ''));
}

/** The inputs or outputs of a row by name, with those of a task template. */
export function itemOf(owner, row, catalogue) {
  const { item: list, name } = row.dataset;
  const items = list === 'inputs' ? inputsOf(owner, catalogue) : (owner[list] ?? []);
  return items.find((item) => item.name === name);
}

function currentValue(control, owner, catalogue) {
  const path = pathOf(control, owner);
  const row = control.closest('[data-item]');
  const value = path[1] === -1 && row ? itemOf(owner, row, catalogue)?.[path[2]] : valueAt(owner, path);
  if (value !== undefined) return value;
  return control.dataset.default === undefined ? undefined : JSON.parse(control.dataset.default);
}

function rawOf(control, kind) {
  if (kind === 'flag') return control.checked;
  if (kind === 'set') return [...boxesOf(control)].filter((box) => box.checked).map((box) => box.value);
  if (kind === 'pairs') return [...pairsOf(control)].map((row) => [part(row, 'name').value, part(row, 'text').value]);
  return control.value;
}

function fillPairs(control, pairs) {
  const list = part(control, 'pairs');
  const rows = [...pairsOf(control)];
  for (const row of rows.slice(pairs.length)) if (part(row, 'name').value || part(row, 'text').value) row.remove();
  pairs.forEach(([name, text], index) => {
    const row = rows[index] ?? list.appendChild(newPair(control));
    setText(part(row, 'name'), name);
    setText(part(row, 'text'), text);
  });
}

export function newPair(control) {
  return control.querySelector('template[data-part="pair"]').content.firstElementChild.cloneNode(true);
}

function setText(control, text) {
  if (control.value !== text) control.value = text;
}

function isTyped(element) {
  return element.matches('textarea, input:not([type=checkbox], [type=radio])');
}

function boxesOf(control) {
  return control.querySelectorAll('input[type=checkbox]');
}

function pairsOf(control) {
  return control.querySelectorAll('.pair');
}

function part(element, name) {
  return element.querySelector(`[data-part="${name}"]`);
}
