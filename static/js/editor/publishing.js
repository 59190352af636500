// The Publish and Run buttons and the panel of versions: honest about what is saved, live and changed. The dialog and the
// list of versions are fragments of the server.
import htmx from 'htmx.org';
import { isSignIn } from '../lib/sign-in.js';
import { publishState, runState } from './publish-state.js';

export function startPublishing(editor, signal) {
  const { host, store, draft } = editor;
  const desk = { isPublishing: false, isOpening: false };
  const show = () => {
    showPublish(editor, desk);
    showRun(editor);
  };
  const on = (target, name, act) => target.addEventListener(name, act, { signal });
  on(host, 'publish', () => openDialog(editor, desk));
  on(host, 'versions', () => openVersions(editor));
  on(host, 'click', (event) => jump(editor, event));
  on(document.body, 'workflow:published', ({ detail }) =>
    settle(editor, { live: detail.number, has_changes: false }, show),
  );
  on(document.body, 'workflow:unpublished', () => settle(editor, { live: null, has_changes: true }, show));
  on(document.body, 'workflow:restored', () => reload(editor, show));
  for (const name of ['change', 'replaced', 'problems']) on(store, name, show);
  for (const name of ['state', 'saved']) if (editor.save) on(editor.save, name, show);
  on(host.querySelector('[data-part="publish-dialog"]') ?? host, 'htmx:before:request', ({ target }) => {
    desk.isPublishing = target.matches('.publish__form');
    show();
  });
  on(host, 'htmx:after:request', () => {
    desk.isPublishing = false;
    show();
  });
  draft.has_changes ??= true;
  show();
}

function showPublish(editor, { isPublishing }) {
  const button = editor.host.querySelector('[data-part="publish"]');
  if (!button) return;
  const { save, store, draft, say } = editor;
  const isSaved = !save.isDirty && save.state !== 'saving';
  const facts = { live: draft.live, hasChanges: draft.has_changes, isSaved, isPublishing };
  const { state, text, words, isOff, count } = publishState({
    ...facts,
    problems: store.problems,
    saveState: save.state,
  });
  button.dataset.state = state;
  button.classList.toggle('button--primary', !isOff);
  button.setAttribute('aria-disabled', String(isOff));
  button.title = say(text.replace('publish.', 'publish.why.'), words);
  button.querySelector('[data-part="word"]').textContent = say(text, words);
  const chip = button.querySelector('[data-part="count"]');
  chip.hidden = !count;
  chip.textContent = count || '';
}

function showRun({ host, store, save, draft, say }) {
  const link = host.querySelector('[data-part="run"]');
  if (!link) return;
  const hasChanges = draft.has_changes || Boolean(save?.isDirty);
  const { text, words, isOff } = runState({ live: draft.live, hasChanges, mayStart: 'start' in link.dataset });
  link.title = say(text, words);
  link.toggleAttribute('href', !isOff);
  if (isOff) {
    link.setAttribute('role', 'link');
    link.setAttribute('aria-disabled', 'true');
  } else {
    link.href = link.dataset.href;
    link.removeAttribute('role');
    link.removeAttribute('aria-disabled');
  }
  link.classList.toggle('button--primary', !isOff && !hasChanges && !store.readOnly);
}

/** Ask what to publish. Whatever comes of it is seen: the dialog, or why it does not come. */
async function openDialog(editor, desk) {
  const button = editor.host.querySelector('[data-part="publish"]');
  if (button.getAttribute('aria-disabled') === 'true') return editor.toast(button.title);
  if (desk.isOpening) return null; // a second press while the first is on its way
  desk.isOpening = true;
  button.setAttribute('aria-busy', 'true');
  try {
    await showDialog(editor);
  } finally {
    desk.isOpening = false;
    button.removeAttribute('aria-busy');
  }
  return null;
}

async function showDialog(editor) {
  const { host, save, say, toast } = editor;
  if (!(await save.flush())) return toast(say('publish.why.not-saved'), 'bad');
  const dialog = host.querySelector('[data-part="publish-dialog"]');
  if ((await load(editor, 'publications/', dialog.firstElementChild)) && !dialog.open) dialog.showModal();
  return null;
}

async function openVersions(editor) {
  const { host, save, panes } = editor;
  if (panes.toggleVersions()) {
    await save?.flush();
    const list = host.querySelector('[data-part="versions"]');
    if (await load(editor, 'versions/', list)) list.querySelector('a, button')?.focus();
  }
}

/**
 * Put a fragment of the server into an element. Resolves to true when it stands there. No answer, half of one, an
 * error's page: that is said, and what stood there before is taken away.
 */
async function load(editor, path, target) {
  let refusal = 'fragment.failed';
  const fetchFragment = async (address, request) => {
    const response = await fetch(address, request).catch(dropped);
    const text = await response.text().catch(dropped);
    if (isSignIn(response)) refusal = 'save.signed-out';
    else if (response.ok) refusal = null;
    return refusal ? dropped() : new Response(text, response);
  };
  const options = { source: target, target, swap: 'innerHTML', fetch: fetchFragment, live: true };
  target.replaceChildren();
  await htmx.ajax('GET', editor.address(path), options);
  const isShown = target.childElementCount > 0;
  if (!isShown) editor.toast(editor.say(refusal ?? 'fragment.failed'), 'bad');
  return isShown;
}

/** End a request without a swap and without a complaint on the console. */
function dropped() {
  throw new DOMException('not shown', 'AbortError');
}

/** A problem named in a dialog leads to its node and field. */
function jump(editor, event) {
  const link = event.target.closest('[data-jump]');
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  link.closest('dialog')?.close();
  const field = (link.dataset.field ?? '').split('.').filter(Boolean);
  editor.open(
    link.dataset.jump,
    field.map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
  );
}

function settle(editor, facts, show) {
  Object.assign(editor.draft, facts);
  show();
}

/** The draft was replaced on the server by an act of this page. */
async function reload(editor, show) {
  const { store, save, draft } = editor;
  const response = await fetch(editor.address('draft/'), { headers: { Accept: 'application/json' } });
  if (!response.ok) return location.reload();
  const fresh = await response.json();
  Object.assign(draft, fresh);
  store.replace(fresh.document, { origin: 'server' });
  store.setProblems(fresh.problems);
  save.rebase(fresh, { isDirty: false });
  return show();
}
