import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CARD,
  aligned,
  besideLine,
  between,
  boundsOf,
  cardHeight,
  intersects,
  levelOf,
  mapOf,
  nearest,
  portPoint,
  shiftToShow,
  shownBy,
  snap,
  withAdd,
} from '../../static/js/canvas/geometry.js';

const rect = (x, y, width = 240, height = 112) => ({ x, y, width, height });

test('a card is as high as its longer side of rows and its foot', () => {
  assert.equal(cardHeight({ inputs: 0, outputs: 0, hasFoot: false }), CARD.head);
  assert.equal(cardHeight({ inputs: 3, outputs: 1, hasFoot: false }), CARD.head + 3 * CARD.row + CARD.below);
  assert.equal(cardHeight({ inputs: 0, outputs: 2, hasFoot: true }), CARD.head + 2 * CARD.row + CARD.below + CARD.foot);
});

test('every height keeps the grid', () => {
  for (let rows = 0; rows < 20; rows += 1) {
    for (const hasFoot of [false, true]) {
      const height = cardHeight({ inputs: rows, outputs: 0, hasFoot });
      assert.equal(snap(height), height, `${rows} rows`);
    }
  }
});

test('ports lie on the edges of the card, rows below its head', () => {
  const card = { x: 80, y: 40 };
  assert.deepEqual(portPoint(card, 'in', null), [80, 40 + CARD.portY]);
  assert.deepEqual(portPoint(card, 'out', null), [80 + CARD.width, 40 + CARD.portY]);
  assert.deepEqual(portPoint(card, 'out', 1), [80 + CARD.width, 40 + CARD.head + 1.5 * CARD.row]);
});

test('the nearest port within reach is meant', () => {
  const ports = [{ point: [0, 0] }, { point: [0, 24] }];
  assert.equal(nearest(ports, [3, 13], 32), ports[1]);
  assert.equal(nearest(ports, [3, 11], 32), ports[0]);
  assert.equal(nearest(ports, [60, 0], 32), null);
  assert.equal(nearest([], [0, 0], Infinity), null);
});

test('rectangles that only touch do not intersect', () => {
  assert.ok(intersects(rect(0, 0), rect(239, 111)));
  assert.ok(!intersects(rect(0, 0), rect(240, 0)));
});

test('bounds hold everything, and nothing has none', () => {
  assert.deepEqual(boundsOf([rect(-8, 16, 10, 10), rect(40, -4, 8, 8)]), { x: -8, y: -4, width: 56, height: 30 });
  assert.equal(boundsOf([]), null);
});

test('a rectangle between two corners does not depend on their order', () => {
  assert.deepEqual(between([10, 50], [30, 20]), { x: 10, y: 20, width: 20, height: 30 });
  assert.deepEqual(between([30, 20], [10, 50]), between([10, 50], [30, 20]));
});

test('what a window shows is its size in canvas units', () => {
  assert.deepEqual(shownBy([100, -50, 0.5], { width: 800, height: 600 }), {
    x: -200,
    y: 100,
    width: 1600,
    height: 1200,
  });
});

test('a view moves only as far as needed', () => {
  const size = { width: 800, height: 600 };
  assert.deepEqual(shiftToShow(rect(100, 100), [0, 0, 1], size, 24), [0, 0]);
  assert.deepEqual(shiftToShow(rect(700, 100), [0, 0, 1], size, 24), [-164, 0]);
  assert.deepEqual(shiftToShow(rect(-300, 590), [0, 0, 1], size, 24), [324, -126]);
});

test('a card that is moved keeps the grid', () => {
  assert.deepEqual(aligned(rect(13, 101), []), { x: 16, y: 104, lines: [] });
});

test('a card lines up with one nearby and says along what', () => {
  const other = rect(400, 0);
  const { x, y, lines } = aligned(rect(403, 299), [other]);
  assert.deepEqual([x, y], [400, 296]);
  assert.deepEqual(lines, [{ axis: 'x', at: 400, from: 0, to: 411 }]);
});

test('an edge off the grid draws a card to it', () => {
  assert.equal(aligned(rect(103, 0), [rect(101, 400)]).x, 101);
});

test('a middle that would leave the grid does not count', () => {
  const { y, lines } = aligned(rect(1000, 1, 240, 64), [rect(0, 0, 240, 72)]);
  assert.equal(y, 0);
  assert.equal(lines.find((line) => line.axis === 'y').at, 0);
});

test('the small map shows the whole area', () => {
  const area = rect(-100, 50, 1000, 300);
  const map = mapOf(area, { width: 200, height: 132 }, 8);
  assert.equal(map.scale, 0.184);
  assert.equal(area.x * map.scale + map.x, 8);
  assert.ok(area.y * map.scale + map.y >= 8);
});

test('the `+` of a line stands beside it, above, at its distance', () => {
  assert.deepEqual(besideLine([100, 0], [0, 0], [200, 0], 26), [100, -26]);
  const ways = [
    [200, 300],
    [200, -300],
    [0, 300],
    [0, -300],
    [-200, 300],
    [-200, 10],
  ];
  for (const to of ways) {
    const [x, y] = besideLine([0, 0], [0, 0], to, 26);
    assert.ok(Math.abs(Math.hypot(x, y) - 26) < 1e-9);
    assert.ok(y <= 0);
    assert.ok(Math.abs(x * (to[0] / 2) + y * to[1]) < 1e-6, 'square to the way of the curve');
  }
});

test('what is shown has room for the `+` on its right', () => {
  assert.deepEqual(withAdd({ x: 8, y: 16, width: 240, height: 56 }), { x: 8, y: 16, width: 288, height: 56 });
});

test('the level of detail changes at 25 and 45 per cent', () => {
  assert.deepEqual([0.08, 0.249, 0.25, 0.449, 0.45, 2].map(levelOf), [
    'blocks',
    'blocks',
    'far',
    'far',
    'near',
    'near',
  ]);
});
