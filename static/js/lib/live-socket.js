// One socket that stays up: drops frames already seen, reconnects with the last sequence number, backs off with
// jitter. It never closes by itself, also not in a hidden tab. The frames' meaning is not known here.

// Not for this person (any more): not signed in, membership changed, no such run. Everything else comes back.
export const CLOSED_FOR_GOOD = new Set([4401, 4403, 4404]);
const FIRST_RETRY_MS = 100;
const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 10_000;

/** How long to wait before try number `failures` (1 = first): fast once, then doubling, each ± a half. */
export function retryDelay(failures, random = Math.random) {
  if (failures <= 1) return FIRST_RETRY_MS * (0.5 + random());
  return Math.min(RETRY_MAX_MS, RETRY_BASE_MS * 2 ** (failures - 2)) * (0.5 + random());
}

export class LiveSocket {
  #options;
  #socket = null;
  #timer = null;
  #failures = 0;
  #closed = false;

  /**
   * `url(after)`, `after` (last sequence number of the page), `onFrame(frame)`, `onState(state, failures)` with
   * state "connecting" | "live" | "reconnecting" | "refused"; `connect`, `timers`, `random` for tests.
   */
  constructor(options) {
    this.#options = { connect: (url) => new WebSocket(url), timers: globalThis, random: Math.random, ...options };
    this.after = options.after;
  }

  open() {
    if (this.#socket || this.#closed) return;
    this.#options.onState(this.#failures ? 'reconnecting' : 'connecting', this.#failures);
    const socket = this.#options.connect(this.#options.url(this.after));
    this.#socket = socket;
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = (event) => this.#received(socket, event.data);
    socket.onclose = (event) => this.#lost(socket, event.code);
  }

  /** Begin anew at once: the network is back, or the page was taken out of the browser's cache. An old socket lies. */
  retryNow() {
    this.#options.timers.clearTimeout(this.#timer);
    const old = this.#socket;
    this.#socket = null;
    old?.close();
    this.open();
  }

  close() {
    this.#closed = true;
    this.#options.timers.clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
  }

  #opened(socket) {
    if (socket !== this.#socket) return;
    this.#failures = 0;
    this.#options.onState('live', 0);
  }

  #received(socket, data) {
    if (socket !== this.#socket) return;
    const frame = JSON.parse(data);
    if (frame.s !== undefined) {
      if (frame.s <= this.after) return;
      this.after = frame.s;
    }
    this.#options.onFrame(frame);
  }

  #lost(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (CLOSED_FOR_GOOD.has(code)) {
      this.#closed = true;
      this.#options.onState('refused', this.#failures);
      return;
    }
    this.#failures += 1;
    this.#options.onState('reconnecting', this.#failures);
    const delay = retryDelay(this.#failures, this.#options.random);
    this.#timer = this.#options.timers.setTimeout(() => this.open(), delay);
  }
}
