import assert from 'node:assert/strict';
import test from 'node:test';
import { clamped, isKept, sizeAfterKey } from '../../static/js/lib/pane-size.js';

const LIMITS = { least: 320, most: 420 };

test('a size stays within its limits and is whole', () => {
  assert.equal(clamped(100, LIMITS), 320);
  assert.equal(clamped(9999, LIMITS), 420);
  assert.equal(clamped(360.6, LIMITS), 361);
});

test('the pane lies after its edge: moving the edge towards the start makes it larger', () => {
  assert.equal(sizeAfterKey('ArrowLeft', 360, LIMITS, 'vertical'), 376);
  assert.equal(sizeAfterKey('ArrowRight', 360, LIMITS, 'vertical'), 344);
  assert.equal(sizeAfterKey('ArrowUp', 360, LIMITS, 'horizontal'), 376);
  assert.equal(sizeAfterKey('ArrowDown', 330, LIMITS, 'horizontal'), 320);
  assert.equal(sizeAfterKey('Home', 360, LIMITS, 'vertical'), 320);
  assert.equal(sizeAfterKey('End', 360, LIMITS, 'horizontal'), 420);
});

test('from right to left the arrows of columns change sides, those of rows do not', () => {
  assert.equal(sizeAfterKey('ArrowRight', 360, LIMITS, 'vertical', true), 376);
  assert.equal(sizeAfterKey('ArrowUp', 360, LIMITS, 'horizontal', true), 376);
});

test('keys of the other direction mean nothing here', () => {
  assert.equal(sizeAfterKey('ArrowUp', 360, LIMITS, 'vertical'), null);
  assert.equal(sizeAfterKey('ArrowLeft', 360, LIMITS, 'horizontal'), null);
  assert.equal(sizeAfterKey('Enter', 360, LIMITS, 'vertical'), null);
});

test('what is no size is not taken for one', () => {
  assert.ok(isKept(Number('480')));
  for (const text of [null, '', 'wide', '-3', 'Infinity']) assert.ok(!isKept(Number(text)));
});
