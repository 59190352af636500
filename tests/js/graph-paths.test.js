import assert from 'node:assert/strict';
import test from 'node:test';
import * as graphs from '../../static/js/graph/graph.js';
import { apply } from '../../static/js/graph/operations.js';
import { documentWith, task } from './graph-support.js';

const graphWith = (keys, ...edges) =>
  graphs.graphOf(
    documentWith(
      [...keys].map((key) => task(key)),
      edges,
    ),
  );
const DIAMOND = graphWith('abcde', 'a b', 'a c', 'b d', 'c d');

test('parents, children, ancestors, descendants, paths', () => {
  assert.deepEqual(graphs.parentsOf(DIAMOND, 'd'), ['b', 'c']);
  assert.deepEqual(graphs.childrenOf(DIAMOND, 'a'), ['b', 'c']);
  assert.deepEqual(graphs.parentsOf(DIAMOND, 'e'), []);
  assert.deepEqual(graphs.ancestorsOf(DIAMOND, 'd'), new Set(['b', 'c', 'a']));
  assert.deepEqual(graphs.descendantsOf(DIAMOND, 'a'), new Set(['b', 'c', 'd']));
  assert.deepEqual(graphs.withAncestors(DIAMOND, ['b', 'e']), new Set(['b', 'e', 'a']));
  assert.deepEqual(graphs.withDescendants(DIAMOND, ['b', 'c']), new Set(['b', 'c', 'd']));
  assert.equal(graphs.hasPath(DIAMOND, 'a', 'd'), true);
  assert.equal(graphs.hasPath(DIAMOND, 'd', 'a'), false);
  assert.equal(graphs.hasPath(DIAMOND, 'a', 'a'), false);
  assert.deepEqual(graphs.pathBetween(DIAMOND, 'a', 'd'), ['a', 'b', 'd']);
  assert.deepEqual(graphs.pathBetween(DIAMOND, 'b', 'c'), []);
});

test('the order is upstream first, then as in the document; a cycle comes last', () => {
  assert.deepEqual(graphs.orderOf(graphWith('dcba', 'a b', 'b d')), ['c', 'a', 'b', 'd']);
  const cyclic = graphWith('abcd', 'b c', 'c b', 'c d');
  assert.deepEqual(graphs.orderOf(cyclic), ['a', 'b', 'c', 'd']);
  assert.deepEqual(graphs.cyclicKeys(cyclic), ['b', 'c', 'd']);
  assert.ok(graphs.ancestorsOf(cyclic, 'b').has('b'));
});

test('an edge to an unknown node or to itself leads nowhere, until the node is there', () => {
  const draft = graphWith('ab', 'a x', 'x b', 'a a');
  assert.deepEqual(graphs.ancestorsOf(draft, 'b'), new Set());
  assert.deepEqual(graphs.descendantsOf(draft, 'a'), new Set());
  assert.deepEqual(graphs.cyclicKeys(draft), []);
  const mended = apply(draft, [{ op: 'addNode', node: task('x'), index: 2 }]);
  assert.deepEqual(graphs.ancestorsOf(mended, 'b'), new Set(['x', 'a']));
  assert.deepEqual(graphs.documentOf(draft).edges, [
    ['a', 'x'],
    ['x', 'b'],
    ['a', 'a'],
  ]);
});
