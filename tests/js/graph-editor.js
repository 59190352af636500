// A small editor that tests of history and store type into.

import { setField } from '../../static/js/graph/edits.js';
import { EditorStore } from '../../static/js/graph/store.js';
import { CATALOGUE, documentWith, task } from './graph-support.js';

export const DOCUMENT = documentWith([task('a'), task('b')], ['a b']);

/** An editor of two tasks with a clock of its own, and what its listeners hear. */
export function editor(options = {}) {
  const clock = { ms: 0 };
  const store = new EditorStore({ document: DOCUMENT, catalogue: CATALOGUE, now: () => clock.ms, ...options });
  const heard = [];
  for (const name of ['change', 'selection', 'problems', 'history', 'replaced']) {
    store.addEventListener(name, (event) => heard.push([name, event.detail]));
  }
  const set = (path, value) => store.commit(setField(store.graph, 'a', path, value).operations, { mergeKey: 'set' });
  const type = (text, after = 100, mergeKey = 'a:prompt') => {
    clock.ms += after;
    return store.commit(setField(store.graph, 'a', ['prompt'], text).operations, { mergeKey, label: 'Prompt' });
  };
  const prompt = () => store.graph.nodes.get('a').prompt;
  return { store, heard, clock, set, type, prompt };
}
