// What the Publish and Run buttons may say. Pure.

/**
 * The Publish button: {state, text (id), words, isOff, count}.
 * `live`: number of the live version or null; `isSaved`: nothing is on its way to the server.
 */
export function publishState({ live, hasChanges, isSaved, problems, saveState, isPublishing }) {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (isPublishing) return off('publishing', 'publish.publishing');
  if (saveState === 'conflict') return off('blocked', 'publish.conflict');
  if (saveState === 'offline') return off('blocked', 'publish.offline');
  if (saveState === 'error') return off('blocked', 'publish.not-saved');
  if (errors) return { ...on('invalid', 'publish.invalid', { count: errors }), count: errors }; // the dialog lists them
  if (live !== null && isSaved && !hasChanges) return off('current', 'publish.current', { number: live });
  if (live === null) return on('new', 'publish.first');
  return on('changed', 'publish.changes', { number: live });
}

/** What a run started here would execute: {text (id), words, isOff}. */
export function runState({ live, hasChanges, mayStart }) {
  if (!mayStart) return { text: 'run.forbidden', words: {}, isOff: true };
  if (live === null) return { text: 'run.unpublished', words: {}, isOff: true };
  return { text: hasChanges ? 'run.older' : 'run.current', words: { number: live }, isOff: false };
}

function off(state, text, words = {}) {
  return { state, text, words, isOff: true, count: 0 };
}

function on(state, text, words = {}) {
  return { state, text, words, isOff: false, count: 0 };
}
