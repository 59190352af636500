import assert from 'node:assert/strict';
import test from 'node:test';
import { isOld, note } from '../../static/js/lib/missed.js';

test('a message that ended before it came into the page is old, once', () => {
  note({ t: 'message', k: 'message.finished', m: 'a' });
  assert.equal(isOld('a'), true);
  assert.equal(isOld('a'), false);
});

test('what brings a message does not make it old, nor do deltas or frames of nodes', () => {
  note({ t: 'message', k: 'message.added', m: 'b' });
  note({ t: 'message', k: 'message.started', m: 'b' });
  note({ t: 'delta', m: 'b', o: 0, x: 'text' });
  note({ t: 'node', k: 'node.status', n: 'b' });
  assert.equal(isOld('b'), false);
});
