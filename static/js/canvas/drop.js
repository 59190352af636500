// Dragging a new step onto the canvas: the card itself goes with the pointer; over a connection it will split that one.
import { addNode } from '../graph/edits.js';
import { CARD, snap } from './geometry.js';
import { itemOf } from './items.js';

const NEAR_PX = 12; // a line is thin, above all on a small canvas
const AROUND = [
  [0, 0],
  [0, -1],
  [0, 1],
  [-1, 0],
  [1, 0],
].map((way) => way.map((share) => share * NEAR_PX));

/**
 * The gesture of a step from the palette. `what`: {type, taskTemplate}. `done(key | null)` is called once: with the key of
 * the new node, or null when it was called off or let go beside the canvas.
 */
export function dropStep(canvas, what, done) {
  const { store, view } = canvas;
  let ghost = null;
  let edge = null;
  return {
    looks: true,
    start() {
      const preview = addNode(store.graph, store.catalogue, what);
      const node = preview.operations?.find(({ op }) => op === 'addNode').node ?? { key: '', type: what.type };
      ghost = ghostOf(canvas, node);
      document.body.append(ghost);
    },
    move(event) {
      const [x, y] = [event.clientX - (CARD.width / 2) * view.zoom, event.clientY - CARD.portY * view.zoom];
      ghost.style.transform = `translate(${x}px, ${y}px) scale(${view.zoom})`;
      edge?.classList.remove('is-target');
      edge = edgeAt(canvas, event);
      edge?.classList.add('is-target');
      ghost.classList.toggle('is-outside', !isOverCanvas(canvas, event));
    },
    end(event) {
      const onEdge = edge?.dataset.edge;
      this.clear();
      if (!isOverCanvas(canvas, event)) return done(null);
      const [x, y] = view.toCanvas(event.clientX, event.clientY);
      const position = [snap(x - CARD.width / 2), snap(y - CARD.portY)];
      return done(canvas.addStep({ ...what, position, onEdge }, [event.clientX, event.clientY]));
    },
    click() {
      done(null);
    },
    cancel() {
      this.clear();
      done(null);
    },
    clear() {
      ghost?.remove();
      edge?.classList.remove('is-target');
    },
  };
}

function ghostOf(canvas, node) {
  const item = itemOf(node, canvas.store.catalogue, canvas.cards.hasFoot(node));
  const ghost = canvas.cards.make(item);
  canvas.cards.complete(ghost, item);
  ghost.classList.add('canvas-ghost');
  ghost.removeAttribute('data-key');
  ghost.removeAttribute('tabindex');
  ghost.setAttribute('aria-hidden', 'true');
  return ghost;
}

function isOverCanvas(canvas, { clientX, clientY }) {
  const found = document.elementFromPoint(clientX, clientY);
  return Boolean(found && canvas.part('canvas').contains(found));
}

/** The line that is meant: below the pointer, or else near it. The `+` of a line stands for the line; a card hides it. */
function edgeAt(canvas, { clientX, clientY }) {
  for (const [dx, dy] of AROUND) {
    const found = document.elementFromPoint(clientX + dx, clientY + dy);
    if (dx === 0 && dy === 0 && found?.closest('.canvas-node')) return null;
    const id = found?.closest('.canvas-edge, .canvas-edge__add')?.dataset.edge;
    if (id) return canvas.scene.edges.elementOf(id);
  }
  return null;
}
