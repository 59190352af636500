// <run-map>: the nodes of a run as a canvas or as a list. The list is the server's and comes anew with every change; the
// canvas shows what it says. A card is chosen by pressing it, or by Enter; then the list's link does what it does.
import { isSame, marksOf, nodeStates } from './node-states.js';

const KEY = 'aime:run-view';
const [FIRST_RETRY_MS, RETRY_MAX_MS] = [500, 10_000];
const READABLE = 0.3; // zoom; a graph that fits only smaller is shown in part, with the small map

class RunMap extends HTMLElement {
  #events;
  #canvas = null; // null until it is there and drawn
  #isComing = false;
  #states = new Map();
  #marks = new Map();
  #fitted = null; // the view as it was fitted; another one was chosen by the person
  #marked = null; // key of the node that is shown, as the cards know it
  #revealed = null; // and as the strip knows it
  #sizes = new ResizeObserver(([{ contentRect }]) => this.#resized(contentRect));

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    for (const button of this.#buttons) {
      button.addEventListener('click', () => this.#switch(button.dataset.view), { signal });
    }
    this.addEventListener('node-open', ({ detail }) => this.#choose(detail.key), { signal });
    this.addEventListener('click', (event) => this.#pressed(event), { signal });
    this.addEventListener('focusout', () => this.#markShown(), { signal });
    this.#page.addEventListener('htmx:after:swap', () => this.#show(), { signal });
    this.#switch(recall() === 'list' ? 'list' : 'canvas');
    this.#sizes.observe(this.#stage);
    this.#revealChip();
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#sizes.disconnect();
  }

  get #page() {
    return this.closest('live-run');
  }

  get #stage() {
    return this.querySelector('.run-map__canvas');
  }

  get #buttons() {
    return this.querySelectorAll('.run-map__switch button');
  }

  #switch(view) {
    this.#lay(view);
    remember(view);
  }

  #lay(view) {
    this.dataset.view = this.#page.dataset.view = view;
    for (const button of this.#buttons) button.setAttribute('aria-pressed', String(button.dataset.view === view));
  }

  /** Fetch the canvas. Where the network fails, the list stands in for it meanwhile. */
  async #fetchCanvas() {
    for (let wait = FIRST_RETRY_MS; this.isConnected; wait = Math.min(wait * 2, RETRY_MAX_MS)) {
      try {
        await import('../elements/workflow-canvas.js');
        if (recall() !== 'list') this.#lay('canvas');
        return;
      } catch {
        this.#lay('list');
        await new Promise((done) => setTimeout(done, wait));
      }
    }
  }

  /** What lays out by size needs one: the canvas is made when it is seen first, and fitted again while nobody moved it. */
  async #resized({ width, height }) {
    if (!width || !height) return;
    if (this.#canvas) return requestAnimationFrame(() => this.#fit()); // the canvas has measured itself by then
    if (this.#isComing) return;
    this.#isComing = true;
    await this.#fetchCanvas();
    const canvas = this.querySelector('workflow-canvas');
    if (!('ready' in canvas.dataset)) {
      await new Promise((done) => canvas.addEventListener('canvas-ready', done, { once: true }));
    }
    this.#canvas = canvas;
    canvas.store.addEventListener('selection', () => this.#reselect(), { signal: this.#events.signal });
    this.#show();
    await this.#fit();
    this.dataset.ready = '';
  }

  /** Show all of it, or of a large graph what is around the node that is shown; where a person moved the view, that node. */
  async #fit() {
    const { scene, view } = this.#canvas;
    const item = scene.items.get(this.#shown);
    if (!view.size.width) return;
    if (this.#fitted && String(view.transform) !== this.#fitted) {
      if (item) view.reveal(item);
      return;
    }
    await this.#canvas.fit({ isSlow: false });
    const isLarge = view.zoom < READABLE;
    this.toggleAttribute('data-large', isLarge);
    if (isLarge && item) await view.centreOn(item, { isSlow: false });
    this.#fitted = String(view.transform);
  }

  /** Say on the cards what the list says. */
  #show() {
    this.#revealChip();
    if (!this.#canvas) return;
    const states = nodeStates([...this.querySelectorAll('.node-list__item')].map(({ dataset }) => dataset));
    if (!isSame(states, this.#states)) {
      for (const [key, { status, word }] of states) this.#canvas.setStatus(key, status, word);
    }
    const marks = marksOf(states, this.#canvas.store.graph.edges);
    if (!isSame(marks, this.#marks)) this.#canvas.setMarks(marks);
    [this.#states, this.#marks] = [states, marks];
    this.#markShown();
  }

  get #shown() {
    return this.#page.querySelector('#node-panel')?.dataset.node;
  }

  /** The card of the node whose conversation is shown is the chosen one. */
  #markShown() {
    if (!this.#canvas) return;
    const { scene, store, view } = this.#canvas;
    if (this.#marked !== this.#shown && scene.items.has(this.#shown)) view.reveal(scene.items.get(this.#shown));
    this.#marked = this.#shown;
    store.select({ nodes: [this.#shown] });
    this.querySelector('.canvas-node[aria-current]')?.removeAttribute('aria-current');
    scene.elementOf(this.#shown)?.setAttribute('aria-current', 'true');
  }

  /** In the strip of a narrow screen the node whose conversation is shown is in sight; a strip that a finger moved stays. */
  #revealChip() {
    const chip = this.#shown && this.querySelector(`.node-list__item[data-key="${CSS.escape(this.#shown)}"]`);
    if (!chip?.offsetParent || this.#shown === this.#revealed) return;
    this.#revealed = this.#shown;
    const strip = chip.parentElement;
    const [{ left, right }, around] = [chip.getBoundingClientRect(), strip.getBoundingClientRect()];
    if (right > around.right) strip.scrollLeft += Math.min(right - around.right, left - around.left);
    else if (left < around.left) strip.scrollLeft += left - around.left;
  }

  /** A press on the background takes the choice away, but something is shown all the same. */
  #reselect() {
    if (this.#canvas.store.selection.nodes.size === 0) queueMicrotask(() => this.#markShown());
  }

  #pressed({ target }) {
    const card = target.closest('.canvas-node');
    if (card) this.#choose(card.dataset.key);
  }

  #choose(key) {
    this.querySelector(`.node-list__link[data-node="${CSS.escape(key)}"]`)?.click();
  }
}

function recall() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(view) {
  try {
    localStorage.setItem(KEY, view);
  } catch {
    // then it is the canvas next time
  }
}

customElements.define('run-map', RunMap);
