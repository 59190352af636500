import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dotted, readValue, sourceKind, valueAt, withSource, withType } from '../../static/js/inspector/values.js';

test('a value at a path, undefined where nothing is', () => {
  const node = { limits: { tokens: 5 }, inputs: [{ name: 'a' }] };
  assert.equal(valueAt(node, ['limits', 'tokens']), 5);
  assert.equal(valueAt(node, ['inputs', 0, 'name']), 'a');
  assert.equal(valueAt(node, ['inputs', 3, 'name']), undefined);
  assert.equal(valueAt(undefined, ['title']), undefined);
});

test('paths are written as the server writes them', () => {
  assert.equal(dotted(['inputs', 0, 'from']), 'inputs[0].from');
  assert.equal(dotted(['limits', 'tokens']), 'limits.tokens');
  assert.equal(dotted([]), '');
});

test('what an absent key means is left out', () => {
  assert.deepEqual(readValue('line', 'UTC', { usual: 'UTC' }), { value: undefined });
  assert.deepEqual(readValue('line', 'Asia/Tokyo', { usual: 'UTC' }), { value: 'Asia/Tokyo' });
  assert.deepEqual(readValue('set', ['files', 'links'], { usual: ['files', 'links'] }), { value: undefined });
  assert.deepEqual(readValue('flag', true, { usual: true }), { value: undefined });
  assert.deepEqual(readValue('text', ''), { value: '' });
});

test('a number is whole and within its bounds, else nothing is written', () => {
  const bounds = { low: 1, high: 10, usual: 3 };
  assert.deepEqual(readValue('number', '7', bounds), { value: 7 });
  assert.deepEqual(readValue('number', ' 3 ', bounds), { value: undefined });
  for (const raw of ['', '0', '11', '1.5', '-2', 'x', '1e1', '9999999999999']) {
    assert.equal(readValue('number', raw, bounds).fault?.id, 'number', raw);
  }
});

test('faults of lines, links and sets', () => {
  assert.equal(readValue('line', '  ', { required: true }).fault.id, 'empty');
  assert.equal(readValue('link', 'example.org').fault.id, 'link');
  assert.deepEqual(readValue('link', ''), { value: '' });
  assert.deepEqual(readValue('link', 'https://example.org'), { value: 'https://example.org' });
  assert.equal(readValue('set', [], { least: 1 }).fault.id, 'least');
});

test('words are one a line, each once', () => {
  assert.deepEqual(readValue('words', ' main \n\nrelease/*\nmain', { usual: [] }), { value: ['main', 'release/*'] });
  assert.deepEqual(readValue('words', '\n', { usual: [] }), { value: undefined });
});

test('pairs need a name of their own; empty rows are left out', () => {
  const rows = [['ref', 'x'], ['', ''], [' b ', '']]; // prettier-ignore
  assert.deepEqual(readValue('pairs', rows), { value: { ref: 'x', b: '' } });
  assert.equal(readValue('pairs', [['', 'x']]).fault.id, 'pairs');
  assert.equal(readValue('pairs', [['a', 'x'], ['a ', 'y']]).fault.id, 'pairs'); // prettier-ignore
});

test('another source leaves nothing of the one before', () => {
  const input = { name: 'a', type: 'text', from: 'x.y', label: 'A', required: false };
  assert.deepEqual(withSource(input, 'ask', 'usual'), {
    name: 'a',
    type: 'text',
    ask: true,
    default: 'usual',
    label: 'A',
    required: false,
  });
  assert.deepEqual(withSource({ name: 'a', type: 'text', ask: true, default: 'd' }, 'fixed', 'v'), {
    name: 'a',
    type: 'text',
    value: 'v',
  });
  assert.deepEqual(withSource({ name: 'a', type: 'file', from: 'x.y' }, 'ask', 'v'), {
    name: 'a',
    type: 'file',
    ask: true,
  });
  assert.deepEqual(withSource({ name: 'a', type: 'image', from: 'x.y' }, 'fixed', 'v').value, '');
});

test('a value that cannot stand under another type is left out', () => {
  assert.equal(withType({ name: 'a', type: 'text', value: 'v' }, 'file').value, '');
  assert.equal(withType({ name: 'a', type: 'text', value: 'v' }, 'link').value, '');
  assert.equal(withType({ name: 'a', type: 'text', value: 'https://x' }, 'link').value, 'https://x');
  assert.deepEqual(withType({ name: 'a', type: 'text', ask: true, default: 'v' }, 'image'), {
    name: 'a',
    type: 'image',
    ask: true,
  });
  assert.equal(withType({ name: 'a', type: 'link', value: 'https://x' }, 'code').value, 'https://x');
});

test('where a value comes from', () => {
  assert.equal(sourceKind({ from: 'a.b' }), 'reference');
  assert.equal(sourceKind({ ask: true, default: 'x' }), 'ask');
  assert.equal(sourceKind({ value: '' }), 'fixed');
});
