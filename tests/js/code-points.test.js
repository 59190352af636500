import assert from 'node:assert/strict';
import test from 'node:test';
import { countCodePoints, dropCodePoints } from '../../static/js/lib/code-points.js';

const FAMILY = '👩‍💻'; // woman, zero-width joiner, laptop: three code points

test('code points are counted as the database counts them', () => {
  assert.equal(countCodePoints(''), 0);
  assert.equal(countCodePoints('abc'), 3);
  assert.equal(countCodePoints('需求'), 2);
  assert.equal(countCodePoints('𠮷'), 1);
  assert.equal(countCodePoints(FAMILY), 3);
});

test('dropping never splits a surrogate pair', () => {
  assert.equal(dropCodePoints('𠮷野家', 1), '野家');
  assert.equal(dropCodePoints(`a${FAMILY}b`, 2), '\u200d💻b');
  assert.equal(dropCodePoints('ab', 5), '');
  assert.equal(dropCodePoints('ab', 0), 'ab');
});
