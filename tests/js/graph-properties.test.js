import assert from 'node:assert/strict';
import test from 'node:test';
import { copied, pasted, removeSelection, renameOutput } from '../../static/js/graph/edits.js';
import { ancestorsOf, cyclicKeys, descendantsOf, documentOf, graphOf, hasPath } from '../../static/js/graph/graph.js';
import { apply, invert } from '../../static/js/graph/operations.js';
import { EditorStore } from '../../static/js/graph/store.js';
import { CATALOGUE, randomDocument, randomEdit, randomFrom } from './graph-support.js';

const SEQUENCES = 400;
const STEPS = 25;

/** Exactly: the order of nodes, edges and fields counts. */
function text(document) {
  return JSON.stringify(document);
}

test('a document that becomes a graph and a document again is the same', () => {
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const document = randomDocument(randomFrom(seed), { cyclic: seed % 2 === 1 });
    assert.equal(text(documentOf(graphOf(document))), text(document), `seed ${seed}`);
  }
});

test('random edits: undoing all returns to the exact start, redoing all to the exact end, nothing is changed in place', () => {
  let done = 0;
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const random = randomFrom(seed);
    const document = deepFrozen(randomDocument(random));
    const clock = { now: 0 };
    const store = new EditorStore({ document, catalogue: CATALOGUE, now: () => clock.now });
    const start = text(document);
    for (let step = 0; step < STEPS; step += 1) {
      clock.now += random.pick([10, 5000]);
      const { operations, refusal } = randomEdit(random, store.graph);
      assert.ok((operations === undefined) !== (refusal === undefined), `seed ${seed}: an edit answers one of both`);
      const mergeKey = random.pick([null, 'typing']);
      done += Number(operations !== undefined && store.commit(deepFrozen(operations), { mergeKey }));
      if (random.chance(0.1)) store.undo();
      if (random.chance(0.1)) store.redo();
      assert.equal(text(documentOf(store.graph)), text(store.document()));
    }
    while (store.redo());
    const end = text(store.document());
    while (store.undo());
    assert.equal(text(store.document()), start, `seed ${seed}`);
    while (store.redo());
    assert.equal(text(store.document()), end, `seed ${seed}`);
  }
  assert.ok(done > SEQUENCES * STEPS * 0.3, `${done} edits did something`);
});

test('random edits never make a cycle, a double edge, an edge into a trigger, an edge without its nodes or a second trigger', () => {
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const random = randomFrom(seed + 1e6);
    let graph = graphOf(randomDocument(random));
    for (let step = 0; step < STEPS; step += 1) graph = apply(graph, randomEdit(random, graph).operations ?? []);
    const triggers = [...graph.nodes.values()].filter((node) => node.type.startsWith('trigger.'));
    assert.deepEqual(cyclicKeys(graph), [], `seed ${seed}`);
    assert.ok(triggers.length <= 1, `seed ${seed}`);
    for (const [id, [a, b]] of graph.edges) {
      assert.equal(id, `${a}→${b}`);
      assert.ok(graph.nodes.has(a) && graph.nodes.has(b) && triggers[0]?.key !== b, `seed ${seed}: ${id}`);
    }
  }
});

test('each single edit is taken back by its inverse', () => {
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const random = randomFrom(seed + 2e6);
    const graph = graphOf(randomDocument(random, { most: 12 }));
    const { operations = [] } = randomEdit(random, graph);
    const after = apply(graph, operations);
    assert.equal(text(documentOf(apply(after, invert(operations)))), text(documentOf(graph)), `seed ${seed}`);
    assert.deepEqual(invert(invert(operations)), operations);
  }
});

