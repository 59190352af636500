// What the tests of the autosave stand on: a clock turned by hand, a server that answers when told.
import { Autosave } from '../../static/js/editor/autosave.js';

export const settled = () => new Promise((done) => setImmediate(done));
export const node = (title) => ({ aime: 1, name: 'W', nodes: [{ key: 'a', type: 'task', title }] });
export const saved = (revision) => ({ kind: 'saved', revision, saved_at: 'now', problems: [], has_changes: true });

/** An autosave whose clock is turned by hand and whose server answers when told. */
export function world(document = node('A')) {
  const state = { now: 1000, timers: [], sent: [], document, states: [] };
  const clock = {
    now: () => state.now,
    setTimeout: (run, delay) => state.timers.push({ run, at: state.now + delay }) && state.timers.at(-1),
    clearTimeout: (timer) => (state.timers = state.timers.filter((one) => one !== timer)),
  };
  const send = (body, options) => new Promise((answer) => state.sent.push({ body, options, answer }));
  state.autosave = new Autosave({ draft: { revision: 7, document }, read: () => state.document, send, clock });
  state.autosave.addEventListener('state', ({ detail }) => state.states.push(detail.state));
  state.change = (title) => {
    state.document = node(title);
    state.autosave.touch();
  };
  state.pass = async (ms) => {
    state.now += ms;
    const due = state.timers.filter(({ at }) => at <= state.now);
    state.timers = state.timers.filter(({ at }) => at > state.now);
    for (const { run } of due) run();
    await settled();
  };
  state.answer = async (index, value) => {
    state.sent[index].answer(value);
    await settled();
  };
  return state;
}
