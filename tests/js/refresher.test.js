import assert from 'node:assert/strict';
import test from 'node:test';
import { Refresher } from '../../static/js/lib/refresher.js';

/** A loader whose answers are given by hand, and timers that run when told. */
function world() {
  const state = { loads: [], timers: [] };
  const timers = {
    setTimeout: (run, delay) => state.timers.push({ run, delay }) - 1,
    clearTimeout: (id) => (state.timers[id].run = () => {}),
  };
  state.refresher = new Refresher((key) => new Promise((answer) => state.loads.push({ key, answer })), timers);
  state.tick = async () => {
    for (const { run } of state.timers.splice(0)) run();
    await new Promise((done) => setImmediate(done));
  };
  state.answer = async (index, outcome) => {
    state.loads[index].answer(outcome);
    await new Promise((done) => setImmediate(done));
  };
  return state;
}

test('many requests for one fragment become one', async () => {
  const { refresher, loads, tick } = world();
  for (let i = 0; i < 40; i += 1) refresher.request('panel');
  refresher.request('overview');
  await tick();
  assert.deepEqual(
    loads.map((load) => load.key),
    ['panel', 'overview'],
  );
});

test('a request during a load is honoured after it, once', async () => {
  const { refresher, loads, tick, answer } = world();
  refresher.request('panel');
  await tick();
  refresher.request('panel');
  refresher.request('panel');
  assert.equal(loads.length, 1);
  await answer(0, true);
  await tick();
  assert.equal(loads.length, 2);
  await answer(1, true);
  await tick();
  assert.equal(loads.length, 2);
});

test('a failed load is tried again, later each time', async () => {
  const { refresher, loads, timers, tick, answer } = world();
  refresher.request('tail');
  await tick();
  await answer(0, false);
  const first = timers[0].delay;
  await tick();
  await answer(1, false);
  assert.ok(timers[0].delay > first);
  await tick();
  await answer(2, true);
  assert.equal(loads.length, 3);
  assert.equal(timers.length, 0);
});

test('a fragment that is gone is given up', async () => {
  const { refresher, loads, timers, tick, answer } = world();
  refresher.request('message:1');
  await tick();
  refresher.request('message:1');
  await answer(0, null);
  assert.equal(timers.length, 0);
  assert.equal(loads.length, 1);
});
