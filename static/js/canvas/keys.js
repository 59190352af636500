// The keyboard on the canvas itself: arrows move what is chosen, Enter opens, Tab follows the graph. Everything else
// (Delete, undo, copy …) is the page's (`shortcuts.js`).
import { moveNodes } from '../graph/edits.js';
import { GRID } from './geometry.js';

const FAST = 5 * GRID;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const SILENT = new Set(['Shift', 'Control', 'Alt', 'Meta', ' ', 'Escape']); // may go with the use of a pointer

export function listenToKeys(canvas, signal) {
  const host = canvas.part('canvas');
  // A press is not followed by a mouse event here, so the browser cannot tell on its own what the focus came from.
  host.addEventListener('pointerdown', () => point(canvas, true), { signal, capture: true });
  window.addEventListener('keydown', ({ key }) => SILENT.has(key) || point(canvas, false), { signal, capture: true });
  host.addEventListener('keydown', (event) => pressed(canvas, event), { signal });
  host.addEventListener('focusin', (event) => focused(canvas, event), { signal });
}

function point(canvas, is) {
  canvas.isPointed = is;
  canvas.part('canvas').classList.toggle('is-pointed', is);
}

function pressed(canvas, event) {
  const node = event.target.closest('.canvas-node');
  const edge = event.target.closest('.canvas-edge');
  if (event.target.closest('button') || event.altKey) return;
  const isHandled =
    (ARROWS[event.key] && node && move(canvas, node.dataset.key, event)) ||
    (event.key === 'Enter' && open(canvas, node, edge)) ||
    (event.key === ' ' && event.ctrlKey && node && toggle(canvas, node.dataset.key)) ||
    (event.key === 'Tab' && node && canvas.scene.isCulling && step(canvas, node.dataset.key, event.shiftKey ? -1 : 1));
  if (!isHandled) return;
  event.preventDefault();
  event.stopPropagation();
}

function move({ store, scene, view, voice }, key, event) {
  if (store.readOnly || event.ctrlKey || event.metaKey) return false;
  if (!store.selection.nodes.has(key)) store.select({ nodes: [key] });
  const [dx, dy] = ARROWS[event.key].map((direction) => direction * (event.shiftKey ? FAST : GRID));
  const places = [...store.selection.nodes].map((one) => {
    const item = scene.items.get(one);
    return [one, [item.x + dx, item.y + dy]];
  });
  const { operations = [] } = moveNodes(store.graph, new Map(places));
  store.commit(operations, { label: voice.text('moved'), mergeKey: 'nudge', origin: 'canvas' });
  view.reveal(scene.items.get(key));
  return true;
}

function open(canvas, node, edge) {
  if (node) canvas.open(node.dataset.key);
  else if (edge && !canvas.store.readOnly) canvas.askOnEdge(edge.dataset.edge);
  return Boolean(node || edge);
}

function toggle({ store }, key) {
  const nodes = new Set(store.selection.nodes);
  if (!nodes.delete(key)) nodes.add(key);
  store.select({ nodes, edges: store.selection.edges });
  return true;
}

/** On a large graph the next card may not be in the page yet. */
function step(canvas, key, by) {
  const { order } = canvas.scene;
  const next = order[order.indexOf(key) + by];
  if (!next) return false;
  canvas.scene.ensure(next);
  canvas.scene.elementOf(next).focus({ preventScroll: true });
  return true;
}

/** What the keyboard reaches is chosen, so that the keys of the page act on it, and is brought into view. */
function focused(canvas, { target }) {
  const { store, scene, view } = canvas;
  const key = target.closest('.canvas-node')?.dataset.key;
  if (key) scene.ensure(key);
  if (canvas.isPointed || !target.matches(':focus-visible')) return;
  const id = target.closest('.canvas-edge')?.dataset.edge;
  if (key) {
    if (!store.selection.nodes.has(key)) store.select({ nodes: [key] });
    view.reveal(scene.items.get(key));
  } else if (id) {
    if (!store.selection.edges.has(id)) store.select({ edges: [id] });
    const [x, y] = scene.edges.middleOf(id);
    view.reveal({ x, y, width: 0, height: 0 });
  }
}
