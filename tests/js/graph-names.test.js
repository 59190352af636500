import assert from 'node:assert/strict';
import test from 'node:test';
import * as edits from '../../static/js/graph/edits.js';
import { documentOf, graphOf } from '../../static/js/graph/graph.js';
import { freshKey, freshName, isName, namesIn, renamedIn } from '../../static/js/graph/naming.js';
import { apply, invert } from '../../static/js/graph/operations.js';
import { documentWith, task } from './graph-support.js';

const A = task('a', { outputs: ['out:text', 'doc:file'] });
const B = task('b', {
  inputs: ['x:text=a.out', 'y:text=a.out', 'z:file=a.doc'],
  prompt: 'Use {{ x }}, {{x}} and {{ y }}; not {{ xx }}, { x } or {{ x.y }}.',
});
const graph = graphOf(documentWith([A, B, task('c', { inputs: ['x:text=a.out'] })], ['a b', 'b c']));
const after = ({ operations }) => apply(graph, operations);
const isUndone = ({ operations }) =>
  assert.equal(
    JSON.stringify(documentOf(apply(apply(graph, operations), invert(operations)))),
    JSON.stringify(documentOf(graph)),
  );

test('renaming an input rewrites its places in the prompt and nothing else', () => {
  const renamed = edits.renameInput(graph, 'b', 'x', '需求');
  const node = after(renamed).nodes.get('b');
  assert.equal(node.prompt, 'Use {{ 需求 }}, {{需求}} and {{ y }}; not {{ xx }}, { x } or {{ x.y }}.');
  assert.deepEqual(
    node.inputs.map((input) => input.name),
    ['需求', 'y', 'z'],
  );
  assert.equal(after(renamed).nodes.get('c'), graph.nodes.get('c'));
  isUndone(renamed);
});

test('renaming an input rewrites the parameters of a pipeline', () => {
  const pipeline = { key: 'p', type: 'pipeline', job: '{{ i }}', parameters: { one: '{{ i }}-{{ j }}', two: '1' } };
  const before = graphOf(documentWith([{ ...pipeline, inputs: [{ name: 'i', type: 'text', ask: true }] }]));
  const node = apply(before, edits.renameInput(before, 'p', 0, 'k').operations).nodes.get('p');
  assert.deepEqual(node.parameters, { one: '{{ k }}-{{ j }}', two: '1' });
  assert.equal(node.job, '{{ i }}');
});

test('renaming an output repairs every reference to it', () => {
  const renamed = edits.renameOutput(graph, 'a', 'out', 'summary');
  assert.deepEqual(renamed.repaired, [
    { key: 'b', input: 'x', from: 'a.out' },
    { key: 'b', input: 'y', from: 'a.out' },
    { key: 'c', input: 'x', from: 'a.out' },
  ]);
  const inputs = [...after(renamed).nodes.values()].flatMap((node) => node.inputs ?? []);
  assert.deepEqual(
    inputs.map((input) => input.from),
    ['a.summary', 'a.summary', 'a.doc', 'a.summary'],
  );
  isUndone(renamed);
});

test('a name is refused: not a name, taken, of something that is not there; the same name is nothing to do', () => {
  assert.deepEqual(edits.renameInput(graph, 'b', 'x', 'two words').refusal, {
    code: 'name',
    words: { name: 'two words' },
  });
  assert.equal(edits.renameInput(graph, 'b', 'x', '').refusal.code, 'name');
  assert.equal(edits.renameInput(graph, 'b', 'x', 'y').refusal.code, 'duplicate');
  assert.equal(edits.renameOutput(graph, 'a', 'out', 'doc').refusal.code, 'duplicate');
  assert.equal(edits.renameInput(graph, 'b', 'gone', 'w').refusal.code, 'unknown');
  assert.equal(edits.renameOutput(graph, 'zzz', 'out', 'w').refusal.code, 'unknown');
  assert.equal(edits.renameOutput(graph, 'a', 7, 'w').refusal.code, 'unknown');
  assert.deepEqual(edits.renameInput(graph, 'b', 'x', 'x').operations, []);
  assert.deepEqual(edits.renameOutput(graph, 'a', 'out', 'out').repaired, []);
});

test('a new input is asked at start, or has the source that is given; names stay apart', () => {
  const asked = edits.addInput(graph, 'b');
  assert.deepEqual(after(asked).nodes.get('b').inputs.at(-1), { name: 'input', type: 'text', ask: true });
  const bound = edits.addInput(graph, 'b', { name: 'x', type: 'file', from: 'a.doc' });
  assert.equal(bound.name, 'x_2');
  assert.deepEqual(after(bound).nodes.get('b').inputs.at(-1), { name: 'x_2', type: 'file', from: 'a.doc' });
  assert.equal(edits.addInput(graph, 'b', { name: '1' }).refusal.code, 'name');
  assert.equal(edits.addOutput(graph, 'zzz').refusal.code, 'unknown');
  assert.deepEqual(after(edits.addOutput(graph, 'a')).nodes.get('a').outputs.at(-1), { name: 'result', type: 'text' });
});

test('removing an output names the references it breaks; the last of a list leaves no empty list', () => {
  const removed = edits.removeOutput(graph, 'a', 'doc');
  assert.deepEqual(removed.broken, [{ key: 'b', input: 'z', from: 'a.doc' }]);
  assert.equal(after(removed).nodes.get('b').inputs[2].from, 'a.doc');
  isUndone(removed);
  const last = edits.removeInput(graph, 'c', 'x');
  assert.equal('inputs' in after(last).nodes.get('c'), false);
  isUndone(last);
  assert.equal(edits.removeOutput(graph, 'a', 'gone').refusal.code, 'unknown');
});

test('fresh keys are keys, whatever is wanted', () => {
  const taken = graphOf(documentWith([task('task'), task('task_2'), task('a'.repeat(40))]));
  const wanted = {
    task: 'task_3',
    task_2: 'task_3',
    'Über-Prüfung 2!': 'uber_prufung_2',
    '3 steps': 'steps',
    需求: 'step',
    '': 'step',
  };
  for (const [word, key] of Object.entries(wanted)) assert.equal(freshKey(taken, word), key);
  assert.equal(freshKey(taken, 'a'.repeat(60)), `${'a'.repeat(38)}_2`);
  assert.equal(freshKey(taken, `${'b'.repeat(39)}_c`), 'b'.repeat(39));
  assert.equal(freshKey(taken, 'new', new Set(['new'])), 'new_2');
  for (const word of ['x-', '_', '9', 'É', '$a$']) assert.match(freshKey(taken, word), /^[a-z][a-z0-9_]{0,39}$/, word);
});

test('names are those of the server: letters of any script first, at most 40', () => {
  for (const name of ['a', '需求', 'näme', 'x-1_2', 'Ⅷ', '𠮷'.repeat(40)]) assert.ok(isName(name), name);
  for (const name of ['', '1', '_a', '-a', 'a b', 'a.b', 'a\n', '𠮷'.repeat(41)]) assert.ok(!isName(name), name);
  assert.equal(freshName(['a', 'a_2'], 'a'), 'a_3');
  assert.equal(freshName(['value'], 'not a name'), 'value_2');
  assert.ok(isName(freshName(['𠮷'.repeat(40)], '𠮷'.repeat(40))));
});

test('names in a text', () => {
  assert.deepEqual(namesIn('{{ b }} {{a}} {{ b }} {{ a.b }} {{}} {{\n}}'), ['b', 'a']);
  assert.equal(renamedIn('{{ $1 }} {{ a }}', 'a', '$&'), '{{ $1 }} {{ $& }}');
});
