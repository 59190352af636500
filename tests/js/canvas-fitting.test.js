import assert from 'node:assert/strict';
import test from 'node:test';
import { cut, fits, textWidth } from '../../static/js/canvas/fitting.js';

test('wide letters take more room than narrow ones, and Chinese ones the most', () => {
  assert.ok(textWidth('iii', 14) < textWidth('aaa', 14));
  assert.ok(textWidth('aaa', 14) < textWidth('MMM', 14));
  assert.ok(textWidth('MMM', 14) < textWidth('工作流', 14));
});

test('a text that fits stays whole', () => {
  assert.equal(cut('Review', 12, 100), 'Review');
  assert.ok(fits('Review', 12, 100));
});

test('a long text ends with an ellipsis and then fits', () => {
  for (const text of [
    'Write an analysis of a requirement as one document',
    '将需求写成一份可以测试的分析文档并列出问题',
    'W'.repeat(80),
  ]) {
    const short = cut(text, 12, 120);
    assert.ok(short.endsWith('…') && short.length < text.length);
    assert.ok(text.startsWith(short.slice(0, -1)));
    assert.ok(fits(short, 12, 120), short);
  }
});

test('no character is split', () => {
  assert.ok(
    !cut('👩‍💻'.repeat(30), 12, 60)
      .slice(0, -1)
      .match(/[\ud800-\udbff]$/),
  );
});

test('no room leaves the ellipsis', () => {
  assert.equal(cut('abc', 12, 1), '…');
});
