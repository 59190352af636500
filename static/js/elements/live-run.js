// <live-run>: the run page as it happens. One socket; deltas go to the messages, everything else is fetched again.
import { refetch } from '../lib/fetching.js';
import { staleFragments } from '../lib/frames.js';
import { LiveSocket } from '../lib/live-socket.js';
import { note } from '../lib/missed.js';
import { announce } from '../lib/notices.js';
import { Refresher } from '../lib/refresher.js';
import { texts } from '../lib/texts.js';
import { isOccupied } from '../run/occupied.js';
import { ChatMessage } from './chat-message.js';

const PROBE_AFTER_FAILURES = 3; // a refused handshake looks like a dead server: ask a page instead

class LiveRun extends HTMLElement {
  #socket;
  #refresher;
  #events;
  #heard = new Map(); // node → number of the last frame that was about it
  #answers = 0; // to the person's own acts and choices
  #hasBeenLive = false;
  #isHeldBack = false; // the run moved on while the person was busy with the node that is shown

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#refresher = new Refresher((key) => this.#load(key));
    this.#socket = new LiveSocket({
      after: Number(this.dataset.seq),
      url: (after) => this.#address(after),
      onFrame: (frame) => this.#take(frame),
      onState: (state, failures) => this.#tell(state, failures),
    });
    this.addEventListener('message:gap', (event) => this.#refresher.request(`message:${event.detail.id}`), { signal });
    this.addEventListener('htmx:after:swap', (event) => this.#swapped(event), { signal });
    this.addEventListener('run:tab', ({ detail }) => detail.tab === 'timeline' && this.#refresher.request('timeline'), {
      signal,
    });
    for (const name of ['focusout', 'close', 'toggle', 'input']) {
      document.addEventListener(name, () => this.#catchUp(), { signal, capture: true }); // some of them do not bubble
    }
    addEventListener('online', () => this.#socket.retryNow(), { signal });
    addEventListener('offline', () => this.#tell('offline', 0), { signal });
    addEventListener('pageshow', (event) => event.persisted && this.#socket.retryNow(), { signal });
    this.#socket.open();
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#socket.close();
    this.#refresher.stop();
  }

  get #panel() {
    return this.querySelector('#node-panel');
  }

  #address(after) {
    const url = new URL(this.dataset.socket, document.baseURI);
    url.protocol = url.protocol.replace('http', 'ws');
    url.searchParams.set('run', this.dataset.run);
    url.searchParams.set('after', after);
    return url.href;
  }

  #take(frame) {
    if (frame.t === 'notice') announce();
    if (frame.t === 'feed') this.#show(frame.k === 'interrupted' ? 'interrupted' : 'live');
    if (frame.t === 'delta') ChatMessage.receive(this, frame);
    if (frame.n && frame.t !== 'message') this.#heard.set(frame.n, frame.s);
    const view = this.#view();
    note(frame, view.shows(frame.m));
    const stale = staleFragments(frame, view);
    if (frame.t === 'message' && stale.length === 0) texts.forget(frame.m); // of another node
    for (const key of stale) this.#refresher.request(key);
  }

  #view() {
    const { node, version, follow } = this.#panel?.dataset ?? {};
    return {
      node,
      version: Number(version),
      follow: follow !== undefined,
      timeline: this.dataset.tab === 'timeline',
      shows: (id) => ChatMessage.find(id) !== undefined,
    };
  }

  /** Fetch one fragment; see `Refresher` for what the answer means. */
  async #load(key) {
    const { node } = this.#panel.dataset;
    if (key === 'overview') return this.#loadOverview(node);
    if (key === 'panel') return this.#loadPanel(node);
    if (key === 'log') return this.querySelector('message-log')?.reload() ?? null;
    if (key === 'timeline') return refetch(this.querySelector('#run-timeline'));
    const element =
      key === 'tail' ? this.querySelector('[data-log-tail]') : ChatMessage.find(key.slice('message:'.length));
    return element ? refetch(element) : null;
  }

  async #loadOverview(node) {
    const overview = this.querySelector('#run-overview');
    if (!overview) return true; // a page that shows one node of a run, such as My tasks
    const outcome = await refetch(overview, { node });
    if (outcome === null) this.#tell('refused', 0);
    return outcome;
  }

  /**
   * The log is left alone by the morph; what was said meanwhile comes with the tail. Nobody is led away from their work,
   * nor from what they chose, or were told, while the answer was under way.
   */
  async #loadPanel(node) {
    const have = this.querySelector('message-log')?.id ?? '';
    this.#isHeldBack = this.#view().follow && isOccupied(this.#panel);
    const address = this.#panel.getAttribute('hx-get');
    const answers = this.#answers;
    const isWanted = () => this.#panel?.getAttribute('hx-get') === address && this.#answers === answers;
    const outcome = await refetch(this.#panel, this.#isHeldBack ? { have, node, keep: 1 } : { have }, isWanted);
    if (outcome) this.#refresher.request('tail');
    return outcome;
  }

  /** Whoever was held back and has finished goes where the run is now. */
  #catchUp() {
    if (!this.#isHeldBack) return;
    queueMicrotask(() => {
      if (this.#isHeldBack && !isOccupied(this.#panel)) this.#refresher.request('panel');
    });
  }

  /** A panel may be older than what was heard of its node; after a person's own act or choice the log may lack something. */
  #swapped({ detail }) {
    this.#markSelected();
    const { node, seq } = this.#panel?.dataset ?? {};
    if (this.#heard.get(node) > Number(seq)) this.#refresher.request('panel');
    if (detail.ctx.live) return;
    this.#answers += 1;
    this.#refresher.request('tail');
    this.#refresher.request('overview');
    if (document.activeElement === document.body) this.#panel?.focus({ preventScroll: true }); // what was pressed is gone
  }

  #markSelected() {
    const key = this.#panel?.dataset.node;
    for (const link of this.querySelectorAll('.node-list__link')) {
      if (link.dataset.node === key) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }

  /** Notices carry no numbers: after a break any list may have changed. */
  #cameBack() {
    if (this.#hasBeenLive) announce();
    this.#hasBeenLive = true;
  }

  #tell(state, failures) {
    if (state === 'live') this.#cameBack();
    this.#show(state === 'reconnecting' && !navigator.onLine ? 'offline' : state);
    if (state === 'refused') this.#socket.close();
    else if (failures === PROBE_AFTER_FAILURES) this.#refresher.request('overview');
  }

  #show(state) {
    document.dispatchEvent(new CustomEvent('live:state', { detail: { state } }));
  }
}

customElements.define('live-run', LiveRun);
