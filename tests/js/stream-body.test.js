import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TAIL_CHARS, settled } from '../../static/js/lib/stream-body.js';

test('a short end grows as it is', () => {
  assert.equal(settled(''), 0);
  assert.equal(settled('a\n'.repeat(TAIL_CHARS / 2)), 0);
});

test('a long one is done with up to its last whole line', () => {
  assert.equal(settled(`${'a\n'.repeat(TAIL_CHARS)}half`), 2 * TAIL_CHARS);
  assert.equal(settled('一\n'.repeat(TAIL_CHARS)), 2 * TAIL_CHARS);
});

test('a line without an end is never cut', () => {
  assert.equal(settled('长'.repeat(10 * TAIL_CHARS)), 0);
});
