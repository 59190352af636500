// The `+` buttons: on the output of a card, and one that appears beside the connection that is pointed at, focused or
// chosen: a press on the line itself chooses it.
// They only ask; the page shows what can be added and answers with `canvas.addStep`.
const STAYS_MS = 300; // on its way from the line to the button a pointer may leave both

export class QuickAdd {
  #canvas;
  #button;
  #id = null;
  #timer = 0;

  constructor(canvas, signal) {
    this.#canvas = canvas;
    this.#button = canvas.part('edge-add');
    if (!this.#button) return;
    const edges = canvas.part('edges');
    const over = ({ target }) => this.#point(target.closest?.('.canvas-edge')?.dataset.edge ?? null);
    for (const name of ['pointerover', 'focusin']) edges.addEventListener(name, over, { signal });
    for (const name of ['pointerout', 'focusout']) edges.addEventListener(name, () => this.#leave(), { signal });
    this.#button.addEventListener('pointerover', () => clearTimeout(this.#timer), { signal });
    this.#button.addEventListener('pointerout', () => this.#leave(), { signal });
    canvas.addEventListener('click', (event) => this.#clicked(event), { signal });
  }

  /** Put the button where its line is now, or where the chosen one is. */
  place() {
    if (!this.#button) return;
    const id = this.#id ?? this.#chosen();
    const point = id && this.#canvas.scene.edges.addPointOf(id);
    this.#button.hidden = !point;
    if (!point) return;
    this.#button.dataset.edge = id;
    this.#button.style.transform = `translate(${point[0]}px, ${point[1]}px)`;
  }

  #clicked({ target }) {
    const button = target.closest('.canvas-add, .canvas-edge__add');
    if (!button) return;
    if (button === this.#button) this.#canvas.askOnEdge(button.dataset.edge);
    else this.#canvas.askForStep({ after: button.closest('.canvas-node').dataset.key }, anchorOf(button));
  }

  #chosen() {
    const { edges, nodes } = this.#canvas.store.selection;
    return edges.size === 1 && nodes.size === 0 ? [...edges][0] : null;
  }

  #point(id) {
    if (!id) return;
    clearTimeout(this.#timer);
    this.#id = id;
    this.place();
  }

  #leave() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#id = null;
      this.place();
    }, STAYS_MS);
  }
}

function anchorOf(element) {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}
