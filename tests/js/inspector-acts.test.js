// Acts of the inspector against the real store; the desk is the inspector without its page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EditorStore } from '../../static/js/graph/store.js';
import { act, bind, brokenText, createInput } from '../../static/js/inspector/acts.js';

const catalogue = {
  types: { task: { label: 'Task', fixed_outputs: [], starter: {} }, 'trigger.schedule': { is_trigger: true } },
  task_templates: {
    'review@2': {
      slug: 'review',
      number: 2,
      newest: 2,
      inputs: [
        { name: 'code', type: 'text', value: '' },
        { name: 'focus', type: 'text', ask: true },
      ],
      outputs: [{ name: 'findings', type: 'text' }],
    },
  },
};

const document = () => ({
  aime: 1,
  name: 'T',
  nodes: [
    { key: 'a', type: 'task', title: 'First', prompt: 'x', outputs: [{ name: 'out', type: 'code' }] },
    { key: 'b', type: 'task', title: 'Second', prompt: 'y', inputs: [{ name: 'in', type: 'text', from: 'a.out' }] },
  ],
  edges: [['a', 'b']],
});

/** A desk for a node. `answer`: what the person says when something breaks. */
function deskOf(key, { answer = true } = {}) {
  const store = new EditorStore({ document: document(), catalogue });
  const said = [];
  const desk = {
    store,
    key,
    said,
    get node() {
      return store.graph.nodes.get(key);
    },
    say: (id, words = {}) => `${id} ${JSON.stringify(words)}`,
    toast: (text) => said.push(text),
    commit: (operations, options) => store.commit(operations, options),
    warn: async (label, places) => (said.push(...places), answer),
    brokenText: (reference) => brokenText(desk, reference),
    outputOf: () => ({ type: 'code' }),
    focus: () => {},
    render: () => said.push('rendered'),
    host: { querySelector: () => ({ value: 'Review {{ code }}.' }) },
  };
  return desk;
}

const button = (name, dataset = {}, row = {}) => ({
  dataset: { act: name, ...dataset },
  closest: () => ({ dataset: row }),
});

test('removing an output that is used asks first, and going back changes nothing', async () => {
  const desk = deskOf('a', { answer: false });
  await act(desk, button('remove-output', {}, { name: 'out' }));
  assert.deepEqual(desk.said, ['broken {"node":"Second","input":"in","from":"First › out"}']);
  assert.deepEqual(desk.store.document(), document());
});

test('removing an output is undone as one step', async () => {
  const desk = deskOf('a');
  await act(desk, button('remove-output', {}, { name: 'out' }));
  assert.equal(desk.node.outputs, undefined);
  desk.store.undo();
  assert.deepEqual(desk.store.document(), document());
});

test('taking away a connection that a reference needs asks first', async () => {
  const desk = deskOf('b', { answer: false });
  await act(desk, button('disconnect', { side: 'before', other: 'a' }));
  assert.equal(desk.said.length, 1);
  assert.equal(desk.store.graph.edges.size, 1);
});

test('a cycle is refused with its reason', () => {
  const desk = deskOf('a');
  const line = { querySelector: () => ({ value: 'b' }) };
  act(desk, { dataset: { act: 'connect', side: 'before' }, parentElement: line });
  assert.match(desk.said[0], /^cycle /);
  assert.equal(desk.store.graph.edges.size, 1);
});

test('an output of another type is refused with its reason', () => {
  const desk = deskOf('b');
  desk.store.commit([{ op: 'data', key: 'b', path: ['inputs', 0, 'type'], before: 'text', after: 'image' }]);
  assert.equal(bind(desk, 'a.out', 'in'), null);
  assert.match(desk.said[0], /^type .*"given":"code".*"wanted":"image"/);
});

test('an input that a prompt names is asked at start, or takes an output', () => {
  const desk = deskOf('b');
  createInput(desk, 'goal', '');
  createInput(desk, 'more', 'a.out');
  assert.deepEqual(desk.node.inputs.slice(1), [
    { name: 'goal', type: 'text', ask: true },
    { name: 'more', type: 'code', from: 'a.out' },
  ]);
});

test('a task template takes the place of prompt and outputs, in one step, after saying what breaks', async () => {
  const desk = deskOf('a');
  await act(desk, { dataset: { act: 'choose-template' }, value: 'review@2' });
  assert.deepEqual(desk.node, { key: 'a', type: 'task', title: 'First', task_template: 'review@2' });
  assert.equal(desk.said.length, 1);
  desk.store.undo();
  assert.deepEqual(desk.store.document(), document());
});

test('a prompt of its own keeps what the task template gave', async () => {
  const desk = deskOf('a');
  await act(desk, { dataset: { act: 'choose-template' }, value: 'review@2' });
  desk.said.length = 0;
  await act(desk, button('own-prompt'));
  assert.equal(desk.node.task_template, undefined);
  assert.equal(desk.node.prompt, 'Review {{ code }}.');
  assert.deepEqual(
    desk.node.inputs.map(({ name }) => name),
    ['code', 'focus'],
  );
  assert.deepEqual(desk.node.outputs, [{ name: 'findings', type: 'text' }]);
  assert.deepEqual(desk.said, [], 'the reference was broken before');
});

test('rules are added and removed; without any there is no field', () => {
  const desk = deskOf('a');
  act(desk, button('add-rule'));
  assert.deepEqual(desk.node.notify, [{ who: 'initiator', on: ['waiting', 'failed'] }]);
  act(desk, button('remove-rule', {}, { rule: '0' }));
  assert.equal('notify' in desk.node, false);
});
