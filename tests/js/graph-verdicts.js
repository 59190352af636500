// What the editor's graph says about documents that a test of the server sends: JSON in, JSON out.
// {catalogue, cases: [{document, tries}], words} → {verdicts, graphs, edited, words}; see tests/workflows/test_editor_agrees.py.

import { readFileSync } from 'node:fs';
import { connectNodes, connectOutput } from '../../static/js/graph/edits.js';
import { ancestorsOf, documentOf, graphOf, orderOf, outputsOf } from '../../static/js/graph/graph.js';
import { freshKey, isName, namesIn } from '../../static/js/graph/naming.js';
import { apply } from '../../static/js/graph/operations.js';
import { randomEdit, randomFrom } from './graph-support.js';

const STEPS = 30;
const { catalogue, cases, words } = JSON.parse(readFileSync(0, 'utf8'));

/** A try is [a, b] for an edge or [source, output, target, input] for a reference. */
function verdict(graph, ends) {
  const [source, output, target, input] = ends;
  const { operations, refusal } =
    ends.length === 2
      ? connectNodes(graph, catalogue, ...ends)
      : connectOutput(graph, catalogue, { source, output }, { target, input });
  return refusal ? { code: refusal.code } : { code: null, document: documentOf(apply(graph, operations)) };
}

function known(graph) {
  const nodes = [...graph.nodes.values()];
  return {
    order: orderOf(graph),
    ancestors: Object.fromEntries(nodes.map(({ key }) => [key, [...ancestorsOf(graph, key)].sort()])),
    outputs: Object.fromEntries(nodes.map((node) => [node.key, outputsOf(node, catalogue).map(({ name }) => name)])),
  };
}

function edited(graph, seed) {
  const random = randomFrom(seed);
  let after = graph;
  for (let step = 0; step < STEPS; step += 1) {
    after = apply(after, randomEdit(random, after, { catalogue, isShaped: true }).operations ?? []);
  }
  return documentOf(after);
}

const graphs = cases.map(({ document }) => graphOf(document));
const answer = {
  verdicts: cases.map(({ tries }, number) => tries.map((ends) => verdict(graphs[number], ends))),
  graphs: graphs.map(known),
  edited: graphs.map(edited),
  words: words.map((word) => ({
    isName: isName(word),
    fresh: freshKey(graphs[0], word),
    names: namesIn(`{{ ${word} }} {{${word}}}`),
  })),
};
process.stdout.write(JSON.stringify(answer));
