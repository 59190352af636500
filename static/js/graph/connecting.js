// Connecting: port → port gives an edge, row → row a reference and, where there is no path yet, the edge. Pure.

import { descendantsOf } from './graph.js';
import { freshName } from './naming.js';
import { removeSelection } from './nodes.js';
import { dataOperation } from './operations.js';
import { accepts, inputsOf, outputOf, taskTemplateOf, titleOf } from './ports.js';
import { edgeRefusal, orderRefusal, refused, unknown } from './refusals.js';

/** Port → port: b comes after a. */
export function connectNodes(graph, catalogue, a, b) {
  return edgeRefusal(graph, catalogue, a, b) ?? { operations: [newEdge(graph, a, b)] };
}

/** Row → row: the input takes the output. Without an input: a new one of the output's type and, if free, its name. */
export function connectOutput(graph, catalogue, { source, output: name }, { target, input: wanted = null }) {
  const refusal = orderRefusal(graph, catalogue, source, target);
  if (refusal) return refusal;
  const output = outputOf(graph.nodes.get(source), name, catalogue);
  if (!output) return unknown(`${source}.${name}`);
  const node = graph.nodes.get(target);
  const from = `${source}.${name}`;
  const words = { source: titleOf(graph.nodes.get(source)), target: titleOf(node), output: name, given: output.type };
  const inputs = inputsOf(node, catalogue);
  const found = wanted === null ? newInput(node, output, from, catalogue) : named(inputs, wanted);
  if (!found && wanted !== null) return unknown(wanted);
  if (!found || !accepts(found.type, output.type)) {
    return refused('type', { ...words, input: found?.name ?? '', wanted: found?.type ?? '' });
  }
  const hasPath = descendantsOf(graph, source).has(target);
  if (found.from === from && hasPath) return refused('duplicate', { ...words, input: found.name });
  const operations = [];
  if (found.from !== from) operations.push(dataOperation(graph, target, ['inputs'], withReference(node, found, from)));
  if (!hasPath) operations.push(newEdge(graph, source, target));
  return { operations, input: found.name };
}

/** Take an edge away. `broken`: references that are left without a path. */
export function disconnect(graph, edge) {
  return removeSelection(graph, { edges: [edge] });
}

function newEdge(graph, a, b) {
  return { op: 'addEdge', edge: [a, b], index: graph.edges.size };
}

function named(inputs, name) {
  return inputs.find((input) => input.name === name);
}

/** The input for a connection that names none: one with this reference, else a new one; undefined: none to be had. */
function newInput(node, output, from, catalogue) {
  const inputs = inputsOf(node, catalogue);
  const same = inputs.find((input) => input.from === from);
  if (same) return same;
  if (catalogue?.types?.[node.type]?.takes_inputs === false) return undefined;
  if (taskTemplateOf(node, catalogue)) return freeInput(inputs, output);
  const names = inputs.map((input) => input.name);
  return { name: freshName(names, output.name), type: output.type };
}

/** A task template has its own inputs: take one that is not bound, by name, by type, before one that has a value. */
function freeInput(inputs, output) {
  const points = ({ name, type, value, ask }) =>
    4 * Number(name === output.name) + 2 * Number(type === output.type) + Number(!value && !ask);
  const free = inputs.filter((input) => input.inherited && accepts(input.type, output.type));
  return free.toSorted((one, other) => points(other) - points(one))[0];
}

/** The node's inputs with this one taking its value from the reference and from nothing else. */
function withReference(node, { name, type }, from) {
  const inputs = node.inputs ?? [];
  const own = named(inputs, name);
  const reference = { name, type, from };
  if (own?.label) reference.label = own.label;
  if (own?.required === false) reference.required = false;
  return own ? inputs.map((input) => (input === own ? reference : input)) : [...inputs, reference];
}
