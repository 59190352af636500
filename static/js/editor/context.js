// How the parts of the editor find each other: <workflow-editor> provides itself, parts inside it ask for it.
// editor = {host, store, canvas, save, texts, say(id, words), announce(text), toast(text, tone), icon(name), address(path)}

const desks = new WeakMap(); // <workflow-editor> → {promise, resolve}

function deskOf(host) {
  if (!desks.has(host)) {
    const desk = {};
    desk.promise = new Promise((resolve) => (desk.resolve = resolve));
    desks.set(host, desk);
  }
  return desks.get(host);
}

/** Resolves to the editor that `element` is inside of, once it is there. */
export function editorOf(element) {
  const host = element.closest('workflow-editor');
  if (!host) return Promise.reject(new Error('not inside a <workflow-editor>'));
  return deskOf(host).promise;
}

/** Called once by <workflow-editor>. */
export function provideEditor(host, editor) {
  deskOf(host).resolve(editor);
}
