// Fetching a fragment of the inspector through htmx, and telling how it went.
import htmx from 'htmx.org';
import { isSignIn } from '../lib/sign-in.js';

/**
 * Morph an element (null: nothing) into what an address answers; with `isAnew` it is replaced, so that nothing of one
 * form is taken over into another: Chromium 156 dies where that moves the field that has the focus (`moveBefore`).
 * Resolves to true (done), false (no answer, or a fault of the server), 'signed-out', or null (dropped: `isWanted` said
 * no when the answer came).
 */
export async function load(source, { method, address, target, values = {}, isAnew = false }, isWanted = () => true) {
  let outcome = false;
  const answer = async (url, request) => {
    const response = await fetch(url, request).catch(() => dropped('no answer'));
    const text = await response.text().catch(() => dropped('cut off')); // unread, it would hold its connection
    if (isSignIn(response)) {
      outcome = isWanted() ? 'signed-out' : null;
      dropped('signed out');
    }
    outcome = isWanted() ? response.status < 500 : null;
    if (!outcome || !target) dropped('not shown');
    return new Response(text, response);
  };
  const swap = !target ? 'none' : isAnew ? 'innerHTML' : 'innerMorph';
  const options = { source, target: target ?? source, swap, values, fetch: answer, live: true };
  await htmx.ajax(method, address, options).catch(() => {});
  return outcome;
}

/** End a request without a swap and without a complaint. */
function dropped(why) {
  throw new DOMException(why, 'AbortError');
}
