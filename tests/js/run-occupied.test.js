import assert from 'node:assert/strict';
import test from 'node:test';
import { isOccupied } from '../../static/js/run/occupied.js';

/** A page and a panel in it, as far as they are asked: `open` are the selectors that find something. */
function world({ open = [], text = false, field = null, selected = null } = {}) {
  const inside = { name: 'inside the panel', matches: (selector) => selector.includes(field) };
  const find = (selector) => (open.some((one) => selector.includes(one)) ? {} : null);
  const panel = {
    contains: (node) => node === inside,
    querySelector: (selector) => (selector === 'message-composer' ? { hasText: text } : find(selector)),
  };
  const page = {
    querySelector: find,
    activeElement: field ? inside : null,
    getSelection: () => ({ isCollapsed: !selected, anchorNode: selected === 'here' ? inside : {} }),
  };
  return [panel, page];
}

const is = (how) => isOccupied(...world(how));

test('nobody is occupied by looking', () => {
  assert.ok(!is({}));
});

test('an open dialog, form or menu, written words and a field in use hold the page', () => {
  assert.ok(is({ open: ['dialog[open]'] }));
  assert.ok(is({ open: ['details[open] form'] }));
  assert.ok(is({ open: [':popover-open'] }));
  assert.ok(is({ text: true }));
  assert.ok(is({ field: 'textarea' }));
});

test('a button that has the focus does not: it was pressed', () => {
  assert.ok(!is({ field: 'button,' }));
});

test('text that is being selected in the panel holds it, text of elsewhere does not', () => {
  assert.ok(is({ selected: 'here' }));
  assert.ok(!is({ selected: 'elsewhere' }));
});
