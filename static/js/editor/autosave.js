// Sends the draft a moment after the last change, one request at a time, and again where the line is down. Pure: the
// sending, the keeping and the clock come from outside. Events: 'state' {state, …}, 'saved' {answer}.
import { saysTheSame } from './sameness.js';

export const QUIET_MS = 600; // after the last change
export const LONGEST_MS = 3000; // after the first one that is not sent
const RETRY_MS = [1000, 2000, 4000, 8000, 15000, 30000];
const LATEST_KEPT = 2; // of the requests after the first; each is a whole document
const WAITING = new Set(['conflict', 'stopped']); // nothing is sent until somebody decides

export class Autosave extends EventTarget {
  state = 'saved';
  detail = {};
  revision;
  base; // the document that the server has as `revision`
  #read;
  #send;
  #clock;
  #dirtySince = 0;
  #timer = null;
  #flying = null; // promise of the request under way
  #sent = []; // documents of requests whose outcome is not known
  #failures = 0;

  /** `read()` gives the document; `send(body, {leaving})` resolves to {kind, …answer} and never rejects. */
  constructor({ draft, read, send, clock = defaultClock }) {
    super();
    this.revision = draft.revision;
    this.base = draft.document;
    this.#read = read;
    this.#send = send;
    this.#clock = clock;
  }

  get isDirty() {
    return this.#dirtySince > 0;
  }

  /** What a page that ends now has to leave behind. */
  entry() {
    const sent = [...this.#sent.slice(0, 1), ...this.#sent.slice(1).slice(-LATEST_KEPT)];
    const { revision, base } = this;
    return { base_revision: revision, base, document: this.#read(), sent, at: this.#clock.now() };
  }

  /** Another page of this browser ended here: any of what it sent, its last words too, may arrive or have arrived. */
  inherit(entry) {
    this.#sent.push(...(entry.sent ?? []), entry.document);
  }

  /** Something changed. */
  touch() {
    this.#dirtySince ||= this.#clock.now();
    if (WAITING.has(this.state)) return;
    if (!this.#flying && this.state !== 'offline') this.#show('changed');
    if (this.state !== 'offline') this.#schedule();
  }

  /** Send now what is not sent; resolves to true when everything is saved. */
  async flush() {
    do {
      while (this.#flying) await this.#flying;
      if (!this.isDirty || WAITING.has(this.state)) break;
      await this.#start();
    } while (this.state === 'changed'); // saved, but somebody goes on typing
    return !this.isDirty;
  }

  /** The line is back, or somebody wants another try. */
  retry() {
    if (this.isDirty && !this.#flying && !WAITING.has(this.state)) this.#start();
  }

  /** The page goes away: send what fits into a last request. */
  leave() {
    if (this.isDirty && !this.#flying && !WAITING.has(this.state)) this.#start({ leaving: true });
  }

  /** Go on from another revision of the server: theirs was taken, or merged into ours. */
  rebase(draft, { isDirty }) {
    this.revision = draft.revision;
    this.base = draft.document;
    this.#sent = [];
    this.#dirtySince = isDirty ? this.#clock.now() : 0;
    this.#show(isDirty ? 'changed' : 'saved');
    if (isDirty) this.#schedule();
  }

  /** Stop: the newer draft of somebody else has to be dealt with first. */
  conflict(draft) {
    this.#cancel();
    this.#show('conflict', { draft });
  }

  #schedule() {
    if (this.#flying) return; // its end looks again
    this.#cancel();
    const now = this.#clock.now();
    const delay = Math.max(0, Math.min(QUIET_MS, this.#dirtySince + LONGEST_MS - now));
    this.#timer = this.#clock.setTimeout(() => this.#start(), delay);
  }

  #cancel() {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #start(options = {}) {
    this.#cancel();
    this.#flying = this.#save(options).then((next) => {
      this.#flying = null;
      if (next) next();
    });
    return this.#flying;
  }

  /** One request; resolves to what is to be done next. */
  async #save({ leaving = false }) {
    const document = this.#read();
    this.#dirtySince = 0;
    if (this.#sent.at(-1) !== document) this.#sent.push(document);
    this.#show('saving');
    const answer = await this.#send({ base_revision: this.revision, document }, { leaving });
    if (answer.kind !== 'saved') this.#dirtySince ||= this.#clock.now();
    if (answer.kind === 'saved') return this.#saved(document, answer);
    if (answer.kind === 'conflict') return this.#collided(answer.draft);
    return answer.kind === 'unreachable' ? this.#tryAgain(answer) : this.#refused(answer);
  }

  #saved(document, answer) {
    this.revision = answer.revision;
    this.base = document;
    this.#sent = [];
    this.#failures = 0;
    this.dispatchEvent(new CustomEvent('saved', { detail: answer }));
    this.#show(this.isDirty ? 'changed' : 'saved', { savedAt: answer.saved_at });
    return this.isDirty ? () => this.#schedule() : null;
  }

  /** The newer draft is our own when it is what an earlier request carried whose answer never came. */
  #collided(draft) {
    const own = this.#sent.find((document) => saysTheSame(document, draft.document));
    if (!own) return this.conflict(draft);
    this.revision = draft.revision;
    this.base = own;
    this.#sent = [];
    return () => this.#start();
  }

  #tryAgain(answer) {
    const delay = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#show('offline', answer);
    this.#timer = this.#clock.setTimeout(() => this.#start(), delay);
  }

  /** The server will not have it: the next change, or signing in again, may help. */
  #refused(answer) {
    this.#sent.pop();
    this.#show('error', answer);
    if (answer.kind === 'signed-out') this.#timer = this.#clock.setTimeout(() => this.#start(), RETRY_MS.at(-1));
  }

  #show(state, detail = {}) {
    this.state = state;
    this.detail = detail;
    this.dispatchEvent(new CustomEvent('state', { detail: { state, ...detail } }));
  }
}

const defaultClock = {
  now: () => Date.now(),
  setTimeout: (run, delay) => setTimeout(run, delay),
  clearTimeout: (timer) => clearTimeout(timer),
};
