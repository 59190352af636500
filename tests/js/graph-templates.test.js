// A node that gives its content away to a task template, on the real store.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EditorStore } from '../../static/js/graph/store.js';
import { becomeUse } from '../../static/js/graph/templates.js';
import { inputsOf, outputsOf } from '../../static/js/graph/ports.js';

const outputs = [{ name: 'findings', type: 'text', description: 'What is wrong' }];
const taken = { name: 'code', type: 'code', from: 'write.code' };
const asked = { name: 'focus', type: 'text', ask: true, default: 'faults' };
const check = {
  key: 'check',
  type: 'task',
  title: 'Check it',
  position: [336, 0],
  prompt: 'Check {{ code }}.',
  inputs: [taken, asked, { name: 'style', type: 'text', value: '' }, { name: 'tone', type: 'text', value: 'kind' }],
  outputs,
  confirm: true,
  executor: 'anna',
  notify: [{ who: 'initiator', on: ['waiting'] }],
  model: 'large',
  tools: ['files'],
  limits: { seconds: 60 },
  retry: { attempts: 1 },
};
const write = { key: 'write', type: 'task', prompt: 'x', outputs: [{ name: 'code', type: 'code' }] };
const after = {
  key: 'after',
  type: 'task',
  prompt: 'y',
  inputs: [{ name: 'f', type: 'text', from: 'check.findings' }],
};
const edges = [
  ['write', 'check'],
  ['check', 'after'],
];
const card = {
  slug: 'check',
  number: 1,
  newest: 1,
  inputs: [
    { name: 'code', type: 'code', value: '' },
    asked,
    { name: 'style', type: 'text', value: '' },
    { name: 'tone', type: 'text', value: 'kind' },
  ],
  outputs,
};

const storeOf = () =>
  new EditorStore({
    document: structuredClone({ aime: 1, name: 'T', nodes: [write, check, after], edges }),
    catalogue: { types: {}, task_templates: { 'check@1': card } },
  });

test('a node keeps its place, gates and people, and what it takes from others', () => {
  const store = storeOf();
  store.commit(becomeUse(store.graph, 'check', 'check@1').operations);
  assert.deepEqual(store.graph.nodes.get('check'), {
    key: 'check',
    type: 'task',
    title: 'Check it',
    position: [336, 0],
    inputs: [taken, { name: 'style', type: 'text', value: '' }],
    confirm: true,
    executor: 'anna',
    notify: [{ who: 'initiator', on: ['waiting'] }],
    task_template: 'check@1',
  });
});

test('it gives and takes the same as before', () => {
  const store = storeOf();
  const before = store.graph.nodes.get('check');
  store.commit(becomeUse(store.graph, 'check', 'check@1').operations);
  const node = store.graph.nodes.get('check');
  assert.deepEqual(outputsOf(node, store.catalogue), before.outputs);
  const named = (inputs) => inputs.map(({ name, type, from = null }) => ({ name, type, from }));
  assert.deepEqual(named(inputsOf(node, store.catalogue)), named(before.inputs));
});

test('one undo brings everything back', () => {
  const store = storeOf();
  const before = store.document();
  store.commit(becomeUse(store.graph, 'check', 'check@1').operations);
  store.undo();
  assert.deepEqual(store.document(), before);
  assert.equal(store.history.canUndo, false);
});

test('a node that is gone is refused', () => {
  assert.equal(becomeUse(storeOf().graph, 'gone', 'check@1').refusal.code, 'unknown');
});
