// What is not saved yet, kept in this browser: one entry per open page, under person, space and template. Pure: the
// storage (localStorage) comes from outside. Nothing is thrown away here but what its owner says is saved.

const PREFIX = 'aime:draft';

/** entry = {base_revision, base, document, sent, at}; `sent`: documents on their way to the server when it was kept. */
export class DraftStore {
  #storage;
  #place;
  #key;

  constructor({ storage, user, space, slug, page }) {
    this.#storage = storage;
    this.#place = [PREFIX, ...[user, space, slug].map(encodeURIComponent)].join(':');
    this.#key = `${this.#place}:${page}`;
  }

  /** Keep an entry. False when the browser has no room or forbids it. */
  keep(entry) {
    return this.#write(entry) || this.#write({ ...entry, base: null, sent: null });
  }

  /** Forget this page's entry: the server has it. */
  clear() {
    this.drop(this.#key);
  }

  /** Forget any page's entry. */
  drop(key) {
    try {
      this.#storage.removeItem(key);
    } catch {
      // a browser that forbids storage has kept nothing
    }
  }

  /** The entries of this template that other pages left, newest first: [{key, page, entry}]. */
  left() {
    return this.#keys()
      .filter((key) => key !== this.#key)
      .map((key) => ({ key, page: key.slice(this.#place.length + 1), entry: this.#read(key) }))
      .filter(({ entry }) => entry)
      .sort((one, other) => other.entry.at - one.entry.at);
  }

  #keys() {
    try {
      const all = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index));
      return all.filter((key) => key.startsWith(`${this.#place}:`));
    } catch {
      return [];
    }
  }

  #read(key) {
    try {
      const entry = JSON.parse(this.#storage.getItem(key));
      return Array.isArray(entry?.document?.nodes) && Number.isInteger(entry.base_revision) ? entry : null;
    } catch {
      return null;
    }
  }

  #write(entry) {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(entry));
      return true;
    } catch {
      return false;
    }
  }
}