test('what is known about paths stays right through every edit', () => {
  for (let seed = 0; seed < SEQUENCES / 4; seed += 1) {
    const random = randomFrom(seed + 3e6);
    let graph = graphOf(randomDocument(random, { cyclic: true }));
    for (let step = 0; step < STEPS; step += 1) {
      graph = apply(graph, randomEdit(random, graph).operations ?? []);
      const fresh = graphOf(documentOf(graph));
      for (const key of graph.nodes.keys()) {
        assert.deepEqual(ancestorsOf(graph, key), ancestorsOf(fresh, key), `seed ${seed}`);
        const below = [...graph.nodes.keys()].filter((other) => hasPath(graph, key, other));
        assert.deepEqual(new Set(below), descendantsOf(fresh, key), `seed ${seed}`);
      }
    }
  }
});

test('what a removal breaks is what had a path before and has none after, no more and no less', () => {
  let found = 0;
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const random = randomFrom(seed + 5e6);
    const graph = graphOf(randomDocument(random, { most: 12, cyclic: seed % 4 === 0 }));
    const nodes = [...graph.nodes.keys()].filter(() => random.chance(0.15));
    const edges = [...graph.edges.keys()].filter(() => random.chance(0.15));
    const { operations, broken } = removeSelection(graph, { nodes, edges });
    const after = graphOf(documentOf(apply(graph, operations)));
    const isBroken = ({ key, from }) => {
      const source = from.split('.')[0];
      return hasPath(graph, source, key) && !hasPath(after, source, key);
    };
    assert.deepEqual(broken, referencesOf(after).filter(isBroken), `seed ${seed}`);
    found += broken.length;
  }
  assert.ok(found > 50, `${found} broken references`);
});

test('renaming an output leaves every reference as good or bad as it was', () => {
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const graph = graphOf(randomDocument(randomFrom(seed + 6e6)));
    const key = [...graph.nodes.values()].find((node) => node.outputs)?.key;
    if (!key) continue;
    const [{ name }] = graph.nodes.get(key).outputs;
    const { operations, repaired } = renameOutput(graph, key, name, 'renamed');
    const after = apply(graph, operations);
    const fits =
      (where) =>
      ({ from }) =>
        where.nodes.get(key).outputs.some((output) => `${key}.${output.name}` === from);
    const [before, now] = [graph, after].map((where) => referencesOf(where).filter(fits(where)).length);
    assert.equal(now, before, `seed ${seed}`);
    assert.equal(referencesOf(after).filter(({ from }) => from === `${key}.renamed`).length, repaired.length);
  }
});

test('pasting never repeats a key, keeps what lies inside, and leaves no reference without a source', () => {
  let copies = 0;
  for (let seed = 0; seed < SEQUENCES; seed += 1) {
    const random = randomFrom(seed + 4e6);
    const [from, into] = [graphOf(randomDocument(random)), graphOf(randomDocument(random))];
    const keys = [...from.nodes.keys()].filter(() => random.chance(0.6));
    const { operations, keys: fresh, refusal } = pasted(into, copied(from, keys), null, CATALOGUE);
    if (refusal) continue;
    copies += fresh.length;
    const after = apply(into, operations);
    assert.equal(after.nodes.size, into.nodes.size + fresh.length, `seed ${seed}`);
    for (const key of fresh) {
      assert.ok(!into.nodes.has(key));
      for (const input of after.nodes.get(key).inputs ?? []) {
        const isBetween = input.from && fresh.includes(input.from.split('.')[0]);
        assert.ok(input.ask || isBetween || ancestorsOf(after, key).has(input.from.split('.')[0]), `seed ${seed}`);
      }
    }
    assert.deepEqual([...into.nodes], [...after.nodes].slice(0, into.nodes.size), 'what was there is untouched');
  }
  assert.ok(copies > SEQUENCES, `${copies} copies`);
});

function referencesOf(graph) {
  const inputs = [...graph.nodes.values()].flatMap(({ key, inputs = [] }) => inputs.map((input) => [key, input]));
  return inputs.filter(([, { from }]) => from).map(([key, { name, from }]) => ({ key, input: name, from }));
}

function deepFrozen(value) {
  if (value && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
}
