import assert from 'node:assert/strict';
import test from 'node:test';
import { ago, duration } from '../../static/js/lib/duration.js';

test('durations are said in two units', () => {
  const cases = [
    [-3, '0 s'],
    [42.9, '42 s'],
    [192, '3 min 12 s'],
    [7500, '2 h 5 min'],
    [3 * 86_400, '3 days'],
  ];
  for (const [seconds, words] of cases) assert.equal(duration(seconds).replaceAll('\u00a0', ' '), words);
});

test('moments are said relative to now', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  assert.equal(ago(now - 10_000, now), 'now');
  assert.match(ago(now - 2 * 3_600_000, now), /2 hr?\.? ?ago|2 hours ago/);
  assert.match(ago(now - 26 * 3_600_000, now), /yesterday/);
});
