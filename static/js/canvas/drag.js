// Choosing and moving cards with a pointer. A drag changes nothing in the store until it ends.
import { moveNodes } from '../graph/edits.js';
import { aligned, boundsOf, between, intersects } from './geometry.js';

/** The gesture that begins on a card: a click chooses it, a drag moves it and what is chosen with it. */
export function dragCards(canvas, key, { adds }) {
  const { scene, store, view } = canvas;
  let places; // key → [x, y] before
  let others;
  let box;
  let from;
  const guides = new Guides(canvas.part('layer'));
  return {
    scrolls: true,
    press(event) {
      from = view.toCanvas(event.clientX, event.clientY);
      canvas.focusNode(key);
      if (!adds && !store.selection.nodes.has(key)) store.select({ nodes: [key] });
    },
    click() {
      if (adds) store.select({ nodes: toggled(store.selection.nodes, key), edges: store.selection.edges });
      else store.select({ nodes: [key] });
    },
    start() {
      if (store.readOnly) return;
      if (!store.selection.nodes.has(key)) store.select({ nodes: adds ? [...store.selection.nodes, key] : [key] });
      const keys = [...store.selection.nodes];
      scene.keep(keys);
      places = new Map(keys.map((one) => [one, [scene.items.get(one).x, scene.items.get(one).y]]));
      box = boundsOf(keys.map((one) => scene.items.get(one)));
      others = [...scene.items.values()].filter((item) => !places.has(item.key) && intersects(item, view.shown()));
      for (const one of keys) scene.elementOf(one)?.classList.add('is-dragged');
    },
    move(event) {
      if (!places) return;
      const [x, y] = view.toCanvas(event.clientX, event.clientY);
      const wanted = { ...box, x: box.x + x - from[0], y: box.y + y - from[1] };
      const found = aligned(wanted, others);
      guides.show(found.lines, view.zoom);
      for (const [one, place] of places) {
        scene.place(one, [place[0] + found.x - box.x, place[1] + found.y - box.y]);
      }
      canvas.moved();
    },
    end() {
      if (!places) return;
      const after = new Map([...places.keys()].map((one) => [one, [scene.items.get(one).x, scene.items.get(one).y]]));
      this.clear();
      const { operations = [] } = moveNodes(store.graph, after);
      store.commit(operations, { label: canvas.voice.text('moved'), origin: 'canvas' });
    },
    cancel() {
      if (!places) return;
      for (const [one, place] of places) scene.place(one, place);
      this.clear();
      canvas.moved();
    },
    clear() {
      guides.show([], 1);
      for (const one of places.keys()) scene.elementOf(one)?.classList.remove('is-dragged');
      scene.keep([]);
    },
  };
}

/** The gesture that begins on the background with Shift: what the rectangle touches is chosen. */
export function marquee(canvas) {
  const { scene, store, view } = canvas;
  const element = document.createElement('div');
  element.className = 'canvas-marquee';
  let from;
  let before;
  return {
    scrolls: true,
    press(event) {
      from = view.toCanvas(event.clientX, event.clientY);
      before = store.selection;
      canvas.focusHost();
    },
    start() {
      canvas.part('layer').append(element);
    },
    move(event) {
      const rect = between(from, view.toCanvas(event.clientX, event.clientY));
      Object.assign(element.style, {
        transform: `translate(${rect.x}px, ${rect.y}px)`,
        width: `${rect.width}px`,
        height: `${rect.height}px`,
        borderWidth: `${1 / view.zoom}px`,
      });
      const touched = [...scene.items.values()].filter((item) => intersects(item, rect));
      store.select({ nodes: touched.map((item) => item.key) });
    },
    end() {
      element.remove();
      canvas.voice.say('chosen', { count: store.selection.nodes.size });
    },
    cancel() {
      element.remove();
      store.select(before);
    },
  };
}

class Guides {
  #layer;
  #lines = { x: line('x'), y: line('y') };

  constructor(layer) {
    this.#layer = layer;
  }

  show(lines, zoom) {
    for (const axis of ['x', 'y']) {
      const found = lines.find((one) => one.axis === axis);
      const element = this.#lines[axis];
      if (!found) {
        element.remove();
        continue;
      }
      const [x, y] = axis === 'x' ? [found.at, found.from] : [found.from, found.at];
      element.style.transform = `translate(${x}px, ${y}px)`;
      element.style[axis === 'x' ? 'height' : 'width'] = `${found.to - found.from}px`;
      element.style[axis === 'x' ? 'width' : 'height'] = `${1 / zoom}px`;
      if (!element.isConnected) this.#layer.append(element);
    }
  }
}

function line(axis) {
  const element = document.createElement('div');
  element.className = `canvas-guide canvas-guide--${axis}`;
  return element;
}

function toggled(keys, key) {
  const all = new Set(keys);
  if (!all.delete(key)) all.add(key);
  return all;
}
