// A node and a task template: giving its content away to one. Pure; the task template exists already.

import { apply } from './operations.js';
import { setField } from './fields.js';
import { unknown } from './refusals.js';

/** What a task template brings, so that a node which uses one has none of its own. */
export const OF_THE_TEMPLATE = ['prompt', 'outputs', 'model', 'tools', 'limits', 'retry'];

/** Set fields of a node, one after the other: {graph, operations}, the graph as it is then. `fields`: [name, value] … */
export function setFields(graph, key, fields) {
  const operations = [];
  for (const [name, value] of fields) {
    const { operations: more } = setField(graph, key, [name], value);
    graph = apply(graph, more);
    operations.push(...more);
  }
  return { graph, operations };
}

/**
 * Let a node use the task template that was made of it: {operations}. It keeps its place, its gates and its people, and
 * those inputs for which the task template has no value: what it takes from other nodes, and what is still empty.
 */
export function becomeUse(graph, key, reference) {
  const node = graph.nodes.get(key);
  if (!node) return unknown(key);
  const isOpen = (input) => 'from' in input || (!input.ask && !input.value);
  const kept = (node.inputs ?? []).filter(isOpen);
  const gone = OF_THE_TEMPLATE.map((name) => [name, undefined]);
  const fields = [...gone, ['inputs', kept.length ? kept : undefined], ['task_template', reference]];
  return { operations: setFields(graph, key, fields).operations };
}
