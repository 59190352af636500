// <message-log>: keeps the end of a conversation in view, unless its reader has scrolled away from it; then it fetches
// what lies before and after as the reader comes near it, and lets go of what is far away.
import { firstInView, placeOf, scrolls } from '../chat/place.js';
import { MOST_SHOWN, surplus } from '../chat/window.js';
import { fetchInto } from '../lib/fetching.js';

const NEAR_END_PX = 100;
const FAR_FROM_END_PX = 800; // from here on a button leads back to the end
const REACH_PX = 600; // how far ahead of the reader pages are fetched

class MessageLog extends HTMLElement {
  #isNearEnd = true;
  #isLoading = false;
  #top = 0;
  #restore = () => {}; // puts the reader back where they were, after a page came
  #changes = new MutationObserver(() => this.#settle());
  #sizes = new ResizeObserver(() => this.#follow());
  #edges;
  #events;

  connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.addEventListener('scroll', () => this.#note(), { signal, passive: true });
    addEventListener('scroll', () => scrolls(this) || this.#note(), { signal, passive: true });
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    this.addEventListener('log:stay', () => (this.#isNearEnd = false), { signal }); // something is read here
    this.#changes.observe(this, { childList: true, characterData: true, subtree: true });
    this.#sizes.observe(this);
    if (scrolls(this)) this.#follow();
    else this.#isNearEnd = this.#distance < NEAR_END_PX;
    this.#watchEdges();
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#changes.disconnect();
    this.#sizes.disconnect();
    this.#edges?.disconnect();
  }

  /** Fetch what is shown again: the end where the reader follows it, else the messages around the reader. */
  async reload() {
    const messages = this.#messages;
    const reader = messages[firstInView(this, messages)];
    if (!reader || (this.#isNearEnd && this.#isAtEnd)) return this.#replace({});
    return this.#replace({ around: reader.dataset.message });
  }

  /** Bring a message into the page, with those around it where it is not there yet. Resolves to null without one. */
  async reveal(id) {
    const find = () => document.getElementById(`message-${id}`);
    if (!find()) await this.#replace({ around: id });
    if (find()) this.#isNearEnd = false;
    return find();
  }

  get #list() {
    return this.querySelector('[data-part="messages"]');
  }

  get #messages() {
    return [...(this.#list?.querySelectorAll(':scope > chat-message') ?? [])];
  }

  /** Say whether the newest message is in the page. */
  get #isAtEnd() {
    return this.#edge('later')?.hidden !== false;
  }

  #edge(name) {
    return this.querySelector(`:scope > [data-edge="${name}"]`);
  }

  get #distance() {
    if (scrolls(this)) return this.scrollHeight - this.scrollTop - this.clientHeight;
    const foot = this.nextElementSibling?.offsetHeight ?? 0; // stays at the bottom of the screen
    return this.getBoundingClientRect().bottom + foot - innerHeight;
  }

  /** Only scrolling up leaves the end; a scroll event of our own may come when the text has grown again already. */
  #note() {
    const top = scrolls(this) ? this.scrollTop : scrollY;
    if (this.#distance < NEAR_END_PX) this.#isNearEnd = true;
    else if (top < this.#top) this.#isNearEnd = false;
    this.#top = top;
    this.#offerEnd();
  }

  #follow() {
    if (!this.#isNearEnd || !this.#isAtEnd) return;
    if (scrolls(this)) this.scrollTop = this.scrollHeight;
    else if (this.#distance > 0) scrollBy(0, this.#distance);
  }

  #offerEnd() {
    const button = this.querySelector(':scope > [data-part="latest"]');
    if (button) button.hidden = this.#isAtEnd && (this.#isNearEnd || this.#distance < FAR_FROM_END_PX);
  }

  /** After any change: take in what a page said of its ends, let go of what is far, stay at the end. */
  #settle() {
    for (const said of this.querySelectorAll('[data-log-page]')) this.#takeIn(said);
    this.#restore();
    this.#restore = () => {};
    if (!this.#isLoading) this.#trim();
    this.#follow();
    this.#offerEnd();
  }

  #takeIn(said) {
    for (const name of ['earlier', 'later']) {
      if (said.dataset[name]) this.#edge(name).hidden = said.dataset[name] !== 'true';
    }
    said.remove();
  }

  #trim() {
    if (!(this.#list?.childElementCount > MOST_SHOWN)) return; // asked with every piece of text: no look at the layout
    const messages = this.#messages;
    const atEnd = this.#isNearEnd && this.#isAtEnd;
    const found = surplus({ count: messages.length, reader: firstInView(this, messages), atEnd });
    if (!found) return;
    const restore = placeOf(this, messages);
    for (const message of messages.slice(found.from, found.to)) message.remove();
    if (found.edge === 'later') this.querySelector('[data-log-tail]')?.remove();
    this.#edge(found.edge).hidden = false;
    restore();
  }

  #watchEdges() {
    const root = scrolls(this) ? this : null;
    const near = (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) this.#load(target.dataset.edge);
    };
    this.#edges = new IntersectionObserver(near, { root, rootMargin: `${REACH_PX}px 0px` });
    for (const edge of this.querySelectorAll(':scope > [data-edge]')) this.#edges.observe(edge);
  }

  /** Fetch the page beyond an edge. */
  async #load(name) {
    const edge = this.#edge(name);
    const messages = this.#messages;
    if (this.#isLoading || edge.hidden || !messages.length) return;
    const at = name === 'earlier' ? messages[0] : messages.at(-1);
    const place = name === 'earlier' ? { before: at.dataset.ordinal } : { after: at.dataset.ordinal };
    if (name === 'later') this.#isNearEnd = false; // until the real end is here
    await this.#fetch(place, name === 'earlier' ? 'afterbegin' : 'beforeend');
    this.#edges.unobserve(edge); // an edge that is still near tells so again
    this.#edges.observe(edge);
  }

  /** Fetch messages in the place of all that are shown. */
  #replace(place) {
    return this.#fetch(place, 'innerHTML');
  }

  async #fetch(place, swap) {
    const url = new URL(this.dataset.address, document.baseURI);
    for (const [name, value] of Object.entries(place)) url.searchParams.set(name, value);
    this.#isLoading = true;
    const noted = new AbortController();
    // the reader may go on while the page is under way: their place is noted when it comes
    const note = () => (this.#restore = placeOf(this, this.#messages));
    this.#list.addEventListener('htmx:before:swap', note, { signal: noted.signal });
    try {
      return await fetchInto(this.#list, url, swap);
    } finally {
      noted.abort();
      this.#isLoading = false;
      this.#settle();
    }
  }

  async #onClick(event) {
    const edge = event.target.closest('[data-edge] a')?.closest('[data-edge]');
    if (edge) {
      event.preventDefault();
      this.#load(edge.dataset.edge);
    } else if (event.target.closest('[data-part="latest"]')) {
      if (!this.#isAtEnd) await this.#replace({});
      this.#isNearEnd = true;
      this.#settle();
    }
  }
}

customElements.define('message-log', MessageLog);
