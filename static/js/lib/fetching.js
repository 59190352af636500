// Fetching a live fragment through htmx, and telling how it went.
import htmx from 'htmx.org';
import { isSignIn } from './sign-in.js';

const GIVE_UP = new Set([401, 403, 404, 410]);

/**
 * Replace `element` by what its own hx-get gives, with `parameters` added to the address.
 * Resolves to true (done), false (try again later) or null (it is gone, or not for this person).
 */
export function refetch(element, parameters = {}, isWanted = () => true) {
  const url = new URL(element.getAttribute('hx-get'), document.baseURI);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return fetchInto(element, url, element.getAttribute('hx-swap') ?? 'outerMorph', isWanted);
}

/** Nothing to swap, and no error to report: a page that is offline tries again later. */
function quietly() {
  throw new DOMException('not refreshed', 'AbortError');
}

/** Swap what an address gives into `element`, if it `isWanted` when it comes. Resolves as `refetch` does. */
export async function fetchInto(element, url, swap, isWanted = () => true) {
  let outcome = false;
  const fetchAndNote = async (address, request) => {
    const response = await fetch(address, request).catch(() => quietly());
    if (isSignIn(response)) location.reload();
    else if (GIVE_UP.has(response.status)) outcome = null;
    if (!response.ok) quietly();
    const text = await response.text().catch(() => quietly()); // a server that dies in the middle counts as a failure
    outcome = true;
    return new Response(text, response);
  };
  // asked at the very moment of the swap: what a person chose may come between the answer and its swap
  const guard = (event) => event.detail.ctx.isWanted === isWanted && !isWanted() && event.preventDefault();
  element.addEventListener('htmx:before:swap', guard);
  try {
    await htmx.ajax('GET', url.pathname + url.search, {
      source: element,
      target: element,
      swap,
      fetch: fetchAndNote,
      live: true,
      isWanted,
    });
  } finally {
    element.removeEventListener('htmx:before:swap', guard);
  }
  return outcome;
}
