// Whether a person is in the middle of something in a node's panel: then following the run must not take it away.

const FIELDS = 'textarea, select, input:not([type="hidden"], [type="button"], [type="submit"])';

/** Say whether somebody writes, chooses, reads in a dialog, has a form or menu open, or has text selected. */
export function isOccupied(panel, page = document) {
  if (page.querySelector('dialog[open]')) return true;
  if (panel.querySelector('message-composer')?.hasText) return true;
  if (panel.querySelector('details[open] form, [popover]:popover-open')) return true;
  const focused = page.activeElement;
  if (focused && panel.contains(focused) && focused.matches(FIELDS)) return true;
  const selection = page.getSelection();
  return selection !== null && !selection.isCollapsed && panel.contains(selection.anchorNode);
}
