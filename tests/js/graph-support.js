// What the tests of the graph share: a catalogue, small documents, and random documents and edits from a seed.

import * as edits from '../../static/js/graph/edits.js';

export const TYPES = ['text', 'code', 'link', 'image', 'file'];

const output = (name, type) => ({ name, type, description: '', required: true });

export const CATALOGUE = {
  types: {
    task: { label: 'Agent task', takes_inputs: true, starter: { prompt: '', outputs: [output('result', 'text')] } },
    'trigger.schedule': {
      label: 'Schedule',
      is_trigger: true,
      takes_inputs: false,
      fixed_outputs: [output('time', 'text')],
      starter: { cron: '0 9 * * 1-5' },
    },
    pipeline: {
      label: 'CI pipeline',
      takes_inputs: true,
      fixed_outputs: [output('result', 'text'), output('link', 'link'), output('log', 'file')],
      starter: { connection: '', job: '' },
    },
    plugin: { label: 'No inputs', takes_inputs: false, fixed_outputs: [], starter: {} },
  },
  task_templates: {
    'code-review@1': {
      slug: 'code-review',
      number: 1,
      name: 'Code review',
      inputs: [],
      outputs: [output('old', 'text')],
    },
    'code-review@2': {
      slug: 'code-review',
      number: 2,
      name: 'Code review',
      inputs: [
        { name: 'diff', type: 'code', ask: true, label: 'Diff' },
        { name: 'style', type: 'text', value: 'strict' },
      ],
      outputs: [output('findings', 'file')],
    },
  },
};

/** A task with inputs and outputs written briefly: "name:type" and "name:type=source.output". */
export function task(key, { inputs = [], outputs = [], ...fields } = {}) {
  const node = { key, type: 'task', title: key.toUpperCase(), position: [0, 0], prompt: '', ...fields };
  if (inputs.length) node.inputs = inputs.map(inputNamed);
  if (outputs.length) node.outputs = outputs.map((text) => ({ name: text.split(':')[0], type: text.split(':')[1] }));
  return node;
}

function inputNamed(text) {
  const [, name, type, from] = text.match(/^(.+?):(\w+)(?:=(.+))?$/);
  return from ? { name, type, from } : { name, type, ask: true };
}

/** A document of nodes and edges, the edges as "a b". */
export function documentWith(nodes, edges = []) {
  const document = { aime: 1, name: 'T', nodes };
  if (edges.length) document.edges = edges.map((text) => text.split(' '));
  return document;
}

/** Random numbers that a seed repeats (mulberry32). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (number) => Math.floor(next() * number);
  return { below, chance: (share) => next() < share, pick: (list) => list[below(list.length)] };
}

/** A random document as the server may send it: references may dangle, edges make no cycle unless `cyclic`. */
export function randomDocument(random, { most = 8, cyclic = false } = {}) {
  const keys = Array.from({ length: random.below(most + 1) }, (_, index) => `n${index}`);
  const nodes = keys.map((key, index) => randomNode(random, key, keys, index));
  const edges = new Map();
  for (let number = random.below(2 * keys.length + 1); number > 0 && keys.length > 1; number -= 1) {
    const ends = [random.below(keys.length), random.below(keys.length)];
    const [a, b] = cyclic ? ends : ends.sort((one, other) => one - other);
    if (a !== b && !nodes[b].type.startsWith('trigger.')) edges.set(`${a} ${b}`, [keys[a], keys[b]]);
  }
  const description = random.chance(0.3) ? { description: 'Words' } : {};
  const document = { aime: 1, name: 'Random', ...description, nodes };
  return edges.size ? { ...document, edges: [...edges.values()] } : document;
}

