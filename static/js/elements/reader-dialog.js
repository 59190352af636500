// <reader-dialog>: opens its dialog when htmx has put something to read into it; without it the link is a page.

class ReaderDialog extends HTMLElement {
  #opener = null;
  #stops = new AbortController();

  connectedCallback() {
    const { signal } = this.#stops;
    this.addEventListener('htmx:after:settle', () => this.#open(), { signal });
    this.addEventListener('click', (event) => event.target.closest('[data-part="close"]') && this.#dialog.close(), {
      signal,
    });
    this.#dialog.addEventListener('close', () => this.#giveBackFocus(), { signal });
    document.addEventListener('click', (event) => this.#note(event.target), { capture: true, signal });
  }

  disconnectedCallback() {
    this.#stops.abort();
    this.#stops = new AbortController();
  }

  get #dialog() {
    return this.querySelector('dialog');
  }

  /** What is swapped while it is open (a tab, a revision) stays where it is, with the focus. */
  #open() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #note(target) {
    if (!this.#dialog.open) this.#opener = target.closest('a, button');
  }

  /** The browser gives it back by itself, but not to an entry of a menu: that is closed, so its button gets it. */
  #giveBackFocus() {
    const menu = this.#opener?.closest('[popover]');
    if (menu?.isConnected) document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`)?.focus();
  }
}

customElements.define('reader-dialog', ReaderDialog);
