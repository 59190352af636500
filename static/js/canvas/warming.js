// What a small canvas leaves out is styled and laid out while the page has nothing to do, so that the first zoom into it
// does not have to (170 ms for 300 cards at once).
const SPARE_MS = 4;

export function warm(elements, signal) {
  const waiting = [...elements];
  const step = (deadline) => {
    while (waiting.length && !signal.aborted && deadline.timeRemaining() > SPARE_MS) {
      waiting.pop().querySelector('.canvas-row, .canvas-node__head')?.getBoundingClientRect();
    }
    if (waiting.length && !signal.aborted) requestIdleCallback(step);
  };
  if (self.requestIdleCallback) requestIdleCallback(step);
}
