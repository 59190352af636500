// Where an address leads inside the page: a message of the conversation, an artifact to read.
import htmx from 'htmx.org';
import { messageOf, withoutArtifact } from './address.js';

const MARK_MS = 2400;

/** Follow what the address says, now and when it changes, until `signal` aborts. `page`: the <live-run>. */
export function followAddress(page, signal) {
  addEventListener('hashchange', () => showMessage(page), { signal });
  showMessage(page);
  showArtifact(page, signal);
}

function showArtifact(page, signal) {
  const { artifact } = page.dataset;
  if (!artifact) return;
  const closed = () => {
    const { node, version } = page.querySelector('#node-panel').dataset;
    history.replaceState(history.state, '', withoutArtifact(location.href, { node, version }));
  };
  document.querySelector('reader-dialog dialog').addEventListener('close', closed, { once: true, signal });
  htmx.ajax('GET', artifact, { source: page, target: '#reader-body', swap: 'innerHTML' });
}

async function showMessage(page) {
  const id = messageOf(location.hash);
  if (!id) return;
  const message = await page.querySelector('message-log').reveal(id);
  if (!message) return document.querySelector('toast-list').add(page.dataset.unfound, 'work');
  message.tabIndex = -1;
  message.scrollIntoView({ block: 'center' });
  message.focus({ preventScroll: true });
  message.classList.add('is-linked');
  setTimeout(() => message.classList.remove('is-linked'), MARK_MS);
}
