import assert from 'node:assert/strict';
import test from 'node:test';
import { documentOf, graphOf } from '../../static/js/graph/graph.js';
import { merge } from '../../static/js/graph/merge.js';
import { apply } from '../../static/js/graph/operations.js';
import { documentWith, randomDocument, randomEdit, randomFrom, task } from './graph-support.js';

const [A, B, C] = ['a', 'b', 'c'].map((key) => task(key));
const BASE = documentWith([A, B, C], ['a b', 'b c']);
const titled = (node, title) => ({ ...node, title });

test('nothing changed, and only one side changed', () => {
  const mine = documentWith([titled(A, 'New'), C, task('d')], ['a c']);
  assert.deepEqual(merge(BASE, BASE, BASE), { document: BASE, conflicts: [] });
  assert.deepEqual(merge(BASE, mine, BASE), { document: mine, conflicts: [] });
  assert.deepEqual(merge(BASE, BASE, mine), { document: mine, conflicts: [] });
  assert.deepEqual(merge(BASE, mine, structuredClone(mine)), { document: mine, conflicts: [] });
});

test('changes of different nodes, edges and fields of the head are all kept', () => {
  const mine = { ...documentWith([titled(A, 'Mine'), B, C, task('m')], ['a b', 'b c', 'a c']), name: 'Mine' };
  const theirs = { ...documentWith([A, titled(B, 'Theirs'), task('t')], ['a b']), description: 'Theirs' };
  const { document, conflicts } = merge(BASE, mine, theirs);
  assert.deepEqual(document, {
    ...documentWith([titled(A, 'Mine'), titled(B, 'Theirs'), task('m'), task('t')], ['a b']),
    name: 'Mine',
    description: 'Theirs',
  });
  assert.deepEqual(conflicts, ['c'], 'an edge was hung on a node that the other side took away');
});

test('the same thing changed differently is a conflict, and mine stands', () => {
  const mine = { ...documentWith([titled(A, 'Mine'), B], ['a b']), name: 'Mine' };
  const theirs = { ...documentWith([titled(A, 'Theirs'), B, titled(C, 'Theirs')], ['a b', 'b c']), name: 'Theirs' };
  const { document, conflicts } = merge(BASE, mine, theirs);
  assert.deepEqual(document, mine);
  assert.deepEqual(conflicts, ['head.name', 'a', 'c']);
});

test('both made a node of the same key: each stays, and mine gets a key of its own', () => {
  const mine = documentWith(
    [A, B, C, task('n', { title: 'Mine' }), task('o', { inputs: ['x:text=n.result'] })],
    ['c n', 'n o'],
  );
  const theirs = documentWith([A, B, titled(C, 'T'), task('n', { title: 'Theirs' }), task('n_2')], ['b n']);
  const { document, conflicts } = merge(documentWith([A, B, C]), mine, theirs);
  assert.deepEqual(conflicts, []);
  const expected = [A, B, titled(C, 'T'), task('n', { title: 'Theirs' }), task('n_2')];
  expected.push(task('n_3', { title: 'Mine' }), task('o', { inputs: ['x:text=n_3.result'] }));
  assert.deepEqual(document, documentWith(expected, ['b n', 'c n_3', 'n_3 o']));
});

test('both made the same node: it is there once', () => {
  const mine = documentWith([A, B, C, task('n')], ['a b', 'b c']);
  assert.deepEqual(merge(BASE, mine, structuredClone(mine)), { document: mine, conflicts: [] });
});

