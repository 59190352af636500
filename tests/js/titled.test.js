import assert from 'node:assert/strict';
import { test } from 'node:test';
import { titled } from '../../static/js/lib/titled.js';

test('a count stands before the title, once, whatever stood there', () => {
  assert.equal(titled('History · Aime', 3), '(3) History · Aime');
  assert.equal(titled('(3) History · Aime', 12), '(12) History · Aime');
  assert.equal(titled('(12) History · Aime', 0), 'History · Aime');
});

test('a title that begins with other brackets stays', () => {
  assert.equal(titled('(a) plan', 0), '(a) plan');
  assert.equal(titled('(3 of 4) plan', 1), '(1) (3 of 4) plan');
});
