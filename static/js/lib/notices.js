// Notices that lists may have changed. One socket of a page brings them: a run's, where the page has one, else this.
import { LiveSocket } from './live-socket.js';

const NOTICE = 'live:notice';
const ADDRESS = '/ws/live/?mine=1';
let socket = null;

/** Tell everybody in the page that lists may have changed. */
export function announce() {
  document.dispatchEvent(new CustomEvent(NOTICE));
}

/** Call `take` at every notice until `signal` aborts. */
export function onNotice(take, signal) {
  document.addEventListener(NOTICE, take, { signal });
  if (!document.querySelector('live-run')) listen();
}

/** Notices carry no numbers: after a break anything may have changed. */
function listen() {
  if (socket) return;
  let hasBeenLive = false;
  socket = new LiveSocket({
    after: 0,
    url: address,
    onFrame: (frame) => frame.t === 'notice' && announce(),
    onState: (state) => {
      if (state !== 'live') return;
      if (hasBeenLive) announce();
      hasBeenLive = true;
    },
  });
  addEventListener('pageshow', (event) => event.persisted && socket.retryNow());
  socket.open();
}

function address() {
  const url = new URL(ADDRESS, document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}
