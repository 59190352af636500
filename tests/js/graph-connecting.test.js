import assert from 'node:assert/strict';
import test from 'node:test';
import { connectNodes, connectOutput, disconnect } from '../../static/js/graph/edits.js';
import { documentOf, graphOf } from '../../static/js/graph/graph.js';
import { apply } from '../../static/js/graph/operations.js';
import { edgeRefusal } from '../../static/js/graph/refusals.js';
import { CATALOGUE, documentWith, task, TYPES } from './graph-support.js';

const A = task('a', { outputs: ['out:text', 'doc:file'] });
const B = task('b', { inputs: ['in:text', 'doc:file'], outputs: ['out:code'] });
const C = task('c', { inputs: ['old:text=a.out'] });
const TRIGGER = { key: 't', type: 'trigger.schedule', title: 'T', position: [0, 0], cron: '0 9 * * *' };

const graphWith = (nodes, ...edges) => graphOf(documentWith(nodes, edges));
const connect = (graph, source, target) => {
  const [from, output] = source.split('.');
  const [to, input = null] = target.split('.');
  return connectOutput(graph, CATALOGUE, { source: from, output }, { target: to, input });
};
const done = (graph, { operations }) => documentOf(apply(graph, operations));

test('port to port gives the edge and nothing else', () => {
  const graph = graphWith([A, B, C], 'a b');
  assert.deepEqual(done(graph, connectNodes(graph, CATALOGUE, 'b', 'c')), documentWith([A, B, C], ['a b', 'b c']));
});

test('row to row writes the reference, and the edge where there is no path', () => {
  const graph = graphWith([A, B, C]);
  const bound = { ...B, inputs: [{ name: 'in', type: 'text', from: 'a.out' }, B.inputs[1]] };
  assert.deepEqual(done(graph, connect(graph, 'a.out', 'b.in')), documentWith([A, bound, C], ['a b']));
  const chain = graphWith([A, B, C], 'a c', 'c b');
  assert.deepEqual(done(chain, connect(chain, 'a.out', 'b.in')), documentWith([A, bound, C], ['a c', 'c b']));
});

test('a reference takes the place of value, question and default, not of label and required', () => {
  const input = { name: 'in', type: 'text', ask: true, default: 'x', label: 'L', required: false };
  const graph = graphWith([A, { ...B, inputs: [input] }]);
  const [, node] = done(graph, connect(graph, 'a.out', 'b.in')).nodes;
  assert.deepEqual(node.inputs, [{ name: 'in', type: 'text', from: 'a.out', label: 'L', required: false }]);
});

test('onto a node: a new input of the type of the output, with a fresh name; the prompt stays', () => {
  const graph = graphWith([A, { ...B, prompt: 'Do it.' }]);
  const result = connect(graph, 'a.doc', 'b');
  const [, node] = done(graph, result).nodes;
  assert.equal(result.input, 'doc_2');
  assert.deepEqual(node.inputs, [...B.inputs, { name: 'doc_2', type: 'file', from: 'a.doc' }]);
  assert.equal(node.prompt, 'Do it.');
});

test('values of a trigger and of a pipeline can be taken', () => {
  const graph = graphWith([TRIGGER, { key: 'p', type: 'pipeline', position: [0, 0] }, B]);
  assert.equal(done(graph, connect(graph, 't.time', 'b.in')).nodes[2].inputs[0].from, 't.time');
  assert.equal(done(graph, connect(graph, 'p.log', 'b.doc')).nodes[2].inputs[1].from, 'p.log');
});

const CASES = [
  ['a cycle says the walk', ['a b', 'b c'], 'c', 'a', 'cycle', { walk: 'A → B → C → A' }],
  ['a direct cycle', ['a b'], 'b', 'a', 'cycle', { walk: 'A → B → A' }],
  ['a node onto itself', [], 'a', 'a', 'self', { source: 'A', target: 'A' }],
  ['an edge that is there', ['a b'], 'a', 'b', 'duplicate', { source: 'A', target: 'B' }],
  ['nothing comes before a trigger', [], 'a', 't', 'trigger', { reason: 'upstream', target: 'T' }],
  ['a node that is gone', [], 'a', 'zzz', 'unknown', { name: 'zzz' }],
];
for (const [name, edges, from, to, code, words] of CASES) {
  test(`port to port is refused: ${name}`, () => {
    const graph = graphWith([A, B, C, TRIGGER], ...edges);
    const { refusal, operations } = connectNodes(graph, CATALOGUE, from, to);
    assert.equal(operations, undefined);
    assert.equal(refusal.code, code);
    assert.deepEqual({ ...refusal.words, ...words }, refusal.words);
    assert.deepEqual(edgeRefusal(graph, CATALOGUE, from, to), { refusal });
  });
}

