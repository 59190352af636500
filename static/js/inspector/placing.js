// Where a popover stands: below what it belongs to, above where there is no room, always inside the window.

const GAP_PX = 4;
const EDGE_PX = 8;
const MIRRORED = ['font', 'letterSpacing', 'lineHeight', 'padding', 'borderWidth', 'textIndent', 'tabSize'];

/** Put an open popover below a rectangle of the window. */
export function placeBelow(popover, { left, top, bottom }) {
  const { offsetWidth: width, offsetHeight: height } = popover;
  const hasRoom = bottom + GAP_PX + height <= innerHeight - EDGE_PX;
  const y = hasRoom ? bottom + GAP_PX : Math.max(EDGE_PX, top - GAP_PX - height);
  const x = Math.max(EDGE_PX, Math.min(left, innerWidth - width - EDGE_PX));
  Object.assign(popover.style, { left: `${x}px`, top: `${y}px` });
}

/** The rectangle of the caret of a text area, in the window. */
export function caretBox(area, caret) {
  const mirror = document.createElement('div');
  const style = getComputedStyle(area);
  for (const name of MIRRORED) mirror.style[name] = style[name];
  Object.assign(mirror.style, {
    position: 'fixed',
    visibility: 'hidden',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    boxSizing: 'border-box',
    inlineSize: `${area.clientWidth}px`,
  });
  const mark = document.createElement('span');
  mark.textContent = '\u200b';
  mirror.append(area.value.slice(0, caret), mark);
  document.body.append(mirror);
  const box = area.getBoundingClientRect();
  const left = box.left + mark.offsetLeft - area.scrollLeft;
  const top = box.top + mark.offsetTop - area.scrollTop;
  const height = mark.offsetHeight;
  mirror.remove();
  return { left, top, bottom: top + height };
}
