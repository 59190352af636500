// The text of a message that streams. Its body holds exactly the text so far: whole lines that are far behind in blocks
// that are laid out once, and at the end one text node that grows. Laying out one node of 200,000 characters with each
// piece took 70 to 120 ms (2 busy cores, 2026-11-23).

export const TAIL_CHARS = 8000;

/** How much of the growing end is done with: up to its last end of a line, once it is long. Pure. */
export function settled(tail) {
  return tail.length > TAIL_CHARS ? tail.lastIndexOf('\n') + 1 : 0;
}

/** Add a piece at the end. */
export function appendText(body, piece) {
  const tail = growing(body);
  tail.appendData(piece);
  const done = settled(tail.data);
  if (!done) return;
  const lines = document.createElement('span');
  lines.className = 'message__lines';
  lines.textContent = tail.data.slice(0, done);
  tail.deleteData(0, done);
  tail.before(lines);
}

/** Make the text exactly `text`, keeping what of it is there already. */
export function showText(body, text) {
  const shown = body.textContent;
  if (shown === text && body.lastChild) return;
  if (!text.startsWith(shown)) body.textContent = '';
  appendText(body, text.slice(body.textContent.length));
}

function growing(body) {
  if (body.lastChild?.nodeType !== Node.TEXT_NODE) body.append(document.createTextNode(''));
  return body.lastChild;
}