function randomNode(random, key, keys, index) {
  const position = [8 * random.below(200), 8 * random.below(200)];
  if (index === 0 && random.chance(0.3))
    return { key, type: 'trigger.schedule', title: 'When', position, cron: '* * * * *' };
  if (random.chance(0.1))
    return { key, type: 'pipeline', position, connection: 'c', job: 'j', parameters: { p: '{{ i0 }}' } };
  if (random.chance(0.1)) return { key, type: 'task', title: 'Review', position, task_template: 'code-review@2' };
  const names = Array.from({ length: random.below(4) }, (_, place) => `i${place}`);
  const inputs = names.map((name) => {
    const from = `${random.pick(keys)}.${random.pick(['o0', 'o1', 'time', 'findings', 'log', 'gone'])}`;
    return { name, type: random.pick(TYPES), ...(random.chance(0.7) ? { from } : { ask: true, default: '' }) };
  });
  const outputs = Array.from({ length: random.below(3) }, (_, place) => ({
    name: `o${place}`,
    type: random.pick(TYPES),
  }));
  const node = { key, type: 'task', position, prompt: names.map((name) => `{{ ${name} }}`).join(' ') };
  return { ...node, ...(inputs.length && { inputs }), ...(outputs.length && { outputs }) };
}

/** A random edit of a graph: what it answers, refusals included. `isShaped`: only what a form of the editor can do. */
export function randomEdit(random, graph, { catalogue = CATALOGUE, isShaped = false } = {}) {
  const keys = [...graph.nodes.keys(), 'ghost'];
  const [key, other] = [random.pick(keys), random.pick(keys)];
  const node = graph.nodes.get(key);
  const edge = random.pick([...graph.edges.keys(), 'a→b']);
  const some = keys.filter(() => random.chance(0.3));
  const source = { source: key, output: random.pick(['o0', 'o1', 'result', 'time', 'findings', 'log']) };
  const word = random.pick(['o0', 'i0', 'x', 'y', 'näme', '名字', 'no name', '']);
  const name = random.pick(['i0', 'i1', 'o0', 'result', 0, 1]);
  const label = ['inputs', random.below(2), 'label'];
  const loose = [
    () => edits.setField(graph, key, ['description'], random.pick(['Words', undefined])),
    () => edits.setField(graph, key, label, node?.inputs ? random.pick(['L', undefined]) : 'L'),
  ];
  const ofTasks = [
    () => edits.setField(graph, key, ['limits', 'seconds'], random.pick([60, 90, undefined])),
    () => edits.addInput(graph, key, { type: random.pick(TYPES) }),
    () => edits.removeInput(graph, key, name),
    () => edits.renameInput(graph, key, name, word),
    () => edits.addOutput(graph, key, { type: random.pick(TYPES) }),
    () => edits.removeOutput(graph, key, name),
    () => edits.renameOutput(graph, key, name, word),
  ];
  const choices = [
    () =>
      edits.addNode(graph, catalogue, {
        type: random.pick(Object.keys(catalogue.types)),
        after: random.pick([key, undefined]),
      }),
    () => edits.addNode(graph, catalogue, { taskTemplate: 'code-review', before: random.pick([key, undefined]) }),
    () => edits.addNode(graph, catalogue, { onEdge: edge }),
    () => edits.removeSelection(graph, { nodes: new Set(some.slice(0, 2)), edges: [edge] }),
    () => edits.disconnect(graph, edge),
    () => edits.connectNodes(graph, catalogue, key, other),
    () =>
      edits.connectOutput(graph, catalogue, source, { target: other, input: random.pick([null, 'i0', 'i1', 'diff']) }),
    () => edits.moveNodes(graph, new Map(some.map((one) => [one, [random.below(900), random.below(900)]]))),
    () => edits.setField(graph, key, ['title'], random.pick(['New', 'Other', undefined])),
    () => edits.setField(graph, null, ['description'], random.pick(['Words', undefined])),
    () => edits.duplicate(graph, some, catalogue),
    () => edits.pasted(graph, edits.copied(graph, some), [16, 24], catalogue),
  ];
  const hasForms = !isShaped || (node?.type === 'task' && !node.task_template);
  return random.pick([...choices, ...(hasForms ? ofTasks : []), ...(isShaped ? [] : loose)])();
}
