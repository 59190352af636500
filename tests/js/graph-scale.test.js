import assert from 'node:assert/strict';
import test from 'node:test';
import * as edits from '../../static/js/graph/edits.js';
import { ancestorsOf } from '../../static/js/graph/graph.js';
import { merge } from '../../static/js/graph/merge.js';
import { edgeRefusal } from '../../static/js/graph/refusals.js';
import { EditorStore } from '../../static/js/graph/store.js';
import { CATALOGUE, documentWith, task } from './graph-support.js';

// What is right for ten nodes is right for a thousand. How long it takes is printed, and judged by `make bench`; work that
// grows with the square of the nodes would end by the time limit of a test.
const NODES = 1000;
const keys = Array.from({ length: NODES }, (_, index) => `n${index}`);
const nodes = keys.map((key, index) =>
  task(key, {
    position: [320 * index, 0],
    outputs: ['o:text'],
    inputs: index ? [`i:text=n${index - 1}.o`, 'far:text=n0.o'] : [],
  }),
);
const chain = keys.slice(1).map((key, index) => `n${index} ${key}`);
const skips = keys.slice(7).map((key, index) => `n${index} ${key}`);
const DOCUMENT = documentWith(nodes, [...chain, ...skips]);
const editor = () => new EditorStore({ document: DOCUMENT, catalogue: CATALOGUE });

const PATIENCE = { timeout: 60_000 };

function timed(t, what, act) {
  const start = performance.now();
  const answer = act();
  t.diagnostic(`${what}: ${(performance.now() - start).toFixed(1)} ms`);
  return answer;
}

test('a thousand characters, a thousand frames of a drag', PATIENCE, (t) => {
  const store = editor();
  timed(t, 'typing', () => {
    for (let number = 0; number < 1000; number += 1) {
      const { operations } = edits.setField(store.graph, 'n500', ['prompt'], 'x'.repeat(number + 1));
      store.commit(operations, { mergeKey: 'prompt' });
    }
  });
  timed(t, 'dragging', () => {
    for (let number = 1; number <= 1000; number += 1) {
      const { operations } = edits.moveNodes(store.graph, new Map([['n500', [number, number]]]));
      store.commit(operations, { mergeKey: 'drag' });
    }
  });
});

test('typing and moving keep what is known about paths', () => {
  const store = editor();
  const above = ancestorsOf(store.graph, 'n999');
  store.commit(edits.setField(store.graph, 'n5', ['title'], 'T').operations);
  store.commit(edits.moveNodes(store.graph, new Map([['n5', [1, 1]]])).operations);
  assert.equal(ancestorsOf(store.graph, 'n999'), above);
  store.commit(edits.disconnect(store.graph, 'n0→n1').operations);
  assert.notEqual(ancestorsOf(store.graph, 'n999'), above);
});

test('which of a thousand nodes a connection may end at, and which may begin it', PATIENCE, (t) => {
  const { graph } = editor();
  const codes = timed(t, 'targets', () => keys.map((key) => edgeRefusal(graph, CATALOGUE, 'n500', key)?.refusal.code));
  assert.equal(codes.filter((code) => code === 'cycle').length, 500);
  assert.equal(codes.filter((code) => code === undefined).length, 497);
  timed(t, 'sources', () => keys.forEach((key) => edgeRefusal(graph, CATALOGUE, key, 'n500')));
});

test('everything chosen: moved, removed with all references judged, undone, copied and pasted', PATIENCE, (t) => {
  const store = editor();
  const before = JSON.stringify(store.document());
  timed(t, 'moved', () =>
    store.commit(edits.moveNodes(store.graph, new Map(keys.map((key) => [key, [8, 8]]))).operations),
  );
  const half = keys.filter((_, index) => index % 2);
  const removal = timed(t, 'removal', () => edits.removeSelection(store.graph, { nodes: half }));
  assert.ok(removal.operations.length > 1500);
  timed(t, 'removed', () => store.commit(removal.operations));
  timed(t, 'undone', () => store.undo() && store.undo());
  assert.equal(JSON.stringify(store.document()), before);
  const pasted = timed(t, 'copied', () => edits.duplicate(store.graph, keys, CATALOGUE));
  assert.equal(pasted.keys.length, NODES);
  timed(t, 'pasted', () => store.commit(pasted.operations));
  assert.equal(store.graph.edges.size, 2 * DOCUMENT.edges.length);
});

test('one edge among two thousand; a merge of two drafts', PATIENCE, (t) => {
  const store = editor();
  const { broken } = timed(t, 'disconnected', () => edits.disconnect(store.graph, 'n0→n1'));
  assert.deepEqual(
    broken.map(({ key }) => key),
    ['n1', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6'],
  );
  const mine = { ...DOCUMENT, nodes: DOCUMENT.nodes.with(3, { ...nodes[3], title: 'Mine' }) };
  const theirs = { ...DOCUMENT, nodes: DOCUMENT.nodes.with(4, { ...nodes[4], title: 'Theirs' }) };
  assert.deepEqual(timed(t, 'merged', () => merge(DOCUMENT, mine, theirs)).conflicts, []);
});
