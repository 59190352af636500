// Acts on the task template of a node: choose one, take the newer version, or make its prompt one's own.
import { saveTemplate } from './save-template.js';
import { inputsOf, outputsOf, referencesTo, taskTemplateOf } from '../graph/ports.js';
import { OF_THE_TEMPLATE, setFields } from '../graph/templates.js';

/** References to outputs of the node that it had, and has no more. */
function lost(before, after, key, catalogue) {
  const names = (graph) => new Set(outputsOf(graph.nodes.get(key), catalogue).map((output) => output.name));
  const [had, has] = [names(before), names(after)];
  const nameOf = ({ from }) => from.slice(key.length + 1);
  return referencesTo(before, key).filter((reference) => had.has(nameOf(reference)) && !has.has(nameOf(reference)));
}

async function change(desk, fields, label) {
  const { graph: before, catalogue } = desk.store;
  const { graph, operations } = setFields(before, desk.key, fields);
  const places = lost(before, graph, desk.key, catalogue).map((reference) => desk.brokenText(reference));
  if (places.length && !(await desk.warn(label, places))) desk.render();
  else desk.commit(operations, { label });
}

/** What the node keeps of its inputs: those that the task template has too. */
function boundTo(desk, reference) {
  const template = taskTemplateOf({ task_template: reference }, desk.store.catalogue);
  const wanted = new Map((template?.inputs ?? []).map((input) => [input.name, input]));
  const kept = (desk.node.inputs ?? []).filter((input) => wanted.get(input.name)?.type === input.type);
  return kept.length ? kept : undefined;
}

function ownPrompt(desk) {
  const { catalogue } = desk.store;
  const template = taskTemplateOf(desk.node, catalogue);
  const inputs = inputsOf(desk.node, catalogue).map(({ inherited, ...input }) => withSource(input));
  const prompt = desk.host.querySelector('[data-part="template-prompt"]')?.value ?? '';
  const fields = [
    ['task_template', undefined],
    ['prompt', prompt],
    ['inputs', inputs.length ? inputs : undefined],
    ['outputs', template?.outputs?.length ? structuredClone(template.outputs) : undefined],
  ];
  return change(desk, fields, desk.say('own'));
}

function withSource(input) {
  return 'value' in input || 'from' in input || 'ask' in input ? input : { ...input, value: '' };
}

export const templateActs = {
  'choose-template'(desk, { value }) {
    if (!value) return ownPrompt(desk);
    const gone = OF_THE_TEMPLATE.map((name) => [name, undefined]);
    return change(desk, [...gone, ['inputs', boundTo(desk, value)], ['task_template', value]], desk.say('template'));
  },

  'update-template': (desk, { dataset }) => change(desk, [['task_template', dataset.reference]], desk.say('template')),

  'save-template': (desk, button) => saveTemplate(desk, button),

  'own-prompt': (desk) => ownPrompt(desk),
};
