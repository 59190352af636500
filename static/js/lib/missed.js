// Messages that changed while they were not in the page. A fragment that is under way when its message ends comes with
// the message as it was: the frame that would have refreshed it has gone by.
const FIRST = ['message.added', 'message.started']; // these bring a message; what follows changes it
const missed = new Set();

/** Note a frame whose message is not shown. */
export function note({ t, k, m }) {
  if (t === 'message' && m && !FIRST.includes(k)) missed.add(m);
}

/** Say once, when a message comes into the page, whether it may be older than what was heard of it. */
export function isOld(id) {
  return missed.delete(id);
}
