// The bar of the view (zoom out, percent, zoom in, fit) and the background: a click on it takes the choice away.
import { Wheel } from './wheel.js';

export class Controls {
  #percent;
  #shown = '';

  constructor(canvas, signal) {
    this.#percent = canvas.part('percent');
    const acts = { 'zoom-in': () => canvas.zoomIn(), 'zoom-out': () => canvas.zoomOut(), fit: () => canvas.fit() };
    for (const [name, act] of Object.entries(acts)) {
      canvas.querySelector(`[data-view="${name}"]`).addEventListener('click', act, { signal });
    }
    const host = canvas.part('canvas');
    host.addEventListener(
      'click',
      ({ target }) => {
        if (target !== host && target !== canvas.part('glass')) return;
        canvas.hint.hide();
        canvas.focusHost();
        canvas.store.select({});
      },
      { signal },
    );
    const wheel = new Wheel();
    const turned = (event) => slide(canvas.view, wheel, event);
    host.addEventListener('wheel', turned, { signal, capture: true, passive: false });
    host.addEventListener('dblclick', ({ target }) => {
      const key = target.closest('.canvas-node')?.dataset.key;
      if (key) canvas.open(key);
    });
  }

  show(zoom) {
    const text = `${Math.round(zoom * 100)}%`;
    if (text !== this.#shown) this.#percent.firstChild.data = this.#shown = text; // a new text node would restyle the page
  }
}

/** What does not zoom moves the view; zooming is the view's own. */
function slide(view, wheel, event) {
  if (wheel.kindOf(event) === 'zoom') return;
  event.preventDefault();
  event.stopImmediatePropagation();
  view.panBy(-event.deltaX, -event.deltaY);
}
