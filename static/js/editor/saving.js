// Saving put together: the store's changes go to the autosave, everything unsaved is kept in the browser meanwhile, and
// what a page left behind comes back when the template is opened again.
import { Autosave } from './autosave.js';
import { DraftStore } from './draft-store.js';
import { sendDraft } from './draft-client.js';
import { saysTheSame } from './sameness.js';

const KEEP_SHARE = 10; // keeping takes at most a tenth of the time

export function startSaving(editor, signal) {
  const { host, store, draft } = editor;
  const kept = draftStore(host);
  const autosave = new Autosave({
    draft,
    read: () => store.document(),
    send: (body, options) => sendDraft(editor.address('draft/'), body, options),
  });
  editor.save = autosave;
  editor.kept = kept;
  const keeper = new Keeper(autosave, kept, () => editor.toast(editor.say('save.no-room'), 'bad'));
  const touch = ({ detail }) => {
    if (detail.origin === 'server') return;
    autosave.touch();
    keeper.touch();
  };
  store.addEventListener('change', touch, { signal });
  store.addEventListener('replaced', touch, { signal });
  autosave.addEventListener('saved', ({ detail }) => takeAnswer(editor, detail), { signal });
  autosave.addEventListener('state', () => keeper.settle(), { signal });
  window.addEventListener('online', () => autosave.retry(), { signal });
  document.addEventListener('visibilitychange', () => document.hidden && leave(autosave, keeper), { signal });
  window.addEventListener('pagehide', () => leave(autosave, keeper), { signal });
  window.addEventListener('beforeunload', (event) => keeper.hasFailed && event.preventDefault(), { signal });
}

/** Bring back what another page of this browser left, as soon as the canvas is there. */
export async function bringBack(editor) {
  const { store, draft, kept, save } = editor;
  const open = await openPages();
  for (const { key, entry } of kept.left().filter(({ page }) => !open.has(page))) {
    if (saysTheSame(entry.document, draft.document)) {
      kept.drop(key);
      continue;
    }
    save.inherit(entry);
    const isSent = entry.sent?.some((sent) => saysTheSame(sent, draft.document));
    if (isSent || entry.base_revision === draft.revision) {
      store.replace(entry.document, { origin: 'kept' });
      const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
      editor.toast(editor.say('save.restored', { time: time.format(entry.at) }));
    } else {
      save.base = entry.base ?? null;
      store.replace(entry.document, { origin: 'kept' });
      save.conflict(draft);
    }
    if (kept.keep(save.entry())) kept.drop(key);
    return;
  }
}

function takeAnswer(editor, answer) {
  Object.assign(editor.draft, { live: answer.live, has_changes: answer.has_changes, revision: answer.revision });
  editor.store.setProblems(answer.problems);
}

function leave(autosave, keeper) {
  keeper.flush();
  autosave.leave();
}

/** Keeps what is not saved, soon after every change but never so often that typing gets slow. */
class Keeper {
  hasFailed = false;
  #autosave;
  #kept;
  #onFailure;
  #timer = null;
  #costMs = 0;

  constructor(autosave, kept, onFailure) {
    this.#autosave = autosave;
    this.#kept = kept;
    this.#onFailure = onFailure;
  }

  touch() {
    this.#timer ??= setTimeout(() => this.flush(), this.#costMs * KEEP_SHARE);
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isUnsaved()) return;
    const start = performance.now();
    const isKept = this.#kept.keep(this.#autosave.entry());
    this.#costMs = performance.now() - start;
    if (!isKept && !this.hasFailed) this.#onFailure();
    this.hasFailed = !isKept;
  }

  /** Forget what the server has. */
  settle() {
    if (this.#isUnsaved()) return;
    clearTimeout(this.#timer);
    this.#timer = null;
    this.hasFailed = false;
    this.#kept.clear();
  }

  #isUnsaved() {
    return this.#autosave.isDirty || this.#autosave.state === 'saving' || this.#autosave.state === 'conflict';
  }
}

/** The store of this page; the page holds a lock of its name while it is open, where the browser has locks. */
function draftStore(host) {
  const page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16)).join('');
  navigator.locks?.request(lockOf(page), () => new Promise(() => {}));
  const { user, space, slug } = host.dataset;
  return new DraftStore({ storage: storage(), user, space, slug, page });
}

async function openPages() {
  const locks = (await navigator.locks?.query())?.held ?? [];
  return new Set(locks.map(({ name }) => name.replace(lockOf(''), '')));
}

function lockOf(page) {
  return `aime:page:${page}`;
}

function storage() {
  try {
    return localStorage;
  } catch {
    return { length: 0, setItem: () => reject(), removeItem() {}, getItem: () => null, key: () => null };
  }
}

function reject() {
  throw new Error('this browser keeps nothing');
}
