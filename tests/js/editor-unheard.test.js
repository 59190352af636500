import assert from 'node:assert/strict';
import test from 'node:test';
import { QUIET_MS } from '../../static/js/editor/autosave.js';
import { node, saved, settled, world } from './autosave-world.js';

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
  assert.deepEqual(
    [entry.base_revision, entry.base, entry.document, entry.sent],
    [7, node('A'), node('C'), [node('B')]],
  );
});
