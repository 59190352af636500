import assert from 'node:assert/strict';
import test from 'node:test';
import { Autosave, LONGEST_MS, QUIET_MS } from '../../static/js/editor/autosave.js';

const settled = () => new Promise((done) => setImmediate(done));
const node = (title) => ({ aime: 1, name: 'W', nodes: [{ key: 'a', type: 'task', title }] });

/** An autosave whose clock is turned by hand and whose server answers when told. */
function world(document = node('A')) {
  const state = { now: 1000, timers: [], sent: [], document, states: [] };
  const clock = {
    now: () => state.now,
    setTimeout: (run, delay) => state.timers.push({ run, at: state.now + delay }) && state.timers.at(-1),
    clearTimeout: (timer) => (state.timers = state.timers.filter((one) => one !== timer)),
  };
  const send = (body, options) => new Promise((answer) => state.sent.push({ body, options, answer }));
  state.autosave = new Autosave({ draft: { revision: 7, document }, read: () => state.document, send, clock });
  state.autosave.addEventListener('state', ({ detail }) => state.states.push(detail.state));
  state.change = (title) => {
    state.document = node(title);
    state.autosave.touch();
  };
  state.pass = async (ms) => {
    state.now += ms;
    const due = state.timers.filter(({ at }) => at <= state.now);
    state.timers = state.timers.filter(({ at }) => at > state.now);
    for (const { run } of due) run();
    await settled();
  };
  state.answer = async (index, value) => {
    state.sent[index].answer(value);
    await settled();
  };
  return state;
}

const saved = (revision) => ({ kind: 'saved', revision, saved_at: 'now', problems: [], has_changes: true });

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

test('a newer draft that is our own, whose answer was lost, is no conflict', async () => {
  const w = world();
  w.change('B');
  await w.pass(QUIET_MS);
  await w.answer(0, { kind: 'unreachable' });
  w.change('C');
  await w.pass(1000);
  const written = { aime: 1, nodes: [{ type: 'task', key: 'a', title: 'B', confirm: false }], name: 'W' };
  await w.answer(1, { kind: 'unreachable' });
  w.change('D');
  await w.pass(2000);
  await w.answer(2, { kind: 'conflict', draft: { revision: 8, document: written } });
  assert.equal(w.sent.length, 4);
  assert.deepEqual(w.sent[3].body, { base_revision: 8, document: node('D') });
  await w.answer(3, saved(9));
  assert.equal(w.autosave.state, 'saved');
});

test('what another page of this browser sent as it ended may still arrive: that is no conflict', async () => {
  const w = world();
  w.autosave.inherit({ document: node('Last words'), sent: [node('First words')] });
  w.change('More words');
  await w.pass(QUIET_MS);
  await w.answer(0, { kind: 'conflict', draft: { revision: 8, document: node('Last words') } });
  assert.deepEqual(w.sent[1].body, { base_revision: 8, document: node('More words') });
  await w.answer(1, { kind: 'conflict', draft: { revision: 9, document: node('Theirs') } });
  assert.equal(w.autosave.state, 'conflict');
});

test('a page leaves behind the first request without an answer and the latest ones', async () => {
  const w = world();
  for (const title of ['B', 'C', 'D', 'E']) {
    w.change(title);
    await w.pass(60_000);
    await w.answer(w.sent.length - 1, { kind: 'unreachable' });
  }
  const titles = w.autosave.entry().sent.map(({ nodes }) => nodes[0].title);
  assert.deepEqual(titles, ['B', 'D', 'E']);
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

test('a page that goes away sends what is not sent, and leaves behind what is on its way', async () => {
  const w = world();
  w.change('B');
  w.autosave.leave();
  await settled();
  assert.deepEqual(w.sent[0].options, { leaving: true });
  w.change('C');
  w.autosave.leave();
  await settled();
  assert.equal(w.sent.length, 1);
  const entry = w.autosave.entry();
  assert.deepEqual([entry.base_revision, entry.base, entry.document, entry.sent], [7, node('A'), node('C'), [node('B')]]);
});
