import assert from 'node:assert/strict';
import test from 'node:test';
import * as edits from '../../static/js/graph/edits.js';
import { documentOf, graphOf } from '../../static/js/graph/graph.js';
import { apply, invert } from '../../static/js/graph/operations.js';
import { CATALOGUE, documentWith, task } from './graph-support.js';

const graphWith = (nodes, ...edges) => graphOf(documentWith(nodes, edges));
const after = (graph, { operations }) => apply(graph, operations);
const node = (graph, key) => graph.nodes.get(key);

test('a new node has what its type begins with, a free key, a title and a place', () => {
  let graph = graphWith([]);
  for (const key of ['task', 'task_2', 'schedule']) {
    const added = edits.addNode(graph, CATALOGUE, { type: key.startsWith('task') ? 'task' : 'trigger.schedule' });
    assert.equal(added.key, key);
    graph = after(graph, added);
  }
  const starter = CATALOGUE.types.task.starter;
  assert.deepEqual(node(graph, 'task_2'), {
    key: 'task_2',
    type: 'task',
    title: 'Agent task 2',
    position: [320, 0],
    ...starter,
  });
  assert.equal(node(graph, 'schedule').cron, '0 9 * * 1-5');
  assert.deepEqual(
    [...graph.nodes.values()].map((one) => one.position[0]),
    [0, 320, 640],
  );
  node(graph, 'task').outputs.push('changed'); // a node's own copy
  assert.equal(starter.outputs.length, 1);
});

test('a node with a task template has only what the template leaves to it', () => {
  const graph = graphWith([]);
  const added = edits.addNode(graph, CATALOGUE, { taskTemplate: 'code-review', position: [13, 3] });
  assert.deepEqual(node(after(graph, added), 'code_review'), {
    key: 'code_review',
    type: 'task',
    title: 'Code review',
    position: [16, 0],
    task_template: 'code-review@2',
  });
  assert.equal(edits.addNode(graph, CATALOGUE, { taskTemplate: 'code-review@9' }).refusal.code, 'unknown');
});

test('after and before: beside the neighbour, with its edge', () => {
  const graph = graphWith([task('a', { position: [80, 40] }), task('b', { position: [400, 40] })], 'a b');
  const right = after(graph, edits.addNode(graph, CATALOGUE, { after: 'a' }));
  assert.deepEqual(documentOf(right).edges, [
    ['a', 'b'],
    ['a', 'task'],
  ]);
  assert.deepEqual(node(right, 'task').position, [400, 232], 'below what is there already');
  const left = after(graph, edits.addNode(graph, CATALOGUE, { before: 'a' }));
  assert.deepEqual(documentOf(left).edges, [
    ['a', 'b'],
    ['task', 'a'],
  ]);
  assert.deepEqual(node(left, 'task').position, [-240, 40]);
});

test('two nodes put on one place can both be seen', () => {
  const graph = graphWith([task('a')]);
  const added = after(graph, edits.addNode(graph, CATALOGUE, { position: [0, 0] }));
  assert.deepEqual(node(added, 'task').position, [32, 32]);
});

test('a node on an edge splits it and makes room', () => {
  const nodes = [task('a'), task('b', { position: [320, 0] }), task('c', { position: [640, 0] }), task('d')];
  const graph = graphWith(nodes, 'a b', 'b c', 'a d');
  for (const onEdge of ['a→b', ['a', 'b']]) {
    const split = after(graph, edits.addNode(graph, CATALOGUE, { onEdge }));
    assert.deepEqual(documentOf(split).edges, [
      ['b', 'c'],
      ['a', 'd'],
      ['a', 'task'],
      ['task', 'b'],
    ]);
    const places = [...split.nodes.values()].map((one) => one.position);
    assert.deepEqual(places, [
      [0, 0],
      [640, 0],
      [960, 0],
      [0, 0],
      [320, 0],
    ]);
  }
  const dropped = after(graph, edits.addNode(graph, CATALOGUE, { onEdge: 'a→b', position: [160, 80] }));
  assert.deepEqual(node(dropped, 'b').position, [320, 0], 'where a person puts it, nothing moves');
});

