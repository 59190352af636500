// Fields of a node or of the head, and the lists of inputs and outputs with what hangs on their names. Pure.
// An input or output is named by its name, or by its place in the list.

import { freshName, isName, renamedIn } from './naming.js';
import { dataOperation } from './operations.js';
import { referencesTo } from './ports.js';
import { refused, unknown } from './refusals.js';
import { isSame } from './same.js';

/** Give a field a value; `key` null: a field of the head; `undefined` takes it away (a list closes up). */
export function setField(graph, key, path, value) {
  const owner = key === null ? graph.head : graph.nodes.get(key);
  if (!owner || !path.length) return unknown(key);
  let [at, wanted] = [path, value];
  for (let depth = path.length - 1; depth > 0; depth -= 1) {
    const parent = valueAt(owner, path.slice(0, depth));
    if (isOrdinary(parent, path[depth], value)) break;
    [at, wanted] = [path.slice(0, depth), enclosing(parent, path[depth], wanted)];
    if (parent !== undefined && parent !== null) break;
  }
  return made(isSame(valueAt(owner, at), wanted) ? null : dataOperation(graph, key, at, wanted));
}

/** Add an input: {operations, name}. Asked at start unless the given fields say where its value comes from. */
export function addInput(graph, key, fields = {}) {
  const source = ['value', 'from', 'ask'].some((field) => field in fields) ? {} : { ask: true };
  return added(graph, key, 'inputs', { type: 'text', ...source, ...fields }, 'input');
}

/** Remove an input; texts that name it stay as they are. */
export function removeInput(graph, key, which) {
  return removed(graph, key, 'inputs', which);
}

/** Rename an input and every `{{ name }}` in the prompt and the parameters of its node: {operations, name}. */
export function renameInput(graph, key, which, wanted) {
  const found = renamed(graph, key, 'inputs', which, wanted);
  if (found.refusal || !found.operations.length) return found;
  const node = graph.nodes.get(key);
  const texts = [[['prompt'], node.prompt]];
  for (const [name, text] of Object.entries(node.parameters ?? {})) texts.push([['parameters', name], text]);
  for (const [path, text] of texts) {
    const operation =
      typeof text === 'string' && dataOperation(graph, key, path, renamedIn(text, found.before, wanted));
    if (operation) found.operations.push(operation);
  }
  return found;
}

/** Add an output: {operations, name}. */
export function addOutput(graph, key, fields = {}) {
  return added(graph, key, 'outputs', { type: 'text', ...fields }, 'result');
}

/** Remove an output. `broken`: the references to it, which stay as they are. */
export function removeOutput(graph, key, which) {
  const result = removed(graph, key, 'outputs', which);
  return result.refusal ? result : { ...result, broken: referencesTo(graph, key, result.name) };
}

/** Rename an output and every reference to it. `repaired`: those references as they were. */
export function renameOutput(graph, key, which, wanted) {
  const found = renamed(graph, key, 'outputs', which, wanted);
  if (found.refusal || !found.operations.length) return found.refusal ? found : { ...found, repaired: [] };
  const repaired = referencesTo(graph, key, found.before);
  for (const target of new Set(repaired.map((reference) => reference.key))) {
    const turn = (input) => (input.from === `${key}.${found.before}` ? { ...input, from: `${key}.${wanted}` } : input);
    found.operations.push(dataOperation(graph, target, ['inputs'], graph.nodes.get(target).inputs.map(turn)));
  }
  return { ...found, repaired };
}

function added(graph, key, list, { name, ...fields }, usual) {
  const items = graph.nodes.get(key)?.[list] ?? [];
  if (!graph.nodes.has(key)) return unknown(key);
  if (name !== undefined && !isName(name)) return refused('name', { name });
  const fresh = freshName(
    items.map((item) => item.name),
    name ?? usual,
  );
  const operation = dataOperation(graph, key, [list], [...items, { name: fresh, ...fields }]);
  return { operations: [operation], name: fresh };
}

function removed(graph, key, list, which) {
  const [items, index] = located(graph, key, list, which);
  if (index < 0) return unknown(which);
  const rest = items.toSpliced(index, 1);
  return { ...made(dataOperation(graph, key, [list], rest.length ? rest : undefined)), name: items[index].name };
}

function renamed(graph, key, list, which, wanted) {
  const [items, index] = located(graph, key, list, which);
  if (index < 0) return unknown(which);
  const before = items[index].name;
  if (before === wanted) return { operations: [], name: wanted, before };
  if (!isName(wanted)) return refused('name', { name: wanted });
  if (items.some((item) => item.name === wanted)) return refused('duplicate', { name: wanted });
  const after = items.with(index, { ...items[index], name: wanted });
  return { ...made(dataOperation(graph, key, [list], after)), name: wanted, before };
}

function located(graph, key, list, which) {
  const items = graph.nodes.get(key)?.[list] ?? [];
  const index = typeof which === 'number' ? which : items.findIndex((item) => item.name === which);
  return [items, index in items ? index : -1];
}

/** Say whether a value can be put at its place as it is: the parent is there and, if a list, has the place. */
function isOrdinary(parent, name, value) {
  if (parent === undefined || parent === null) return false;
  return !Array.isArray(parent) || (value !== undefined && Number(name) < parent.length);
}

function enclosing(parent, name, value) {
  if (Array.isArray(parent)) return value === undefined ? parent.toSpliced(Number(name), 1) : [...parent, value];
  if (value === undefined) return parent;
  return typeof name === 'number' ? [value] : { [name]: value };
}

function valueAt(owner, path) {
  return path.reduce((value, name) => value?.[name], owner);
}

function made(operation) {
  return { operations: operation ? [operation] : [] };
}
