import assert from 'node:assert/strict';
import test from 'node:test';
import { StreamTexts } from '../../static/js/lib/stream-texts.js';

const TEXT = '设计 👩‍💻 for 𠮷野家: e\u0301tape\r\n2';
const POINTS = [...TEXT];

/** Cut the text into deltas of `size` code points with their offsets. */
function deltas(size) {
  const list = [];
  for (let o = 0; o < POINTS.length; o += size) list.push([o, POINTS.slice(o, o + size).join('')]);
  return list;
}

test('deltas in order give the text', () => {
  for (const size of [1, 2, 3, 7, 100]) {
    const texts = new StreamTexts();
    const shown = deltas(size).map(([o, x]) => texts.receive('m', o, x).added);
    assert.equal(shown.join(''), TEXT);
  }
});

test('an overlap is skipped by code points', () => {
  const texts = new StreamTexts();
  assert.equal(texts.adopt('m', POINTS.slice(0, 5).join('')).gap, false);
  const { added, gap } = texts.receive('m', 3, POINTS.slice(3, 9).join(''));
  assert.equal(added, POINTS.slice(5, 9).join(''));
  assert.equal(gap, false);
  assert.equal(texts.receive('m', 0, POINTS.slice(0, 9).join('')).added, '');
});

test('a delta ahead waits until the fragment brings what is missing', () => {
  const texts = new StreamTexts();
  texts.receive('m', 0, POINTS.slice(0, 2).join(''));
  const ahead = texts.receive('m', 6, POINTS.slice(6).join(''));
  assert.deepEqual(ahead, { added: '', gap: true });
  assert.deepEqual(texts.adopt('m', POINTS.slice(0, 4).join('')), { text: POINTS.slice(0, 4).join(''), gap: true });
  assert.deepEqual(texts.adopt('m', POINTS.slice(0, 7).join('')), { text: TEXT, gap: false });
});

test('an older fragment never takes text away', () => {
  const texts = new StreamTexts();
  texts.receive('m', 0, POINTS.slice(0, 8).join(''));
  assert.equal(texts.adopt('m', POINTS.slice(0, 3).join('')).text, POINTS.slice(0, 8).join(''));
});

test('deltas that come before the message is in the page are not lost', () => {
  const texts = new StreamTexts();
  for (const [o, x] of deltas(2)) texts.receive('m', o, x);
  assert.equal(texts.adopt('m', '').text, TEXT);
});

test('whatever the order of reloads, repeats and cuts, the text stays a prefix and ends whole', () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
  for (let round = 0; round < 200; round += 1) {
    const texts = new StreamTexts();
    let server = 0; // code points in the database
    let shown = '';
    while (shown !== TEXT) {
      server = Math.min(POINTS.length, server + random(4));
      const from = random(server + 1);
      const to = from + random(server - from + 1);
      if (random(3) === 0) {
        shown = texts.adopt('m', POINTS.slice(0, random(server + 1)).join('')).text;
      } else {
        const { added, gap } = texts.receive('m', from, POINTS.slice(from, to).join(''));
        shown += added;
        if (gap) shown = texts.adopt('m', POINTS.slice(0, server).join('')).text;
      }
      assert.ok(TEXT.startsWith(shown), `${JSON.stringify(shown)} is no prefix`);
    }
  }
});

test('a replay that starts before a waiting delta fills the gap by itself', () => {
  const texts = new StreamTexts();
  texts.receive('m', 0, POINTS.slice(0, 2).join(''));
  texts.receive('m', 6, POINTS.slice(6).join(''));
  const { added, gap } = texts.receive('m', 2, POINTS.slice(2, 6).join(''));
  assert.equal(added, POINTS.slice(2).join(''));
  assert.equal(gap, false);
});
