import assert from 'node:assert/strict';
import test from 'node:test';
import { staleFragments } from '../../static/js/lib/frames.js';

const view = { node: 'design', version: 2, follow: false, shows: (id) => id === 'm1' };

test('a delta makes nothing old', () => {
  assert.deepEqual(staleFragments({ t: 'delta', m: 'm1', o: 0, x: 'a' }, view), []);
});

test('a message in the page is fetched itself, a new one of this node comes with the tail', () => {
  assert.deepEqual(staleFragments({ t: 'message', n: 'design', v: 2, m: 'm1' }, view), ['message:m1']);
  assert.deepEqual(staleFragments({ t: 'message', n: 'design', v: 2, m: 'm2' }, view), ['tail']);
  assert.deepEqual(staleFragments({ t: 'message', n: 'design', v: 1, m: 'm2' }, view), []);
  assert.deepEqual(staleFragments({ t: 'message', n: 'code', v: 2, m: 'm2' }, view), []);
});

test('a node of elsewhere changes the overview; the panel too when it follows', () => {
  assert.deepEqual(staleFragments({ t: 'node', n: 'code', v: 1 }, view), ['overview']);
  assert.deepEqual(staleFragments({ t: 'node', n: 'design', v: 3 }, view), ['overview', 'panel']);
  assert.deepEqual(staleFragments({ t: 'node', n: 'code', v: 1 }, { ...view, follow: true }), ['overview', 'panel']);
});

test('other kinds', () => {
  assert.deepEqual(staleFragments({ t: 'run' }, view), ['overview']);
  assert.deepEqual(staleFragments({ t: 'access' }, view), ['overview', 'panel']);
  assert.deepEqual(staleFragments({ t: 'artifact', n: 'design', v: 2 }, view), ['panel']);
  assert.deepEqual(staleFragments({ t: 'artifact', n: 'code', v: 1 }, view), []);
  assert.deepEqual(staleFragments({ t: 'something new' }, view), []);
});

test('a conversation that branched is read again where it is shown', () => {
  const branched = { t: 'message', k: 'message.branched', n: 'design', v: 2, m: 'm9' };
  assert.deepEqual(staleFragments(branched, view), ['log']);
  assert.deepEqual(staleFragments({ ...branched, v: 1 }, view), []);
});

test('a timeline that is shown is read again with every move; one that is not is left alone', () => {
  const timed = { ...view, timeline: true };
  assert.deepEqual(staleFragments({ t: 'node', n: 'code', v: 1 }, timed), ['overview', 'timeline']);
  assert.deepEqual(staleFragments({ t: 'run' }, timed), ['overview', 'timeline']);
  assert.deepEqual(staleFragments({ t: 'message', n: 'design', v: 2, m: 'm1' }, timed), ['message:m1']);
  assert.deepEqual(staleFragments({ t: 'run' }, view), ['overview']);
});
