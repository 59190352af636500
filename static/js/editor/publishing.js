// The Publish and Run buttons and the panel of versions: honest about what is saved, live and changed. The dialog and the
// list of versions are fragments of the server.
import htmx from 'htmx.org';
import { isSignIn } from '../lib/fetching.js';
import { publishState, runState } from './publish-state.js';

export function startPublishing(editor, signal) {
  const { host, store, draft } = editor;
  const desk = { isPublishing: false };
  const show = () => {
    showPublish(editor, desk);
    showRun(editor);
  };
  const on = (target, name, act) => target.addEventListener(name, act, { signal });
  on(host, 'publish', () => openDialog(editor));
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

async function openDialog(editor) {
  const { host, save, say, toast, announce } = editor;
  const button = host.querySelector('[data-part="publish"]');
  if (button.getAttribute('aria-disabled') === 'true') return announce(button.title);
  if (!(await save.flush())) return toast(say('publish.why.not-saved'), 'bad');
  const dialog = host.querySelector('[data-part="publish-dialog"]');
  await load(editor, 'publications/', dialog.firstElementChild);
  if (dialog.firstElementChild.childElementCount) dialog.showModal();
  return null;
}

async function openVersions(editor) {
  const { host, save, panes } = editor;
  if (panes.toggleVersions()) {
    await save?.flush();
    await load(editor, 'versions/', host.querySelector('[data-part="versions"]'));
    host.querySelector('[data-part="versions"] :is(a, button)')?.focus();
  }
}

/** Put a fragment of the server into an element; what is no fragment (an error's page) is said and left out. */
function load(editor, path, target) {
  const fetchFragment = async (address, request) => {
    const response = await fetch(address, request);
    if (isSignIn(response)) editor.toast(editor.say('save.signed-out'), 'bad');
    else if (!response.ok) editor.toast(editor.say('fragment.failed'), 'bad');
    if (response.ok && !isSignIn(response)) return response;
    throw new DOMException('not shown', 'AbortError');
  };
  const options = { source: target, target, swap: 'innerHTML', fetch: fetchFragment, live: true };
  return htmx.ajax('GET', editor.address(path), options);
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
