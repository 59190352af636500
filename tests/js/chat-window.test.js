import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isImage, pastedName, refusals, sizeWords } from '../../static/js/chat/refusals.js';
import { KEPT, MOST_SHOWN, surplus } from '../../static/js/chat/window.js';

const limits = { files: 2, bytes: 1000, refused: ['.exe', '.dmg'] };
const why = (files, given = limits) => refusals(files, given).map((verdict) => verdict.why);

test('a page of a conversation lets go of nothing until it holds too much', () => {
  assert.equal(surplus({ count: MOST_SHOWN, reader: 0, atEnd: true }), null);
});

test('who follows the end loses the oldest, who reads the old loses the newest', () => {
  const count = MOST_SHOWN + 1;
  assert.deepEqual(surplus({ count, reader: 290, atEnd: true }), { from: 0, to: count - KEPT, edge: 'earlier' });
  assert.deepEqual(surplus({ count, reader: 3, atEnd: false }), { from: KEPT, to: count, edge: 'later' });
  assert.deepEqual(surplus({ count, reader: 280, atEnd: false }), { from: 0, to: count - KEPT, edge: 'earlier' });
});

test('what the reader sees is never let go of', () => {
  for (const count of [301, 350, 400]) {
    for (let reader = 0; reader < count; reader += 1) {
      const { from, to } = surplus({ count, reader, atEnd: false });
      assert.ok(reader < from || reader >= to, `${reader} of ${count}`);
    }
  }
});

test('each file is judged by itself, and only those that can go count', () => {
  const files = [
    { name: 'a.txt', size: 1001 },
    { name: 'b.txt', size: 0 },
    { name: 'setup.EXE', size: 5 },
    { name: 'c.txt', size: 5 },
    { name: 'd', size: 1000 },
    { name: 'e.txt', size: 5 },
  ];
  assert.deepEqual(why(files), ['large', 'empty', 'type', null, null, 'many']);
  assert.equal(refusals(files, limits)[2].suffix, '.exe');
});

test('a name that only begins with a dot has no type', () => {
  assert.deepEqual(why([{ name: '.exe', size: 5 }]), [null]);
});

test('sizes are said in a few characters', () => {
  assert.deepEqual([812, 4096, 1_300_000].map(sizeWords), ['812 B', '4 KB', '1.3 MB']);
});

test('an image that a model could see is told by its name', () => {
  const names = ['a.png', 'A.JPEG', 'b.jpg', 'c.gif', 'd.webp', 'e.svg', 'png', 'f.png.md'];
  assert.deepEqual(
    names.filter((name) => isImage({ name })),
    ['a.png', 'A.JPEG', 'b.jpg', 'c.gif', 'd.webp'],
  );
});

test('two pasted pictures are two files; others keep their names', () => {
  const now = new Date('2026-11-23T06:05:12Z');
  assert.equal(pastedName('image.png', 'pasted', now), 'pasted-20261123-060512.png');
  assert.equal(pastedName('spec.md', 'pasted', now), 'spec.md');
});
