// One gesture at a time: what a press begins (drag, connect, choose) is asked once, then it gets every move of that
// pointer until it ends or is called off (Esc, a second finger, a lost pointer). Panning is left to the view.
import { edgeScroll } from './adapter.js';

const MOVED_PX = 4;
const RIM_MS = 300; // so long in the rim before the view moves: whoever only passes, or aims there, is not led astray

export class Pointer {
  point = [0, 0]; // of the window
  #host;
  #view;
  #choose;
  #gesture = null;
  #id = null;
  #began;
  #hasMoved = false; // also of the gesture before: its end is not a click on what happens to lie there
  #frame = 0;
  #event = null;
  #inRimSince = null;
  #fingers = new Set();
  #isSpace = false;

  /**
   * `choose(event, target)` gives {press, start, move, end, click, cancel, scrolls, looks}, each optional, or null:
   * then a drag pans. `scrolls`: the view follows a pointer at its edge; `looks`: it asks what lies below the pointer.
   */
  constructor({ host, view, choose, signal }) {
    this.#host = host;
    this.#view = view;
    this.#choose = choose;
    const listen = (target, name, act, options = {}) =>
      target.addEventListener(name, (event) => act.call(this, event), { signal, ...options });
    listen(host, 'pointerdown', this.#down, { capture: true });
    listen(host, 'click', this.#clicked, { capture: true });
    listen(host, 'touchstart', this.#touched, { passive: false });
    listen(window, 'pointermove', this.#move);
    listen(window, 'pointerup', this.#up);
    listen(window, 'pointercancel', this.#lost);
    listen(window, 'blur', this.#lost);
    listen(window, 'keydown', this.#key, { capture: true });
    listen(window, 'keyup', this.#keyUp, { capture: true });
  }

  get isBusy() {
    return this.#gesture !== null;
  }

  /** Let a gesture go on with a pointer that was pressed elsewhere, e.g. on the palette. */
  adopt(event, gesture) {
    this.cancel();
    this.#view.measure();
    this.#begin(event, gesture);
  }

  cancel() {
    const gesture = this.#gesture;
    if (!gesture) return false;
    this.#finish();
    gesture.cancel?.();
    return true;
  }

  #down(event) {
    this.#view.measure();
    if (!this.#gesture) this.#hasMoved = false;
    if (event.pointerType === 'touch') this.#fingers.add(event.pointerId);
    if (this.#fingers.size > 1) {
      this.cancel();
      this.#view.setGrip('anywhere');
      return;
    }
    if (event.button === 1 || (event.button === 0 && this.#isSpace)) {
      this.#view.setGrip('anywhere');
      return;
    }
    if (event.button !== 0 || this.#gesture) return;
    const gesture = this.#choose(event, this.#under(event));
    if (!gesture) return;
    event.preventDefault(); // the view's own dragging begins with the mouse event that would follow
    this.#begin(event, gesture);
  }

  /**
   * The movements of a finger that a gesture has are taken from the browser: one that lets go in full movement would
   * throw the page, and the next tap would only stop that. They go to what was pressed, also when it is drawn anew.
   */
  #touched({ target }) {
    if (!this.#gesture) return;
    target.addEventListener('touchmove', (event) => event.preventDefault(), { passive: false });
  }

  #clicked(event) {
    if (this.#hasMoved && event.detail > 0) event.stopImmediatePropagation();
  }

  /** What is pressed, also where the glass of the last movement still lies over it. */
  #under({ target, clientX, clientY }) {
    if (!target.classList.contains('canvas__glass')) return target;
    this.#host.classList.remove('is-moving');
    return document.elementFromPoint(clientX, clientY) ?? target;
  }

  #begin(event, gesture) {
    this.#gesture = gesture;
    this.#id = event.pointerId;
    this.#began = this.point = [event.clientX, event.clientY];
    this.#hasMoved = false;
    this.#event = event;
    gesture.press?.(event);
  }

  #move(event) {
    if (!this.#gesture || event.pointerId !== this.#id) return;
    this.point = [event.clientX, event.clientY];
    this.#event = event;
    const [x, y] = this.#began;
    if (!this.#hasMoved && Math.hypot(event.clientX - x, event.clientY - y) < MOVED_PX) return;
    if (!this.#hasMoved) {
      this.#hasMoved = true;
      this.#gesture.start?.(event);
      this.#host.classList.toggle('is-busy', !this.#gesture.looks);
    }
    this.#frame ||= requestAnimationFrame((now) => this.#tick(now));
  }

  /** Once a frame: follow the pointer, and move the view while the pointer is at its edge. */
  #tick(now) {
    this.#frame = 0;
    if (!this.#gesture) return;
    const [dx, dy] = this.#gesture.scrolls ? edgeScroll(this.#view.toHost(this.point), this.#view.size) : [0, 0];
    if (dx || dy) {
      this.#inRimSince ??= now;
      if (now - this.#inRimSince >= RIM_MS) this.#view.panBy(dx, dy);
      this.#frame = requestAnimationFrame((later) => this.#tick(later));
    } else {
      this.#inRimSince = null;
    }
    this.#gesture.move?.(this.#event);
  }

  #up(event) {
    this.#released(event);
    if (!this.#gesture || event.pointerId !== this.#id) return;
    const gesture = this.#gesture;
    this.point = [event.clientX, event.clientY];
    const hasMoved = this.#hasMoved;
    if (hasMoved) gesture.move?.(event);
    this.#finish();
    if (hasMoved) gesture.end?.(event);
    else gesture.click?.(event);
  }

  #lost(event) {
    this.#released(event);
    if (event.type === 'blur' || event.pointerId === this.#id) this.cancel();
  }

  #released(event) {
    this.#fingers.delete(event.pointerId);
    if (event.type === 'blur') this.#fingers.clear();
    if (this.#fingers.size === 0) this.#view.setGrip(this.#isSpace ? 'anywhere' : 'background');
  }

  #finish() {
    cancelAnimationFrame(this.#frame);
    this.#host.classList.remove('is-busy');
    this.#frame = 0;
    this.#inRimSince = null;
    this.#gesture = null;
    this.#id = null;
  }

  #key(event) {
    if (event.key === 'Escape' && this.cancel()) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (event.key !== ' ' || !isPlain(event.target)) return;
    if (!this.#host.contains(event.target) && event.target !== document.body) return;
    event.preventDefault(); // it would scroll the page
    this.#isSpace = true;
    this.#host.classList.add('is-gripping');
  }

  #keyUp(event) {
    if (event.key !== ' ' || !this.#isSpace) return;
    this.#isSpace = false;
    this.#host.classList.remove('is-gripping');
  }
}

function isPlain(target) {
  return !target.closest?.('input, textarea, select, button, a, summary, [contenteditable], [role="button"]');
}
