import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completed, matches, openPlace, unknownNames } from '../../static/js/inspector/placeholders.js';

/** The text and the caret of a text with a | where the caret is. */
function at(marked) {
  return [marked.replace('|', ''), marked.indexOf('|')];
}

test('a place is open between its braces and what is typed', () => {
  assert.deepEqual(openPlace(...at('See {{|')), { start: 4, query: '' });
  assert.deepEqual(openPlace(...at('See {{ an|')), { start: 4, query: 'an' });
  assert.deepEqual(openPlace(...at('{{ 需求|')), { start: 0, query: '需求' });
  for (const text of ['See {|', '{{ a }}|', '{{ a b|', 'plain|', '{{ a }} and|', '{{\n|', '|{{ a']) {
    assert.equal(openPlace(...at(text)), null, text);
  }
});

test('completing fills the place and goes behind it', () => {
  const cases = {
    'See {{an| now': 'See {{ analysis }}| now',
    'See {{ an|alysis }} now': 'See {{ analysis }}| now',
    '{{|}}': '{{ analysis }}|',
    '{{ a| }} {{ b }}': '{{ analysis }}| {{ b }}',
    'no place|': 'no place{{ analysis }}|',
  };
  for (const [before, after] of Object.entries(cases)) {
    const { text, caret } = completed(...at(before), 'analysis');
    assert.equal(`${text.slice(0, caret)}|${text.slice(caret)}`, after, before);
  }
});

test('unknown names are those that no input has, each once', () => {
  assert.deepEqual(unknownNames('{{ a }} {{b}} {{ c }} {{ b }} {{ not a name }}', ['a']), ['b', 'c']);
  assert.deepEqual(unknownNames('', []), []);
});

test('an offer answers when every word is somewhere in it', () => {
  assert.ok(matches('', 'anything'));
  assert.ok(matches('des file', 'The Design', 'file'));
  assert.ok(!matches('des link', 'The Design', 'file'));
});
