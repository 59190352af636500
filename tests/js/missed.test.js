import assert from 'node:assert/strict';
import test from 'node:test';
import { isOld, note } from '../../static/js/lib/missed.js';

test('a message that changed before it came into the page is old, once', () => {
  note({ t: 'message', k: 'message.tool', m: 'a' }, false);
  assert.equal(isOld('a', false), true);
  assert.equal(isOld('a', false), false);
});

test('a message that has ended and comes as it streamed is old, however often', () => {
  note({ t: 'message', k: 'message.finished', m: 'b' }, true);
  assert.equal(isOld('b', true), true);
  assert.equal(isOld('b', true), true);
  assert.equal(isOld('b', false), false);
});

test('what brings a message does not make it old, nor do deltas, frames of nodes, or changes of what is shown', () => {
  note({ t: 'message', k: 'message.added', m: 'c' }, false);
  note({ t: 'message', k: 'message.started', m: 'c' }, false);
  note({ t: 'message', k: 'message.tool', m: 'c' }, true);
  note({ t: 'delta', m: 'c', o: 0, x: 'text' }, false);
  note({ t: 'node', k: 'node.status', n: 'c' }, false);
  assert.equal(isOld('c', true), false);
});
