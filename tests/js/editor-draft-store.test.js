import assert from 'node:assert/strict';
import test from 'node:test';
import { DraftStore } from '../../static/js/editor/draft-store.js';
import { saysTheSame } from '../../static/js/editor/sameness.js';

/** A storage like the browser's, with room for so many characters. */
function storage(room = Infinity) {
  const items = new Map();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    removeItem: (key) => items.delete(key),
    setItem(key, text) {
      if (text.length > room) throw new Error('full');
      items.set(key, text);
    },
  };
}

const place = { user: 'ana', space: 'demo', slug: 'w' };
const entry = (at, extra = {}) => ({ base_revision: 3, base: { nodes: [] }, document: { nodes: [] }, at, ...extra });

test('what a page kept is found by the next one, newest first', () => {
  const shared = storage();
  new DraftStore({ storage: shared, ...place, page: 'one' }).keep(entry(1));
  new DraftStore({ storage: shared, ...place, page: 'two' }).keep(entry(2));
  const later = new DraftStore({ storage: shared, ...place, page: 'three' });
  later.keep(entry(3));
  assert.deepEqual(
    later.left().map(({ page }) => page),
    ['two', 'one'],
  );
  assert.deepEqual(later.left()[0].entry, entry(2));
});

test('other people, spaces and templates have their own', () => {
  const shared = storage();
  new DraftStore({ storage: shared, ...place, page: 'one' }).keep(entry(1));
  for (const other of [{ user: 'bo' }, { space: 'x' }, { slug: 'w2' }, { slug: 'w:one' }]) {
    assert.deepEqual(new DraftStore({ storage: shared, ...place, ...other, page: 'two' }).left(), []);
  }
});

test('what is saved is forgotten', () => {
  const shared = storage();
  const one = new DraftStore({ storage: shared, ...place, page: 'one' });
  const two = new DraftStore({ storage: shared, ...place, page: 'two' });
  one.keep(entry(1));
  two.keep(entry(2));
  one.clear();
  assert.deepEqual(
    one.left().map(({ page }) => page),
    ['two'],
  );
  one.drop(one.left()[0].key);
  assert.deepEqual(one.left(), []);
});

test('with little room the document is kept and what it began with is not', () => {
  const shared = storage(200);
  const one = new DraftStore({ storage: shared, ...place, page: 'one' });
  assert.ok(one.keep(entry(1, { base: { nodes: ['x'.repeat(500)] } })));
  const [found] = new DraftStore({ storage: shared, ...place, page: 'two' }).left();
  assert.equal(found.entry.base, null);
  assert.deepEqual(found.entry.document, { nodes: [] });
  assert.equal(one.keep(entry(1, { document: { nodes: ['x'.repeat(500)] } })), false);
});

test('what is damaged or written by somebody else is left out', () => {
  const shared = storage();
  const one = new DraftStore({ storage: shared, ...place, page: 'one' });
  one.keep(entry(1));
  const key = shared.key(0);
  for (const text of ['', '{', 'null', '{"document":{}}', '{"document":{"nodes":[]},"base_revision":"3"}']) {
    shared.setItem(key, text);
    assert.deepEqual(new DraftStore({ storage: shared, ...place, page: 'two' }).left(), []);
  }
});

test('a browser that forbids storage keeps nothing and breaks nothing', () => {
  const forbidden = new Proxy({}, { get: () => assert.fail.bind(null, 'forbidden') });
  const one = new DraftStore({ storage: forbidden, ...place, page: 'one' });
  assert.equal(one.keep(entry(1)), false);
  assert.deepEqual(one.left(), []);
  one.clear();
});

test('documents say the same when only defaults and order differ', () => {
  const typed = {
    aime: 1,
    name: 'W',
    description: '',
    nodes: [{ key: 'a', title: 'a', type: 'task', position: [8.2, 0], confirm: false, inputs: [], retry: {} }],
    edges: [],
  };
  const written = { name: 'W', aime: 1, nodes: [{ type: 'task', key: 'a', position: [8, 0] }] };
  assert.ok(saysTheSame(typed, written));
  assert.ok(!saysTheSame(typed, { ...written, name: 'V' }));
  assert.ok(!saysTheSame({ ...typed, edges: [['a', 'b']] }, written));
});

test('an empty fixed value and a switch turned off are no defaults', () => {
  const input = (fields) => ({ nodes: [{ key: 'a', inputs: [{ name: 'x', type: 'text', ...fields }] }] });
  assert.ok(!saysTheSame(input({ value: '' }), input({})));
  assert.ok(!saysTheSame(input({ ask: true, required: false }), input({ ask: true })));
  assert.ok(saysTheSame(input({ ask: true, required: true }), input({ ask: true })));
  assert.ok(!saysTheSame({ position: [0, 8] }, { position: [8, 0] }));
});