test('a new node that reads from one that both made is kept twice too', () => {
  const [mine, theirs] = ['Mine', 'Theirs'].map((title) =>
    documentWith([A, task('m', { title }), task('n', { inputs: ['x:text=m.result'] })], ['m n']),
  );
  const { document, conflicts } = merge(documentWith([A]), mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(
    document.nodes.map(({ key, title, inputs }) => [key, title, inputs?.[0].from]),
    [
      ['a', 'A', undefined],
      ['m', 'Theirs', undefined],
      ['m_2', 'Mine', undefined],
      ['n', 'N', 'm.result'],
      ['n_2', 'N', 'm_2.result'],
    ],
  );
  assert.deepEqual(document.edges, [
    ['m_2', 'n_2'],
    ['m', 'n'],
  ]);
});

test('the order of the fields of a node is no change', () => {
  const turned = Object.fromEntries(Object.entries(A).reverse());
  assert.deepEqual(
    merge(BASE, documentWith([turned, B, C], ['a b', 'b c']), documentWith([titled(A, 'T'), B, C], ['a b', 'b c'])),
    {
      document: documentWith([titled(A, 'T'), B, C], ['a b', 'b c']),
      conflicts: [],
    },
  );
});

test('edges that are a cycle only together are a conflict of their nodes', () => {
  const base = documentWith([A, B, C]);
  const mine = documentWith([A, B, C], ['a b']);
  const theirs = documentWith([A, B, C], ['b a']);
  assert.deepEqual(merge(base, mine, theirs).conflicts, ['a', 'b']);
  const cyclic = documentWith([A, B, C], ['a b', 'b a']);
  assert.deepEqual(merge(cyclic, cyclic, cyclic), { document: cyclic, conflicts: [] });
});

test('random edits of different nodes: both are kept, whoever merges', () => {
  let [merged, changed, clashing] = [0, 0, 0];
  for (let seed = 0; seed < 400; seed += 1) {
    const random = randomFrom(seed);
    const base = randomDocument(random, { most: 10 });
    const [mine, theirs] = [0, 1].map(() => documentOf(edited(random, graphOf(base))));
    const [one, other] = [merge(base, mine, theirs), merge(base, theirs, mine)];
    const twice = madeByBoth(base, mine, theirs);
    if (twice.length) {
      clashing += 1; // whose node has the new key depends on who merges
      if (!one.conflicts.length)
        assert.equal(one.document.nodes.length, countOfAll(base, mine, theirs), `seed ${seed}`);
      continue;
    }
    assert.deepEqual(new Set(one.conflicts), new Set(other.conflicts), `seed ${seed}`);
    if (one.conflicts.length) continue;
    merged += 1;
    assert.deepEqual(one, other, `seed ${seed}`);
    const [before, here, there, both] = [base, mine, theirs, one.document].map(nodesOf);
    for (const key of new Set([...Object.keys(here), ...Object.keys(there), ...Object.keys(before)])) {
      const isMine = JSON.stringify(here[key]) !== JSON.stringify(before[key]);
      assert.deepEqual(both[key], isMine ? here[key] : there[key], `seed ${seed}: ${key}`);
      changed += Number(isMine);
    }
  }
  assert.ok(
    merged > 100 && changed > 100 && clashing > 5,
    `${merged} merged, ${changed} changed, ${clashing} clashing`,
  );
});

function edited(random, graph) {
  let after = graph;
  for (let step = random.below(3); step >= 0; step -= 1)
    after = apply(after, randomEdit(random, after).operations ?? []);
  return after;
}

function nodesOf(document) {
  return Object.fromEntries(document.nodes.map((node) => [node.key, node]));
}

/** Keys under which both made different nodes. */
function madeByBoth(base, mine, theirs) {
  const [before, here, there] = [base, mine, theirs].map(nodesOf);
  const differ = (key) => JSON.stringify(here[key]) !== JSON.stringify(there[key]);
  return Object.keys(here).filter((key) => !(key in before) && key in there && differ(key));
}

/** How many nodes there are when nothing that somebody made is lost and nothing that somebody took away comes back. */
function countOfAll(base, mine, theirs) {
  const [before, here, there] = [base, mine, theirs].map(nodesOf);
  const made = (side) => Object.keys(side).filter((key) => !(key in before));
  const kept = Object.keys(before).filter((key) => key in here && key in there);
  const same = made(here).filter((key) => key in there && !madeByBoth(base, mine, theirs).includes(key));
  return kept.length + made(here).length + made(there).length - same.length;
}
