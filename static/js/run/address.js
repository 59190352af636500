// The addresses of the run page. Pure.

/** The link to what is shown: node version, part of the page, message. `here`: a URL of the run. */
export function linkTo(here, { node, version, tab, hash = '' }) {
  const url = new URL(here.pathname, here.origin);
  if (node) url.searchParams.set('node', node);
  if (version) url.searchParams.set('version', version);
  if (tab && tab !== 'chat') url.searchParams.set('tab', tab);
  url.hash = hash;
  return url.href;
}

/** The address with another part of the page; the node stays. */
export function withTab(here, tab) {
  const url = new URL(here);
  if (tab === 'chat') url.searchParams.delete('tab');
  else url.searchParams.set('tab', tab);
  return url.pathname + url.search + url.hash;
}

/** The address once an artifact was read: it leads to the node version that made it, which is shown. */
export function withoutArtifact(here, { node, version }) {
  const url = new URL(here);
  url.searchParams.delete('artifact');
  url.searchParams.set('node', node);
  url.searchParams.set('version', version);
  return url.pathname + url.search + url.hash;
}

/** The id of the message that an address leads to, or null. */
export function messageOf(hash) {
  return /^#message-([\w-]+)$/.exec(hash)?.[1] ?? null;
}
