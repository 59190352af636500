import assert from 'node:assert/strict';
import test from 'node:test';
import { isSame, marksOf, nodeStates } from '../../static/js/run/node-states.js';

const EDGES = new Map([
  ['a→b', ['a', 'b']],
  ['a→c', ['a', 'c']],
  ['b→d', ['b', 'd']],
]);

const states = (statuses) =>
  nodeStates(Object.entries(statuses).map(([key, status]) => ({ key, status, word: `is ${status}` })));

test('the list says status, word and mark of each node; stale outweighs reused', () => {
  const found = nodeStates([
    { key: 'a', status: 'done', word: 'Done · v2', stale: '' },
    { key: 'b', status: 'done', word: 'Done', reused: '' },
    { key: 'c', status: 'done', word: 'Done', stale: '', reused: '' },
    { key: 'd', status: 'pending', word: 'Not reached' },
  ]);
  assert.deepEqual(
    [...found.values()].map(({ mark }) => mark),
    ['stale', 'reused', 'stale', null],
  );
  assert.deepEqual(found.get('a'), { status: 'done', word: 'Done · v2', mark: 'stale' });
});

test('a line from a node that is done flows into work, and is passed when its end has begun', () => {
  const lines = (statuses) => Object.fromEntries(marksOf(states(statuses), EDGES));
  assert.deepEqual(lines({ a: 'done', b: 'running', c: 'waiting', d: 'pending' }), { 'a→b': 'flows', 'a→c': 'passed' });
  assert.deepEqual(lines({ a: 'done', b: 'queued', c: 'retrying', d: 'pending' }), { 'a→b': 'flows', 'a→c': 'flows' });
  assert.deepEqual(lines({ a: 'done', b: 'done', c: 'failed', d: 'done' }), {
    'a→b': 'passed',
    'a→c': 'passed',
    'b→d': 'passed',
  });
});

test('nothing is passed on by a node that is not done, nor into one that was not reached', () => {
  assert.equal(marksOf(states({ a: 'running', b: 'done', c: 'pending', d: 'cancelled' }), EDGES).size, 0);
});

test('marks of nodes stand beside those of lines', () => {
  const found = nodeStates([
    { key: 'a', status: 'done', word: 'Done' },
    { key: 'b', status: 'done', word: 'Done', stale: '' },
  ]);
  assert.deepEqual(
    [...marksOf(found, EDGES)],
    [
      ['b', 'stale'],
      ['a→b', 'passed'],
    ],
  );
});

test('a changed word is a change', () => {
  assert.ok(isSame(states({ a: 'done' }), states({ a: 'done' })));
  assert.ok(!isSame(states({ a: 'done' }), states({ a: 'done', b: 'done' })));
  const other = new Map([['a', { status: 'done', word: 'Done · v2', mark: null }]]);
  assert.ok(!isSame(states({ a: 'done' }), other));
});
