import assert from 'node:assert/strict';
import test from 'node:test';
import { moveNodes } from '../../static/js/graph/edits.js';
import { DOCUMENT, editor } from './graph-editor.js';

test('typing without a pause is one step; a pause, another field or an undo ends it', () => {
  const { store, type, prompt } = editor();
  ['W', 'Wo', 'Word'].forEach((text) => type(text));
  type('Word.', 1001);
  type('Word.!', 100, 'other');
  const seen = [];
  while (store.undo()) seen.push(prompt());
  assert.deepEqual(seen, ['Word.', 'Word', '']);
  store.redo();
  type('Words');
  store.undo();
  assert.equal(prompt(), 'Word', 'a step after a redo does not melt into it');
  assert.equal(store.redo() && store.redo(), false);
});

test('without a merge key every step is its own', () => {
  const { store, type, prompt } = editor();
  type('W', 1, null);
  type('Wo', 1, null);
  store.undo();
  assert.equal(prompt(), 'W');
});

test('what was typed and taken back at once leaves no step', () => {
  const { store, type } = editor();
  type('earlier');
  type('x', 2000);
  type('earlier', 10);
  assert.equal(store.history.canUndo, true);
  store.undo();
  assert.equal(store.history.canUndo, false);
});

test('after typing that was taken back, the next is a step of its own', () => {
  const { store, type, prompt } = editor();
  type('x');
  type('', 10);
  type('y', 10);
  assert.equal(prompt(), 'y');
  store.undo();
  assert.deepEqual(store.document(), DOCUMENT);
});

test('a field and a part of it in one step come back in order', () => {
  const { store, set } = editor();
  set(['limits', 'seconds'], 6);
  set(['limits', 'seconds'], 60);
  set(['limits', 'tokens'], 1);
  set(['limits', 'tokens'], undefined);
  assert.deepEqual(store.graph.nodes.get('a').limits, { seconds: 60 });
  store.undo();
  assert.deepEqual(store.document(), DOCUMENT);
  store.redo();
  assert.deepEqual(store.graph.nodes.get('a').limits, { seconds: 60 });
});

test('a field, a part of it and the field again in one step come back in order', () => {
  const { store, set } = editor();
  set(['limits', 'seconds'], 6);
  set(['limits', 'seconds'], 60);
  set(['limits'], { tokens: 1 });
  store.undo();
  assert.deepEqual(store.document(), DOCUMENT);
  store.redo();
  assert.deepEqual(store.graph.nodes.get('a').limits, { tokens: 1 });
});

test('a drag of many small moves is one step', () => {
  const { store, clock } = editor();
  for (let x = 8; x <= 800; x += 8) {
    clock.ms += 16;
    const places = new Map([
      ['a', [x, 0]],
      ['b', [x, 8]],
    ]);
    store.commit(moveNodes(store.graph, places).operations, { mergeKey: 'drag 1' });
  }
  store.undo();
  assert.deepEqual(store.document(), DOCUMENT);
  assert.equal(store.history.canUndo, false);
});

test('labels say what undo and redo would do; a new step forgets what was undone; sealing ends a step', () => {
  const { store, type } = editor();
  assert.deepEqual([store.history.undoLabel, store.history.redoLabel], [null, null]);
  type('W');
  store.history.seal();
  type('Wo');
  store.undo();
  assert.deepEqual([store.history.undoLabel, store.history.redoLabel], ['Prompt', 'Prompt']);
  type('other', 5000);
  assert.equal(store.history.canRedo, false);
});

test('only the last 500 steps are kept', () => {
  const { store, type, prompt } = editor();
  for (let number = 1; number <= 510; number += 1) type(String(number), 5000);
  while (store.undo());
  assert.equal(prompt(), '10');
});
