// What a node takes and gives, with what its type and its task template say; which types fit. Pure.
// `catalogue` is the JSON of the page: types, task templates, value types.

const ALSO_TEXT = new Set(['code', 'link']);

/** Say whether an input of type `wanted` takes an output of type `given`: text takes code and link, else equal ones. */
export function accepts(wanted, given) {
  return wanted === given || (wanted === 'text' && ALSO_TEXT.has(given));
}

export function titleOf(node) {
  return node.title ?? node.key;
}

export function isTrigger(node, catalogue) {
  return catalogue?.types?.[node.type]?.is_trigger ?? String(node.type).startsWith('trigger.');
}

/** The task template of a node: `slug@number`, or the newest for a bare slug; null when there is none or it is gone. */
export function taskTemplateOf(node, catalogue) {
  const wanted = node.task_template;
  if (!wanted) return null;
  const known = catalogue?.task_templates ?? {};
  if (known[wanted]) return known[wanted];
  if (wanted.includes('@')) return null;
  const versions = Object.values(known).filter((version) => version.slug === wanted);
  return versions.reduce((best, version) => (best && best.number > version.number ? best : version), null);
}

/** The outputs of a node in order: those its type always gives, then the task template's or its own. */
export function outputsOf(node, catalogue) {
  const fixed = catalogue?.types?.[node.type]?.fixed_outputs ?? [];
  const own = node.task_template ? (taskTemplateOf(node, catalogue)?.outputs ?? []) : (node.outputs ?? []);
  return fixed.length ? [...fixed, ...own] : own;
}

export function outputOf(node, name, catalogue) {
  return outputsOf(node, catalogue).find((output) => output.name === name) ?? null;
}

/** The inputs of a node in order. With a task template: its inputs, those the node does not bind marked `inherited`. */
export function inputsOf(node, catalogue) {
  const own = node.inputs ?? [];
  const template = taskTemplateOf(node, catalogue);
  if (!template) return own;
  const rest = new Map(own.map((input) => [input.name, input]));
  const given = (template.inputs ?? []).map((input) => {
    const binding = rest.get(input.name);
    rest.delete(input.name);
    return binding ? bound(input, binding) : { ...input, inherited: true };
  });
  return [...given, ...rest.values()];
}

/** The value of the node's input in the template's one, as the server resolves it. */
function bound(input, binding) {
  const isRequired = input.required !== false && binding.required !== false;
  return { ...binding, type: input.type, label: binding.label || input.label, required: isRequired };
}

/** [node key, output name] of a reference; null for another kind of input. */
export function sourceOf(input) {
  if (typeof input.from !== 'string') return null;
  const dot = input.from.indexOf('.');
  return dot < 0 ? [input.from, ''] : [input.from.slice(0, dot), input.from.slice(dot + 1)];
}

/** Every reference to the node, or to one of its outputs: [{key, input, from}]. */
export function referencesTo(graph, key, output = null) {
  const found = [];
  for (const node of graph.nodes.values()) {
    for (const input of node.inputs ?? []) {
      const source = sourceOf(input);
      if (source && source[0] === key && (output === null || source[1] === output)) {
        found.push({ key: node.key, input: input.name, from: input.from });
      }
    }
  }
  return found;
}
