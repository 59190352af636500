// What a wheel means: with Ctrl or Meta (also a pinch) it zooms; two fingers on a trackpad move the view; a mouse's coarse
// wheel zooms. A browser does not say which of them it is, so the first event of a turn is looked at and the rest of
// the turn means the same: a flick of two fingers becomes coarse on its way.
const COARSE_PX = 40; // a notch of a mouse is 53 to 120, the first event of two fingers a few
const TURN_MS = 250; // without an event for so long, a new turn begins
const PIXELS = 0; // deltaMode; lines and pages come from a mouse

export class Wheel {
  #kind = 'zoom';
  #last = -Infinity;

  /** `pan` or `zoom`. The event: {ctrlKey, metaKey, deltaX, deltaY, deltaMode, timeStamp in ms}. */
  kindOf(event) {
    if (event.ctrlKey || event.metaKey) return 'zoom';
    if (event.timeStamp - this.#last > TURN_MS) this.#kind = kindOfFirst(event);
    this.#last = event.timeStamp;
    return this.#kind;
  }
}

function kindOfFirst({ deltaX, deltaY, deltaMode }) {
  if (deltaX !== 0) return 'pan';
  const isFine = !Number.isInteger(deltaY) || Math.abs(deltaY) < COARSE_PX;
  return deltaMode === PIXELS && isFine ? 'pan' : 'zoom';
}
