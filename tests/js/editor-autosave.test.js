import assert from 'node:assert/strict';
import test from 'node:test';
import { LONGEST_MS, QUIET_MS } from '../../static/js/editor/autosave.js';
import { node, saved, settled, world } from './autosave-world.js';

test('it waits until nothing happens for a moment', async () => {
  const w = world();
  w.change('B');
  await w.pass(QUIET_MS - 1);
  w.change('C');
  await w.pass(QUIET_MS - 1);
  assert.equal(w.sent.length, 0);
  await w.pass(1);
  assert.equal(w.sent.length, 1);
  assert.deepEqual(w.sent[0].body, { base_revision: 7, document: node('C') });
});

test('somebody who never pauses is saved all the same', async () => {
  const w = world();
  for (let at = 0; at <= LONGEST_MS; at += 300) {
    w.change(`B${at}`);
    await w.pass(300);
  }
  assert.equal(w.sent.length, 1);
});

test('one request at a time; what changed meanwhile goes with the next, from the new revision', async () => {
  const w = world();
  w.change('B');
  await w.pass(QUIET_MS);
  w.change('C');
  await w.pass(10 * QUIET_MS);
  assert.equal(w.sent.length, 1);
  await w.answer(0, saved(8));
  assert.equal(w.autosave.state, 'changed');
  await w.pass(QUIET_MS);
  assert.deepEqual(w.sent[1].body, { base_revision: 8, document: node('C') });
  await w.answer(1, saved(9));
  assert.equal(w.autosave.state, 'saved');
  assert.equal(w.autosave.isDirty, false);
  assert.deepEqual(w.states, ['changed', 'saving', 'changed', 'saving', 'saved']);
});

test('without a line it tries again, later and later, and at once when the line is back', async () => {
  const w = world();
  w.change('B');
  await w.pass(QUIET_MS);
  await w.answer(0, { kind: 'unreachable' });
  assert.equal(w.autosave.state, 'offline');
  assert.ok(w.autosave.isDirty);
  w.change('C');
  await w.pass(999);
  assert.equal(w.sent.length, 1);
  await w.pass(1);
  assert.equal(w.sent.length, 2);
  await w.answer(1, { kind: 'unreachable' });
  await w.pass(1999);
  assert.equal(w.sent.length, 2);
  w.autosave.retry();
  await w.answer(2, saved(8));
  assert.deepEqual(w.sent[2].body.document, node('C'));
  assert.equal(w.autosave.state, 'saved');
});

test('the newer draft of somebody else stops it until somebody decides', async () => {
  const w = world();
  w.change('B');
  await w.pass(QUIET_MS);
  const theirs = { revision: 8, document: node('Theirs') };
  await w.answer(0, { kind: 'conflict', draft: theirs });
  assert.equal(w.autosave.state, 'conflict');
  assert.equal(w.autosave.detail.draft, theirs);
  w.change('C');
  await w.pass(60_000);
  assert.equal(await w.autosave.flush(), false);
  assert.equal(w.sent.length, 1);
  w.autosave.rebase(theirs, { isDirty: true });
  await w.pass(QUIET_MS);
  assert.deepEqual(w.sent[1].body, { base_revision: 8, document: node('C') });
});

test('a refusal says why and waits for the next change', async () => {
  const w = world();
  w.change('B');
  await w.pass(QUIET_MS);
  const problems = [{ message: 'too many' }];
  await w.answer(0, { kind: 'refused', problems });
  assert.equal(w.autosave.state, 'error');
  assert.equal(w.autosave.detail.problems, problems);
  await w.pass(60_000);
  assert.equal(w.sent.length, 1);
  w.change('C');
  await w.pass(QUIET_MS);
  assert.equal(w.sent.length, 2);
});

test('signed out: it looks again by itself, because signing in happens elsewhere', async () => {
  const w = world();
  w.change('B');
  await w.pass(QUIET_MS);
  await w.answer(0, { kind: 'signed-out' });
  assert.equal(w.autosave.state, 'error');
  await w.pass(30_000);
  assert.equal(w.sent.length, 2);
});

test('flush saves at once and says whether it worked', async () => {
  const w = world();
  assert.equal(await w.autosave.flush(), true);
  w.change('B');
  const flushed = w.autosave.flush();
  await settled();
  w.change('C');
  await w.answer(0, saved(8));
  await w.pass(QUIET_MS);
  await w.answer(1, saved(9));
  assert.equal(await flushed, true);
  assert.equal(w.autosave.revision, 9);
});
