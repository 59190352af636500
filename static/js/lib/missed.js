// What was heard of messages that the page did not have, or had as they were before. A fragment that is under way when
// its message ends comes with the message as it was: the frame that would have refreshed it has gone by.
const FIRST = ['message.added', 'message.started']; // these bring a message; what follows changes it
const missed = new Set();
const ended = new Set();

/** Note a frame of a message, which the page shows or not. */
export function note({ t, k, m }, isShown) {
  if (t !== 'message' || !m) return;
  if (k === 'message.finished') ended.add(m);
  if (!isShown && !FIRST.includes(k)) missed.add(m);
}

/** Say whether a message that comes into the page may be older than what was heard of it. */
export function isOld(id, isStreaming) {
  return missed.delete(id) || (isStreaming && ended.has(id));
}
