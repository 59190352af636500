import assert from 'node:assert/strict';
import test from 'node:test';
import { copied, duplicate, pasted } from '../../static/js/graph/edits.js';
import { documentOf, graphOf } from '../../static/js/graph/graph.js';
import { apply, invert } from '../../static/js/graph/operations.js';
import { CATALOGUE, documentWith, task } from './graph-support.js';

const TRIGGER = { key: 't', type: 'trigger.schedule', title: 'T', position: [0, 0], cron: '0 9 * * *' };
const A = task('a', { inputs: ['when:text=t.time'], outputs: ['out:text'], position: [320, 0] });
const B = task('b', { inputs: ['x:text=a.out', 'y:text=t.time'], position: [640, 80] });
const FULL = graphOf(documentWith([TRIGGER, A, B], ['t a', 'a b']));
const after = (graph, { operations }) => documentOf(apply(graph, operations));

test('what is copied is a document of the chosen nodes and the edges between them', () => {
  assert.deepEqual(copied(FULL, ['b', 'a']), { aime: 1, name: 'T', nodes: [A, B], edges: [['a', 'b']] });
});

test('a paste into another template renames keys, keeps what lies inside, asks for the rest and says so', () => {
  const other = graphOf(documentWith([task('a'), task('c')], ['a c']));
  const result = pasted(other, copied(FULL, ['a', 'b']), [1000, 500], CATALOGUE);
  assert.deepEqual(result.keys, ['a_2', 'b']);
  assert.deepEqual(result.dropped, [
    { key: 'a_2', input: 'when', from: 't.time' },
    { key: 'b', input: 'y', from: 't.time' },
  ]);
  const { nodes, edges } = after(other, result);
  assert.deepEqual(edges, [
    ['a', 'c'],
    ['a_2', 'b'],
  ]);
  assert.deepEqual(nodes[2].inputs, [{ name: 'when', type: 'text', ask: true }]);
  assert.deepEqual(nodes[3].inputs[0], { name: 'x', type: 'text', from: 'a_2.out' });
  assert.deepEqual(
    nodes.slice(2).map((node) => node.position),
    [
      [1000, 504],
      [1320, 584],
    ],
  );
  assert.deepEqual(documentOf(apply(apply(other, result.operations), invert(result.operations))), documentOf(other));
});

test('a copy in the same template keeps references to what is there, with the edge they need', () => {
  const result = duplicate(FULL, ['b'], CATALOGUE);
  const { nodes, edges } = after(FULL, result);
  assert.deepEqual([result.keys, result.dropped], [['b_2'], []]);
  assert.deepEqual(nodes[3], { ...B, key: 'b_2', position: [680, 120] });
  assert.deepEqual(edges, [
    ['t', 'a'],
    ['a', 'b'],
    ['a', 'b_2'],
    ['t', 'b_2'],
  ]);
});

test('a copy of everything leaves the trigger out and hangs the copies on the one that is there', () => {
  const result = duplicate(FULL, ['t', 'a', 'b'], CATALOGUE);
  assert.deepEqual([result.keys, result.dropped], [['a_2', 'b_2'], [{ key: 't', reason: 'trigger' }]]);
  const { nodes, edges } = after(FULL, result);
  assert.deepEqual(edges.slice(2), [
    ['t', 'a_2'],
    ['a_2', 'b_2'],
    ['t', 'b_2'],
  ]);
  assert.equal(nodes[3].inputs[0].from, 't.time');
  assert.equal(duplicate(FULL, ['t'], CATALOGUE).refusal.code, 'trigger');
});

test('into an empty template everything goes as it is', () => {
  const empty = graphOf(documentWith([]));
  const result = pasted(empty, copied(FULL, ['t', 'a', 'b']), [0, 0], CATALOGUE);
  assert.deepEqual(after(empty, result), documentOf(FULL));
});

test('of two triggers on the clipboard one is pasted', () => {
  const given = { aime: 1, nodes: [TRIGGER, { ...TRIGGER, key: 'u' }] };
  const result = pasted(graphOf(documentWith([])), given, null, CATALOGUE);
  assert.deepEqual([result.keys, result.dropped], [['t'], [{ key: 'u', reason: 'trigger' }]]);
});

test('a reference of another type is not kept', () => {
  const other = graphOf(documentWith([task('a', { outputs: ['out:file'] })]));
  assert.deepEqual(pasted(other, copied(FULL, ['b']), null, CATALOGUE).dropped[0].from, 'a.out');
});

test('a document can be pasted, without places too', () => {
  const file = {
    aime: 1,
    name: 'F',
    nodes: [
      { key: 'x', type: 'task' },
      { key: 'y', type: 'task' },
    ],
  };
  const result = pasted(FULL, file, [80, 80], CATALOGUE);
  assert.deepEqual(result.keys, ['x', 'y']);
  assert.deepEqual(
    after(FULL, result)
      .nodes.slice(3)
      .map((node) => node.position),
    [
      [80, 80],
      [400, 80],
    ],
  );
});

const STRANGE = {
  words: '"some text"',
  null: 'null',
  'a number': '7',
  'another format': '{"aime": 2, "nodes": [{"key": "a", "type": "task"}]}',
  'no nodes': '{"aime": 1, "nodes": []}',
  'nodes that are none': '{"aime": 1, "nodes": [null]}',
  'a node without a key': '{"aime": 1, "nodes": [{"type": "task"}]}',
  'inputs that are no list': '{"aime": 1, "nodes": [{"key": "a", "type": "task", "inputs": {}}]}',
  'an input without a name': '{"aime": 1, "nodes": [{"key": "a", "type": "task", "inputs": [null]}]}',
  'a key twice': '{"aime": 1, "nodes": [{"key": "a", "type": "task"}, {"key": "a", "type": "task"}]}',
  'an unknown type': '{"aime": 1, "nodes": [{"key": "a", "type": "zzz"}]}',
  'the type of an object': '{"aime": 1, "nodes": [{"key": "a", "type": "constructor"}]}',
};
for (const [name, text] of Object.entries(STRANGE)) {
  test(`what is no document is refused: ${name}`, () => {
    assert.equal(pasted(FULL, JSON.parse(text), null, CATALOGUE).refusal.code, 'unknown');
  });
}

test('edges that do not fit are left out, a cycle is refused', () => {
  const nodes = [task('x'), { ...TRIGGER, key: 'when' }, task('y')];
  const paste = (edges) => pasted(graphOf(documentWith([])), { aime: 1, nodes, edges }, null, CATALOGUE);
  const odd = paste([['x', 'y'], ['x', 'y'], ['x', 'x'], ['x', 'when'], ['x'], 'x', ['x', 'zzz'], null]);
  assert.deepEqual(
    odd.operations.filter((operation) => operation.op === 'addEdge').map(({ edge }) => edge),
    [['x', 'y']],
  );
  assert.equal(
    paste([
      ['x', 'y'],
      ['y', 'x'],
    ]).refusal.code,
    'cycle',
  );
});
