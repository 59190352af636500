import assert from 'node:assert/strict';
import test from 'node:test';
import { LiveSocket, retryDelay } from '../../static/js/lib/live-socket.js';

/** A network of fake sockets and a clock that moves by hand. */
function world(after = 5) {
  const state = { sockets: [], frames: [], states: [], timers: [] };
  state.socket = new LiveSocket({
    after,
    url: (seq) => `ws://host/?after=${seq}`,
    onFrame: (frame) => state.frames.push(frame),
    onState: (name, failures) => state.states.push([name, failures]),
    connect: (url) => {
      const socket = { url, close() {}, say: (frame) => socket.onmessage({ data: JSON.stringify(frame) }) };
      state.sockets.push(socket);
      return socket;
    },
    timers: { setTimeout: (run, delay) => state.timers.push({ run, delay }), clearTimeout() {} },
    random: () => 0.5,
  });
  state.socket.open();
  return state;
}

test('frames already seen are dropped, others delivered in order', () => {
  const { sockets, frames } = world(5);
  sockets[0].onopen();
  for (const s of [4, 5, 6, 6, 9, 7]) sockets[0].say({ s, t: 'node' });
  assert.deepEqual(
    frames.map((frame) => frame.s),
    [6, 9],
  );
});

test('a frame without number is always delivered', () => {
  const { sockets, frames } = world();
  sockets[0].say({ t: 'notice' });
  sockets[0].say({ t: 'notice' });
  assert.equal(frames.length, 2);
});

test('a lost socket is opened again with the last number seen', () => {
  const { sockets, timers, states } = world(5);
  sockets[0].onopen();
  sockets[0].say({ s: 8, t: 'run' });
  sockets[0].onclose({ code: 1006 });
  assert.equal(timers[0].delay, 100);
  timers[0].run();
  assert.equal(sockets[1].url, 'ws://host/?after=8');
  sockets[1].onopen();
  assert.deepEqual(
    states.map(([name]) => name),
    ['connecting', 'live', 'reconnecting', 'reconnecting', 'live'],
  );
});

test('what an old socket still says is ignored', () => {
  const { sockets, timers, frames } = world(5);
  sockets[0].onclose({ code: 1006 });
  timers[0].run();
  sockets[0].say({ s: 6, t: 'run' });
  sockets[0].onclose({ code: 1006 });
  assert.equal(frames.length, 0);
  assert.equal(timers.length, 1);
});

for (const code of [4401, 4403, 4404])
  test(`close code ${code} ends it for good`, () => {
    const { sockets, timers, states, socket } = world();
    sockets[0].onopen();
    sockets[0].onclose({ code });
    socket.retryNow();
    assert.equal(timers.length, 0);
    assert.equal(sockets.length, 1);
    assert.equal(states.at(-1)[0], 'refused');
  });

test('the delay grows, stays bounded and is scattered', () => {
  const middle = [1, 2, 3, 4, 5, 20].map((failures) => retryDelay(failures, () => 0.5));
  assert.deepEqual(middle, [100, 500, 1000, 2000, 4000, 10_000]);
  assert.notEqual(
    retryDelay(3, () => 0.1),
    retryDelay(3, () => 0.9),
  );
});

test('when the network is back a new socket is opened at once, even if the old one has not noticed', () => {
  const { sockets, socket, states, frames } = world(5);
  sockets[0].onopen();
  socket.retryNow();
  sockets[0].say({ s: 9, t: 'run' });
  sockets[1].onopen();
  sockets[1].say({ s: 6, t: 'run' });
  assert.equal(sockets.length, 2);
  assert.deepEqual(
    frames.map((frame) => frame.s),
    [6],
  );
  assert.equal(states.at(-1)[0], 'live');
});
