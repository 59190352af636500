// Puts the parts of a canvas together; they know each other only through the canvas.
import { CardMaker } from './cards.js';
import { Controls } from './controls.js';
import { gestureOf } from './gestures.js';
import { Hint } from './hint.js';
import { Minimap } from './map.js';
import { Pointer } from './pointer.js';
import { QuickAdd } from './quick-add.js';
import { Scene } from './scene.js';
import { CanvasView } from './view.js';
import { Voice } from './voice.js';

/** `announce(text)` reads aloud; `onMove()` is called whenever the view has moved. */
export function build(canvas, { announce, onMove, signal }) {
  const { store } = canvas;
  const part = (name) => canvas.part(name);
  const voice = new Voice(part('texts'), announce);
  const cards = new CardMaker({ parts: part('parts'), catalogue: store.catalogue, voice });
  const scene = new Scene({ store, cards, voice, layer: part('nodes'), svg: part('edges') });
  const host = part('canvas');
  const view = new CanvasView({ host, layer: part('layer'), dots: part('dots'), onMove });
  const isChosen = (key) => store.selection.nodes.has(key);
  return {
    voice,
    cards,
    scene,
    view,
    hint: new Hint(part('hint'), view),
    pointer: new Pointer({ host, view, choose: (event, target) => gestureOf(canvas, event, target), signal }),
    map: new Minimap({ element: part('map'), scene, view, isChosen, signal }),
    quickAdd: new QuickAdd(canvas, signal),
    controls: new Controls(canvas, signal),
  };
}