test('row to row is refused: cycle, self, trigger, unknown node, output and input', () => {
  const graph = graphWith([A, B, C, TRIGGER], 'a b');
  const code = (source, target) => connect(graph, source, target).refusal?.code;
  assert.equal(code('b.out', 'a.in'), 'cycle');
  assert.equal(code('b.out', 'b.in'), 'self');
  assert.equal(code('a.out', 't.x'), 'trigger');
  assert.equal(code('zzz.out', 'b.in'), 'unknown');
  assert.deepEqual(connect(graph, 'a.gone', 'b.in').refusal, { code: 'unknown', words: { name: 'a.gone' } });
  assert.deepEqual(connect(graph, 'a.out', 'b.gone').refusal, { code: 'unknown', words: { name: 'gone' } });
});

test('only text takes another type: code and link', () => {
  for (const wanted of TYPES) {
    for (const given of TYPES) {
      const graph = graphWith([task('a', { outputs: [`o:${given}`] }), task('b', { inputs: [`i:${wanted}`] })]);
      const { refusal } = connect(graph, 'a.o', 'b.i');
      const fits = wanted === given || (wanted === 'text' && ['code', 'link'].includes(given));
      const words = { source: 'A', target: 'B', output: 'o', input: 'i', given, wanted };
      assert.deepEqual(refusal, fits ? undefined : { code: 'type', words });
    }
  }
});

test('the same reference twice is refused; without a path it is mended by the edge alone', () => {
  const graph = graphWith([A, C], 'a c');
  assert.equal(connect(graph, 'a.out', 'c.old').refusal.code, 'duplicate');
  assert.equal(connect(graph, 'a.out', 'c').refusal.words.input, 'old');
  const broken = graphWith([A, C]);
  assert.deepEqual(done(broken, connect(broken, 'a.out', 'c.old')), documentWith([A, C], ['a c']));
  assert.deepEqual(done(broken, connect(broken, 'a.out', 'c')), documentWith([A, C], ['a c']));
});

test('a task template has its inputs: the best free one is bound, none is made', () => {
  const review = { key: 'r', type: 'task', position: [0, 0], task_template: 'code-review' };
  const graph = graphWith([task('a', { outputs: ['diff:text', 'x:code', 'y:image'] }), review]);
  assert.deepEqual(done(graph, connect(graph, 'a.x', 'r')).nodes[1].inputs, [
    { name: 'diff', type: 'code', from: 'a.x' },
  ]);
  assert.equal(connect(graph, 'a.diff', 'r').input, 'style');
  assert.equal(connect(graph, 'a.diff', 'r.diff').refusal.code, 'type');
  assert.equal(connect(graph, 'a.y', 'r').refusal.code, 'type');
  const findings = graphWith([review, B]);
  assert.equal(done(findings, connect(findings, 'r.findings', 'b.doc')).nodes[1].inputs[1].from, 'r.findings');
});

test('a kind without inputs takes no reference', () => {
  const graph = graphWith([A, { key: 'p', type: 'plugin', position: [0, 0] }]);
  assert.equal(connect(graph, 'a.out', 'p').refusal.code, 'type');
});

test('taking an edge away says which references it breaks, however far down', () => {
  const far = task('d', { inputs: ['x:text=a.out', 'y:code=b.out'] });
  const graph = graphWith([A, B, C, far], 'a b', 'b d', 'a c');
  assert.deepEqual(disconnect(graph, 'a→b').broken, [{ key: 'd', input: 'x', from: 'a.out' }]);
  assert.deepEqual(disconnect(graph, ['a', 'c']).broken, [{ key: 'c', input: 'old', from: 'a.out' }]);
  const both = graphWith([A, B, C, far], 'a b', 'b d', 'a c', 'c d');
  assert.deepEqual(disconnect(both, 'a→b').broken, []);
  assert.deepEqual(disconnect(both, 'zzz→b'), { operations: [], broken: [] });
});
