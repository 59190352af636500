// A store for a canvas without an editor (gallery, comparison): the document is a JSON script of the page.
import { EditorStore } from '../graph/store.js';

export function ownStore({ dataset }) {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  return new EditorStore({
    document: read(dataset.document),
    catalogue: read(dataset.catalogue ?? 'catalogue'),
    readOnly: true,
  });
}
