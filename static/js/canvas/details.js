// How much of a card is in the page. Where there are many, only those in the view get what is inside of them, the ones in
// the middle first and a few in each frame: styling and laying out a card takes 0.6 ms, so that all 300 at once were a jump
// of 350 ms where the level of detail changed.
import { intersects } from './geometry.js';

const ALL_AT_ONCE = 40; // up to so many cards everything is done in one go
const MARGIN_PX = 80;
const MOST = { moving: 4, resting: 12 }; // cards a frame

export class Details {
  #scene;
  #cards;
  #isChosen;
  #level = 'near';

  constructor(scene, cards, isChosen) {
    this.#scene = scene;
    this.#cards = cards;
    this.#isChosen = isChosen;
  }

  /** Give the cards what the level shows; see `Scene.show`. */
  follow(rectOf, { level, isMoving }) {
    this.#level = level;
    const { items } = this.#scene;
    const isSmall = items.size <= ALL_AT_ONCE;
    const waiting = isSmall ? [...items.values()] : this.#near(rectOf);
    const wrong = waiting.filter((item) => item.element && this.#isWrong(item));
    const most = isSmall ? wrong.length : MOST[isMoving ? 'moving' : 'resting'];
    for (const item of wrong.slice(0, most)) this.#put(item);
    return wrong.length > most;
  }

  /** Everything that a card has, now: it has the focus, or is used by the pointer. */
  complete(item) {
    if (this.#cards.isComplete(item.element)) return;
    item.element.classList.toggle('is-far', this.#level !== 'near');
    this.#cards.complete(item.element, item);
    const add = item.element.querySelector('.canvas-add');
    if (add) add.tabIndex = this.#isChosen(item.key) ? 0 : -1;
  }

  /** Those in the view, from its middle outwards. Where cards are blocks, nothing inside of them is seen. */
  #near(rectOf) {
    if (this.#level === 'blocks') return [];
    const rect = rectOf(MARGIN_PX);
    const [x, y] = [rect.x + rect.width / 2, rect.y + rect.height / 2];
    const away = (item) => Math.hypot(item.x + item.width / 2 - x, item.y + item.height / 2 - y);
    return [...this.#scene.items.values()]
      .filter((item) => intersects(item, rect))
      .sort((one, other) => away(one) - away(other));
  }

  #isWrong({ element }) {
    return !this.#cards.isComplete(element) || element.classList.contains('is-far') === (this.#level === 'near');
  }

  #put(item) {
    this.complete(item);
    item.element.classList.toggle('is-far', this.#level !== 'near');
  }
}
