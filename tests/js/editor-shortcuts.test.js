import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { commandOf, commands, isMeant, isTyping } from '../../static/js/editor/shortcuts.js';
import { matches } from '../../static/js/editor/searching.js';
import { publishState, runState } from '../../static/js/editor/publish-state.js';

const press = (key, ...held) => ({
  key,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  shiftKey: held.includes('shift'),
  altKey: held.includes('alt'),
});

/** An element with a tag, and the elements it is inside of. */
const element = (tag, { type = '', inside = [] } = {}) => ({
  tagName: tag.toUpperCase(),
  type,
  closest: (selectors) => (selectors.split(', ').some((one) => inside.includes(one)) ? {} : null),
});

test('keys mean commands, with Ctrl and with Cmd alike', () => {
  assert.equal(commandOf(press('z', 'ctrl')), 'undo');
  assert.equal(commandOf(press('z', 'meta')), 'undo');
  assert.equal(commandOf(press('Z', 'ctrl', 'shift')), 'redo');
  assert.equal(commandOf(press('y', 'ctrl')), 'redo');
  assert.equal(commandOf(press('Backspace')), 'delete');
  assert.equal(commandOf(press('L')), 'tidy');
  assert.equal(commandOf(press('?', 'shift')), 'keys');
  assert.equal(commandOf(press('+', 'shift')), 'zoom-in');
});

test('what the browser or a writing aid wants is left to it', () => {
  for (const event of [press('l', 'ctrl'), press('n', 'ctrl'), press('d', 'ctrl', 'shift'), press('l', 'alt')]) {
    assert.equal(commandOf(event), null);
  }
  assert.equal(commandOf({ ...press('n'), isComposing: true }), null);
  assert.equal(commandOf(press('constructor')), null);
});

test('no command while somebody types', () => {
  const event = press('n');
  for (const typed of [element('input', { type: 'text' }), element('textarea'), element('select')]) {
    assert.ok(isTyping(typed));
    assert.equal(isMeant('search', event, typed), false);
    assert.equal(isMeant('delete', press('Delete'), typed), false);
  }
  assert.equal(isTyping(element('input', { type: 'checkbox' })), false);
  assert.ok(isTyping({ ...element('div'), isContentEditable: true }));
});

test('Ctrl+S is meant everywhere, or the browser would save the page', () => {
  assert.ok(isMeant('save', press('s', 'ctrl'), element('textarea')));
  assert.equal(isMeant('save', press('s'), element('textarea')), false);
});

test('keys belong to the canvas, not to forms, lists and dialogs', () => {
  const event = press('Delete');
  assert.ok(isMeant('delete', event, element('div')));
  assert.ok(isMeant('delete', event, element('body')));
  for (const place of ['dialog', '[popover]', 'node-inspector', 'node-outline', 'problem-panel']) {
    assert.equal(isMeant('delete', event, element('button', { inside: [place] })), false, place);
  }
  assert.ok(isMeant('escape', press('Escape'), element('button', { inside: ['node-inspector'] })));
  assert.equal(isMeant('escape', press('Escape'), element('button', { inside: ['dialog'] })), false);
});

test('the list of keys that people see has every command that a key has', () => {
  const path = new URL('../../templates/workflows/editor/_keys.html', import.meta.url);
  const listed = [...readFileSync(path, 'utf8').matchAll(/data-for="([a-z-]+)"/g)].map((match) => match[1]);
  assert.deepEqual([...new Set(listed)].sort(), commands());
});

test('steps are found by their words in any order, case and width', () => {
  assert.ok(matches('Agent task An agent works', 'TASK agent'));
  assert.ok(matches('Résumé', 'resume'));
  assert.ok(matches('需求分析', '分析'));
  assert.ok(matches('ＣＩ pipeline', 'ci'));
  assert.ok(matches('anything', ''));
  assert.ok(!matches('Agent task', 'agent pipeline'));
});

const facts = { live: 2, hasChanges: true, isSaved: true, problems: [], saveState: 'saved', isPublishing: false };

test('Publish says honestly what it can do', () => {
  const state = (changes) => publishState({ ...facts, ...changes });
  assert.deepEqual([state({}).state, state({}).isOff], ['changed', false]);
  assert.deepEqual([state({ live: null }).state, state({ live: null }).isOff], ['new', false]);
  assert.deepEqual([state({ hasChanges: false }).state, state({ hasChanges: false }).isOff], ['current', true]);
  assert.equal(state({ hasChanges: false, isSaved: false }).state, 'changed');
  assert.equal(state({ isPublishing: true }).isOff, true);
  for (const saveState of ['offline', 'conflict', 'error']) assert.equal(state({ saveState }).isOff, true);
});

test('errors are counted on Publish, warnings are not', () => {
  const [error, warning] = [{ severity: 'error' }, { severity: 'warning' }];
  const found = publishState({ ...facts, problems: [error, warning, error] });
  assert.deepEqual([found.state, found.count, found.words], ['invalid', 2, { count: 2 }]);
  assert.equal(publishState({ ...facts, problems: [warning] }).state, 'changed');
});

test('Run says which version it runs', () => {
  assert.equal(runState({ live: null, hasChanges: true, mayStart: true }).isOff, true);
  assert.equal(runState({ live: 2, hasChanges: true, mayStart: false }).text, 'run.forbidden');
  assert.deepEqual(runState({ live: 2, hasChanges: true, mayStart: true }), {
    text: 'run.older',
    words: { number: 2 },
    isOff: false,
  });
  assert.equal(runState({ live: 2, hasChanges: false, mayStart: true }).text, 'run.current');
});
