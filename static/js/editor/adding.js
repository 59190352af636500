// Adding a step from a list: after the selected node where there is one, else in the middle of what is seen.
import { addNode, connectOutput } from '../graph/edits.js';
import { apply } from '../graph/operations.js';

const HALF_CARD = [130, 40]; // canvas units
const ROOM = [272, 128]; // that a card takes, with some air
const STEP = 32;

/** Add a step chosen in the palette: its key, or null when it was refused. */
export function addChosen({ store, canvas }, step) {
  const isTrigger = store.catalogue.types[step.type]?.is_trigger;
  const { nodes } = store.selection;
  const [after] = nodes.size === 1 && !isTrigger ? nodes : [undefined];
  if (after !== undefined) return canvas.addStep({ ...step, after });
  const [x, y] = canvas.viewportCentre();
  return canvas.addStep(placed(store, step, x, y));
}

/**
 * Add a step where the canvas asked for one: behind an output, on an edge, or at a place. The output it was pulled from
 * becomes an input of the new step.
 */
export function addAsked(editor, step, { after, before, onEdge, output, position }) {
  const { store, canvas } = editor;
  const wanted = { ...step, after, before, onEdge, position };
  if (!output) return canvas.addStep(wanted);
  const { operations, key, refusal } = addNode(store.graph, store.catalogue, wanted);
  if (refusal) return canvas.addStep(wanted); // it says why
  const grown = apply(store.graph, operations);
  const wired = connectOutput(grown, store.catalogue, { source: after, output }, { target: key, input: null });
  if (wired.refusal) return canvas.addStep(wanted);
  store.commit([...operations, ...wired.operations], { label: canvas.text('added'), origin: 'editor' });
  store.select({ nodes: [key] });
  canvas.centerOn(key);
  canvas.focusNode(key);
  editor.announce(canvas.text('added', { title: canvas.titleOf(key) }));
  return key;
}

/** The middle of what is seen, or the first free room below it. */
function placed(store, step, x, y) {
  let position = snapped([x - HALF_CARD[0], y - HALF_CARD[1]]);
  const taken = [...store.graph.nodes.values()].map((node) => node.position ?? [0, 0]);
  const isTaken = ([left, top]) => taken.some(([a, b]) => Math.abs(a - left) < ROOM[0] && Math.abs(b - top) < ROOM[1]);
  while (isTaken(position)) position = [position[0], position[1] + STEP];
  return { ...step, position };
}

function snapped(point) {
  return point.map((value) => Math.round(value / 8) * 8);
}
