// What a press on the canvas begins. Null: the view pans, or a button does its own thing.
import { connect, portAt } from './connect.js';
import { dragCards, marquee } from './drag.js';

export function gestureOf(canvas, event, target) {
  if (target.closest('button')) return null;
  canvas.hint.hide();
  const port = target.closest('.canvas-port');
  const node = target.closest('.canvas-node');
  const edge = target.closest('.canvas-edge');
  const adds = event.shiftKey || event.ctrlKey || event.metaKey;
  if (port && !canvas.store.readOnly) return connect(canvas, portAt(canvas, port, event));
  if (node) return dragCards(canvas, node.dataset.key, { adds });
  if (edge) return chooseEdge(canvas, edge.dataset.edge, adds);
  if (event.shiftKey && event.pointerType !== 'touch') return marquee(canvas);
  return null;
}

function chooseEdge({ store, scene }, id, adds) {
  return {
    click() {
      const { nodes, edges } = store.selection;
      store.select(adds ? { nodes, edges: toggled(edges, id) } : { edges: [id] });
      if (!store.readOnly) scene.edges.elementOf(id)?.focus({ preventScroll: true });
    },
  };
}

function toggled(ids, id) {
  const all = new Set(ids);
  if (!all.delete(id)) all.add(id);
  return all;
}
