import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromCron, toCron } from '../../static/js/inspector/cron.js';

const PLANS = {
  '15 * * * *': { every: 'hour', minute: 15 },
  '0 9 * * *': { every: 'day', time: '09:00' },
  '30 18 * * 1-5': { every: 'weekday', time: '18:30' },
  '5 0 * * 0': { every: 'week', time: '00:05', weekday: 0 },
  '0 9 31 * *': { every: 'month', time: '09:00', day: 31 },
};

for (const [text, plan] of Object.entries(PLANS)) {
  test(`${text} and its plan are each other's`, () => {
    assert.deepEqual(fromCron(text), plan);
    assert.equal(toCron(plan), text);
  });
}

test('sunday has two numbers', () => {
  assert.deepEqual(fromCron('0 9 * * 7'), { every: 'week', time: '09:00', weekday: 0 });
});

test('what the plain picker cannot say is an expression of its own', () => {
  const others = ['', '*/5 * * * *', '0 9 * 1 *', '0 9 1 * 1', '0 9 * * 1,3', '60 9 * * *', '0 24 * * *', '0 9 32 * *'];
  for (const text of [...others, '0 9 * *', '0 9 * * * *', '0 */2 * * *', null]) {
    assert.deepEqual(fromCron(text), { every: 'cron' }, text);
  }
});

test('an unfinished plan gives no expression', () => {
  assert.equal(toCron({ every: 'day', time: '' }), null);
  assert.equal(toCron({ every: 'hour', minute: '' }), null);
  assert.equal(toCron({ every: 'hour', minute: '75' }), null);
  assert.equal(toCron({ every: 'month', time: '09:00', day: '0' }), null);
  assert.equal(toCron({ every: 'cron', time: '09:00' }), null);
});

test('values of controls are texts', () => {
  assert.equal(toCron({ every: 'week', time: '09:05', weekday: '3' }), '5 9 * * 3');
});
