// What the canvas knows about a node: its place, what its card shows and therefore how large it is.
import { inputsOf, outputsOf } from '../graph/graph.js';
import { isTrigger } from '../graph/ports.js';
import { CARD, cardHeight } from './geometry.js';

/** {key, node, x, y, width, height, inputs, outputs, isTrigger, problems, status, statusWord, mark, element}; marks as `before`. */
export function itemOf(node, catalogue, hasFoot, before = null) {
  const [x, y] = node.position ?? [0, 0];
  const { problems = [], status = null, statusWord = null, mark = null } = before ?? {};
  const item = { key: node.key, x, y, width: CARD.width, problems, status, statusWord, mark, element: null };
  return describe(item, node, catalogue, hasFoot);
}

/** Let an item be that of `node` as it is now. */
export function describe(item, node, catalogue, hasFoot) {
  item.node = node;
  item.inputs = inputsOf(node, catalogue);
  item.outputs = outputsOf(node, catalogue);
  item.isTrigger = isTrigger(node, catalogue);
  item.height = cardHeight({ inputs: item.inputs.length, outputs: item.outputs.length, hasFoot });
  return item;
}
