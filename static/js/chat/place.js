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

/** Note what the reader looks at; the function it gives puts that back to the same place of the screen, if it is there. */
export function placeOf(log, messages) {
  const anchor = messages[firstInView(log, messages)];
  const before = anchor?.getBoundingClientRect().top;
  return () => {
    const there = anchor?.isConnected ? anchor : anchor && document.getElementById(anchor.id); // another element of its id
    if (there) moveBy(log, there.getBoundingClientRect().top - before);
  };
}

function moveBy(log, px) {
  if (!px) return;
  if (scrolls(log)) log.scrollTop += px;
  else scrollBy({ top: px, behavior: 'instant' });
}
