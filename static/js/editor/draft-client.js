// The requests about the draft. Every outcome is a value; nothing is thrown.
import { isSignIn } from '../lib/sign-in.js';

const KEEPALIVE_MAX_BYTES = 60_000; // browsers refuse more for a page that is gone
const TIMEOUT_MS = 30_000;
const REFUSALS = { 403: 'forbidden', 404: 'gone', 413: 'too-large' };

/** Save a draft → {kind: saved | conflict | refused | unreachable | signed-out | forbidden | gone | too-large, …}. */
export async function sendDraft(address, body, { leaving = false } = {}) {
  const answer = await post(address, body, { leaving });
  if (answer.kind) return answer;
  const { status, data } = answer;
  if (status === 200 && data) return { kind: 'saved', ...data };
  if (status === 409 && data) return { kind: 'conflict', draft: data };
  if (status === 422 && data) return { kind: 'refused', problems: data.problems };
  if (status >= 500 || status === 429) return { kind: 'unreachable', status };
  return { kind: REFUSALS[status] ?? 'refused', message: data?.error ?? '', problems: data?.problems ?? [] };
}

/** Keep a document as a template of its own → {kind: 'made', address, name} or as above. */
export async function sendCopy(address, document) {
  const answer = await post(address, { document });
  if (answer.kind) return answer;
  if (answer.status === 201) return { kind: 'made', ...answer.data };
  return { kind: REFUSALS[answer.status] ?? 'refused', message: answer.data?.error ?? '' };
}

/** Let the server read a text as a template file → {kind: 'read', document}, {kind: 'refused', errors} or as above. */
export async function sendClipping(address, text) {
  const answer = await post(address, { text });
  if (answer.kind) return answer;
  return answer.status === 200 && answer.data ? { kind: 'read', ...answer.data } : refusalOf(answer);
}

/** Save a node as a task template → {kind: 'made', reference, card}, {kind: 'refused', errors} or as above. */
export async function sendTemplate(address, body) {
  const answer = await post(address, body);
  if (answer.kind) return answer;
  return answer.status === 201 && answer.data ? { kind: 'made', ...answer.data } : refusalOf(answer);
}

function refusalOf({ status, data }) {
  if (status >= 500 || status === 429) return { kind: 'unreachable', status };
  const errors = data?.errors ?? (data?.error ? [data.error] : []);
  return { kind: REFUSALS[status] ?? (errors.length ? 'refused' : 'unreachable'), errors };
}

async function post(address, body, { leaving = false } = {}) {
  const text = JSON.stringify(body);
  const fits = leaving && new Blob([text]).size < KEEPALIVE_MAX_BYTES;
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken() },
      body: text,
      keepalive: fits,
      signal: leaving ? undefined : AbortSignal.timeout(TIMEOUT_MS),
    });
    if (isSignIn(response)) return { kind: 'signed-out' };
    const isJson = response.headers.get('Content-Type')?.startsWith('application/json');
    return { status: response.status, data: isJson ? await response.json() : null };
  } catch {
    return { kind: 'unreachable', status: 0 };
  }
}

/** The token of the cookie: it stays right when the person signs in again in another tab. */
function csrfToken() {
  const cookie = document.cookie.split('; ').find((part) => part.startsWith('csrftoken='));
  if (cookie) return decodeURIComponent(cookie.slice('csrftoken='.length));
  return JSON.parse(document.body.getAttribute('hx-headers:inherited'))['X-CSRFToken'];
}