test('a node is refused: trigger in the middle, a second trigger, before a trigger, unknown things', () => {
  const trigger = { key: 't', type: 'trigger.schedule', title: 'T', position: [0, 0] };
  const graph = graphWith([trigger, task('a'), task('b')], 't a', 'a b');
  const refusal = (wanted) => edits.addNode(graph, CATALOGUE, wanted).refusal;
  assert.deepEqual(refusal({ type: 'trigger.schedule' }), {
    code: 'trigger',
    words: { target: 'T', reason: 'second' },
  });
  assert.equal(refusal({ type: 'trigger.schedule', after: 'a' }).words.reason, 'upstream');
  assert.equal(refusal({ type: 'trigger.schedule', onEdge: 'a→b' }).words.reason, 'upstream');
  assert.equal(refusal({ before: 't' }).words.reason, 'upstream');
  assert.equal(refusal({ after: 'b', before: 'a' }).code, 'cycle');
  assert.equal(refusal({ after: 'zzz' }).code, 'unknown');
  assert.equal(refusal({ onEdge: 'b→a' }).code, 'unknown');
  assert.equal(refusal({ type: 'zzz' }).code, 'unknown');
});

test('removing a node takes its edges along, names what breaks, and undo restores all of it in its place', () => {
  const nodes = [task('a', { outputs: ['o:text'] }), task('b'), task('c', { inputs: ['i:text=a.o'] }), task('d')];
  const graph = graphWith(nodes, 'a b', 'c d', 'b c');
  const middle = edits.removeSelection(graph, { nodes: new Set(['b']) });
  assert.deepEqual(middle.broken, [{ key: 'c', input: 'i', from: 'a.o' }]);
  assert.deepEqual(documentOf(after(graph, middle)), documentWith([nodes[0], nodes[2], nodes[3]], ['c d']));
  const restored = apply(after(graph, middle), invert(middle.operations));
  assert.equal(JSON.stringify(documentOf(restored)), JSON.stringify(documentOf(graph)));
  assert.deepEqual(edits.removeSelection(graph, { nodes: ['a', 'c'] }).broken, [], 'what goes along breaks nothing');
  assert.deepEqual(edits.removeSelection(graph, { nodes: ['zzz'], edges: ['x→y'] }).operations, []);
});

test('moving rounds, skips what stays, and keeps what is known about paths', () => {
  const graph = graphWith([task('a'), task('b', { position: undefined })]);
  const places = new Map([
    ['a', [0.2, -0.2]],
    ['b', [8.4, 16]],
    ['zzz', [1, 1]],
  ]);
  assert.deepEqual(edits.moveNodes(graph, places).operations, [
    { op: 'move', key: 'b', before: undefined, after: [8, 16] },
  ]);
});

test('a field: set, made with its parents, taken away, in a list, of the head, unchanged', () => {
  const graph = graphWith([task('a', { inputs: ['i:text', 'j:text'] })]);
  const field = (...wanted) => after(graph, edits.setField(graph, ...wanted));
  assert.equal(node(field('a', ['title'], 'T'), 'a').title, 'T');
  assert.deepEqual(node(field('a', ['limits', 'seconds'], 60), 'a').limits, { seconds: 60 });
  assert.deepEqual(node(field('a', ['notify', 0], { who: 'x' }), 'a').notify, [{ who: 'x' }]);
  assert.equal('title' in node(field('a', ['title'], undefined), 'a'), false);
  assert.equal(node(field('a', ['inputs', 1, 'label'], 'L'), 'a').inputs[1].label, 'L');
  assert.deepEqual(
    node(field('a', ['inputs', 0], undefined), 'a').inputs.map((one) => one.name),
    ['j'],
  );
  assert.equal(field(null, ['name'], 'N').head.name, 'N');
  assert.deepEqual(edits.setField(graph, 'a', ['position'], [0, 0]).operations, []);
  assert.deepEqual(edits.setField(graph, 'a', ['limits', 'seconds'], undefined).operations, []);
  assert.equal(edits.setField(graph, 'zzz', ['title'], 'T').refusal.code, 'unknown');
});

test('taking a field away and undoing puts it back in its place', () => {
  const graph = graphWith([task('a')]);
  const { operations } = edits.setField(graph, 'a', ['title'], undefined);
  const restored = apply(apply(graph, operations), invert(operations));
  assert.deepEqual(Object.keys(node(restored, 'a')), Object.keys(node(graph, 'a')));
});

test('operations that do not fit are an error, and nothing of them is done', () => {
  const graph = graphWith([task('a')]);
  const misfits = [
    { op: 'addNode', node: task('a'), index: 0 },
    { op: 'delNode', node: task('b'), index: 0 },
    { op: 'move', key: 'b', before: [0, 0], after: [1, 1] },
    { op: 'data', key: 'a', path: ['limits', 'seconds'], before: undefined, after: 1 },
  ];
  for (const misfit of misfits) assert.throws(() => apply(graph, [misfit]), RangeError);
  assert.equal(graph.nodes.size, 1);
});
