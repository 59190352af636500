import assert from 'node:assert/strict';
import test from 'node:test';
import { removeSelection, setField } from '../../static/js/graph/edits.js';
import { DOCUMENT, editor } from './graph-editor.js';
import { documentWith, task } from './graph-support.js';

test('a commit tells of the change, then of the history; the same graph gives the same document', () => {
  const { store, heard } = editor();
  const { operations } = setField(store.graph, 'a', ['title'], 'T');
  const before = store.document();
  assert.equal(store.document(), before);
  assert.equal(store.commit(operations, { origin: 'inspector' }), true);
  assert.deepEqual(heard, [
    ['change', { operations, origin: 'inspector' }],
    ['history', {}],
  ]);
  assert.notEqual(store.document(), before);
  assert.equal(store.commit([]), false);
  assert.equal(heard.length, 2);
  store.undo();
  assert.equal(heard[2][1].origin, 'undo');
});

test('an operation that does not fit changes nothing and tells nobody', () => {
  const { store, heard } = editor();
  assert.throws(() => store.commit([{ op: 'delNode', node: task('zzz'), index: 0 }]), RangeError);
  assert.deepEqual([store.document(), heard, store.history.canUndo], [DOCUMENT, [], false]);
});

test('a selection holds what exists, and is told once', () => {
  const { store, heard } = editor();
  store.select({ nodes: ['a', 'zzz'], edges: [['a', 'b'], 'x→y'] });
  store.select({ nodes: new Set(['a']), edges: new Set(['a→b']) });
  assert.deepEqual(heard, [['selection', { nodes: new Set(['a']), edges: new Set(['a→b']) }]]);
  store.commit(removeSelection(store.graph, store.selection).operations);
  assert.deepEqual(
    heard.map(([name]) => name),
    ['selection', 'change', 'history', 'selection'],
  );
  assert.deepEqual(store.selection, { nodes: new Set(), edges: new Set() });
});

test('listeners of a change never see a selection of what is gone', () => {
  const { store } = editor();
  store.select({ nodes: ['a'] });
  const seen = [];
  for (const name of ['change', 'replaced']) {
    store.addEventListener(name, () =>
      seen.push([...store.selection.nodes].every((key) => store.graph.nodes.has(key))),
    );
  }
  store.commit(removeSelection(store.graph, { nodes: ['a'] }).operations);
  store.select({ nodes: ['b'] });
  store.replace(documentWith([task('c')]));
  assert.deepEqual(seen, [true, true]);
});

test('another document has no undo into the one before', () => {
  const { store, heard, type } = editor();
  type('W');
  heard.length = 0;
  store.replace(documentWith([task('c')]), { origin: 'theirs' });
  assert.deepEqual(heard, [
    ['replaced', { origin: 'theirs' }],
    ['history', {}],
  ]);
  assert.equal(store.undo(), false);
});

test('a read-only editor selects and shows problems but changes nothing', () => {
  const { store, heard, type } = editor({ readOnly: true });
  assert.equal(type('W'), false);
  assert.equal(store.undo(), false);
  store.select({ nodes: ['b'] });
  store.setProblems([{ path: 'nodes[0]' }]);
  assert.deepEqual(store.document(), DOCUMENT);
  assert.deepEqual(
    heard.map(([name]) => name),
    ['selection', 'problems'],
  );
  assert.deepEqual(store.problems, [{ path: 'nodes[0]' }]);
});
