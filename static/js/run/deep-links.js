// Where an address leads inside the page: a message of the conversation, an artifact to read.
import htmx from 'htmx.org';
import { messageOf } from './address.js';

const MARK_MS = 2400;
const PAGES_MAX = 100; // of earlier messages, so that a wrong address ends

/** Follow what the address says, now and when it changes, until `signal` aborts. `page`: the <live-run>. */
export function followAddress(page, signal) {
  addEventListener('hashchange', () => showMessage(page), { signal });
  showMessage(page);
  const { artifact } = page.dataset;
  if (artifact) htmx.ajax('GET', artifact, { source: page, target: '#reader-body', swap: 'innerHTML' });
}

async function showMessage(page) {
  const id = messageOf(location.hash);
  if (!id) return;
  const message = await findMessage(page, `message-${id}`);
  if (!message) return;
  message.tabIndex = -1;
  message.scrollIntoView({ block: 'center' });
  message.focus({ preventScroll: true });
  message.classList.add('is-linked');
  setTimeout(() => message.classList.remove('is-linked'), MARK_MS);
}

/** Fetch earlier messages until it is there. */
async function findMessage(page, id) {
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const found = document.getElementById(id);
    if (found) return found;
    const earlier = page.querySelector('message-log .log__notice [hx-get]');
    if (!earlier) return null;
    const { promise, resolve } = Promise.withResolvers();
    earlier.addEventListener('htmx:finally:request', resolve, { once: true });
    earlier.click();
    await promise;
    if (earlier.isConnected) return null; // it could not be fetched
  }
  return null;
}
