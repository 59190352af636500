// <message-log>: keeps the end of a conversation in view, unless its reader has scrolled away from it.

const NEAR_END_PX = 100;

class MessageLog extends HTMLElement {
  #isNearEnd = true;
  #top = 0;
  #changes = new MutationObserver(() => this.#follow());
  #sizes = new ResizeObserver(() => this.#follow());
  #events;

  connectedCallback() {
    this.#events = new AbortController();
    const options = { signal: this.#events.signal, passive: true };
    this.addEventListener('scroll', () => this.#note(), options);
    addEventListener('scroll', () => this.#scrolls || this.#note(), options);
    this.#changes.observe(this, { childList: true, characterData: true, subtree: true });
    this.#sizes.observe(this);
    if (this.#scrolls) this.#follow();
    else this.#isNearEnd = this.#distance < NEAR_END_PX;
  }

  disconnectedCallback() {
    this.#events.abort();
    this.#changes.disconnect();
    this.#sizes.disconnect();
  }

  /** On narrow screens the page scrolls, not the log. */
  get #scrolls() {
    return getComputedStyle(this).overflowY !== 'visible';
  }

  get #distance() {
    if (this.#scrolls) return this.scrollHeight - this.scrollTop - this.clientHeight;
    const foot = this.nextElementSibling?.offsetHeight ?? 0; // stays at the bottom of the screen
    return this.getBoundingClientRect().bottom + foot - innerHeight;
  }

  /** Only scrolling up leaves the end; a scroll event of our own may come when the text has grown again already. */
  #note() {
    const top = this.#scrolls ? this.scrollTop : scrollY;
    if (this.#distance < NEAR_END_PX) this.#isNearEnd = true;
    else if (top < this.#top) this.#isNearEnd = false;
    this.#top = top;
  }

  #follow() {
    if (!this.#isNearEnd) return;
    if (this.#scrolls) this.scrollTop = this.scrollHeight;
    else if (this.#distance > 0) scrollBy(0, this.#distance);
  }
}

customElements.define('message-log', MessageLog);
