// Links of the inspector to pages that begin with what the server has of the draft.

/** Open such a page when that is what is seen here: at once, or after saving. */
export async function openSaved(event, link, { save, say, toast }) {
  if (!save || (!save.isDirty && save.state === 'saved')) return;
  event.preventDefault();
  if (await save.flush()) open(link.href, '_blank', 'noopener');
  else toast(say('publish.why.not-saved'), 'bad');
}
