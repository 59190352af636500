import assert from 'node:assert/strict';
import test from 'node:test';
import { Details } from '../../static/js/canvas/details.js';

const STEP = 300; // canvas units from card to card, all in a row
const CARD = { width: 240, height: 80 };

/** So many bare cards in a row, and what is complete of them; `rectOf` sees the first `seen` of them. */
function scene(count) {
  const items = new Map();
  for (let number = 0; number < count; number += 1) {
    const classes = new Set();
    const classList = {
      contains: (name) => classes.has(name),
      toggle: (name, is) => void (is ? classes.add(name) : classes.delete(name)),
    };
    const element = { classList, isComplete: false, add: {}, querySelector: () => element.add };
    items.set(`n${number}`, { key: `n${number}`, x: number * STEP, y: 0, ...CARD, element });
  }
  const cards = {
    isComplete: (element) => element.isComplete,
    complete: (element) => void (element.isComplete = true),
  };
  const details = new Details({ items }, cards, (key) => key === 'n1');
  const complete = () => [...items.values()].filter((item) => item.element.isComplete).map((item) => item.key);
  return { items, details, complete };
}

const seeing = (from, to) => () => ({ x: from * STEP, y: -500, width: (to - from) * STEP, height: 1000 });
const settle = (details, rectOf, how) => {
  let frames = 1;
  while (details.follow(rectOf, how)) frames += 1;
  return frames;
};

test('few cards are complete at once, seen or not', () => {
  const { details, complete } = scene(40);
  assert.equal(details.follow(seeing(0, 3), { level: 'near', isMoving: true }), false);
  assert.equal(complete().length, 40);
});

test('of many only those in the view are completed, over several frames', () => {
  const { details, complete } = scene(300);
  const frames = settle(details, seeing(100, 140), { level: 'near', isMoving: true });
  assert.equal(complete().length, 40);
  assert.equal(complete()[0], 'n100');
  assert.ok(frames > 2);
});

test('the middle of the view comes first', () => {
  const { details, complete } = scene(300);
  assert.equal(details.follow(seeing(100, 161), { level: 'near', isMoving: true }), true);
  assert.ok(
    complete().every((key) => Math.abs(Number(key.slice(1)) - 130) <= 3),
    complete().join(),
  );
});

test('blocks need nothing inside', () => {
  const { details, complete } = scene(300);
  assert.equal(details.follow(seeing(0, 300), { level: 'blocks', isMoving: false }), false);
  assert.deepEqual(complete(), []);
});

test('cards in the view follow the level, the others when they are seen', () => {
  const { details, items } = scene(300);
  const far = () => [...items.values()].filter(({ element }) => element.classList.contains('is-far')).length;
  settle(details, seeing(0, 60), { level: 'far', isMoving: false });
  assert.equal(far(), 60);
  settle(details, seeing(0, 20), { level: 'near', isMoving: false });
  assert.equal(far(), 40);
  settle(details, seeing(20, 60), { level: 'near', isMoving: false });
  assert.equal(far(), 0);
});

test('what the focus reaches is complete outside of the view as well, and its button can be reached when chosen', () => {
  const { details, items, complete } = scene(300);
  details.follow(seeing(100, 103), { level: 'near', isMoving: false });
  for (const key of ['n1', 'n2']) details.complete(items.get(key));
  assert.ok(complete().includes('n1') && complete().includes('n2'));
  assert.equal(items.get('n1').element.add.tabIndex, 0);
  assert.equal(items.get('n2').element.add.tabIndex, -1);
});
