import assert from 'node:assert/strict';
import test from 'node:test';
import { Wheel } from '../../static/js/canvas/wheel.js';

const PIXELS = 0;
const LINES = 1;

function turned(...events) {
  const wheel = new Wheel();
  const usual = { ctrlKey: false, metaKey: false, deltaX: 0, deltaY: 0, deltaMode: PIXELS, timeStamp: 0 };
  return events.map((event) => wheel.kindOf({ ...usual, ...event }));
}

test('a notch of a mouse zooms, in pixels as in lines', () => {
  assert.deepEqual(turned({ deltaY: 120 }), ['zoom']);
  assert.deepEqual(turned({ deltaY: -53 }), ['zoom']);
  assert.deepEqual(turned({ deltaY: 3, deltaMode: LINES }), ['zoom']);
});

test('two fingers move the view', () => {
  assert.deepEqual(turned({ deltaY: 4 }), ['pan']);
  assert.deepEqual(turned({ deltaY: 100.5 }), ['pan']);
  assert.deepEqual(turned({ deltaX: 80, deltaY: 100 }), ['pan']);
});

test('a pinch and a wheel with Ctrl or Meta zoom', () => {
  assert.deepEqual(turned({ deltaY: 2.5, ctrlKey: true }, { deltaY: 4, metaKey: true, timeStamp: 900 }), [
    'zoom',
    'zoom',
  ]);
});

test('a turn means one thing until it ends', () => {
  const flick = [4, 90, 130, 7].map((deltaY, index) => ({ deltaY, timeStamp: 16 * index }));
  assert.deepEqual(turned(...flick), ['pan', 'pan', 'pan', 'pan']);
  assert.deepEqual(turned(...flick, { deltaY: 120, timeStamp: 900 }).at(-1), 'zoom');
});
