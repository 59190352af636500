// Where a reader is in a conversation, and keeping that place while messages come and go around it.

/** On narrow screens the page scrolls, not the log. */
export function scrolls(log) {
  return getComputedStyle(log).overflowY !== 'visible';
}

/** The top of what is in view, in px from the top of the window. */
export function viewTop(log) {
  return scrolls(log) ? log.getBoundingClientRect().top : 0;
}

/** Which of the messages is the first in view: its place, or the last one's. */
export function firstInView(log, messages) {
  const top = viewTop(log);
  const place = messages.findIndex((message) => message.getBoundingClientRect().bottom > top);
  return place === -1 ? messages.length - 1 : place;
}

/** Run `change`; what the reader looks at stays where it is on the screen, if it stays at all. */
export async function keepingPlace(log, messages, change) {
  const anchor = messages[firstInView(log, messages)];
  const before = anchor?.getBoundingClientRect().top;
  const outcome = await change();
  const there = anchor?.isConnected ? anchor : anchor && document.getElementById(anchor.id); // it may be another element
  if (there) moveBy(log, there.getBoundingClientRect().top - before);
  return outcome;
}

function moveBy(log, px) {
  if (!px) return;
  if (scrolls(log)) log.scrollTop += px;
  else scrollBy({ top: px, behavior: 'instant' });
}
