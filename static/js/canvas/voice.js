// What the canvas says: translated texts of the page, filled in and, where there is an editor, read aloud.
import { fill } from '../lib/say.js';

export class Voice {
  #texts;
  #announce;

  /** `element`: carries the texts as data. `announce(text)`: reads aloud. */
  constructor(element, announce) {
    this.#texts = element.dataset;
    this.#announce = announce;
  }

  text(name, words) {
    return fill(this.#texts[name] ?? name, words);
  }

  say(name, words) {
    this.#announce(this.text(name, words));
  }

  /** Why something cannot be done; `refusal`: see `graph/refusals.js`. */
  refusal({ code, words }) {
    const kind = code === 'type' && !words.input ? 'unfit' : code;
    return this.text(['refusal', kind, words.reason].filter(Boolean).map(capital).join(''), words);
  }

  sayRefusal(refusal) {
    this.#announce(this.refusal(refusal));
  }
}

function capital(word, index) {
  return index ? word[0].toUpperCase() + word.slice(1) : word;
}

/** An icon with a word; `word`, where there is one, says it closer. */
export function worded(element, word) {
  if (element && word) element.lastElementChild.textContent = word;
  return element ?? word ?? '';
}
