// What a morph must not undo: folds and dialogs a person opened, a form that they fill in, and streaming text that is
// ahead of a fragment.
import { showText } from './stream-body.js';
import { texts } from './texts.js';

/** Times are worded by the browser: where the moment is the same, the words stay. */
function saysTheSame(element, fresh) {
  const moment = (node) => node.dataset.since ?? node.dataset.until ?? node.querySelector('time')?.dateTime;
  return moment(fresh) !== undefined && moment(fresh) === moment(element);
}

/** A form that is open in a fold is the person's: their choice, words and file, until they send or close it. */
function isBeingFilledIn(element) {
  return element.matches('details[open]:has(> form)');
}

export const morphRules = {
  /** What was sent is not the person's any more: the answer shows what became of it. */
  htmx_after_request(element, { ctx }) {
    const fold = ctx.response.raw.ok && element.closest('details[open]:has(> form)');
    if (!fold) return;
    fold.removeAttribute('open');
    fold.querySelector(':scope > summary')?.focus({ preventScroll: true }); // its button is out of sight now
    fold.querySelector(':scope > form').reset(); // a file that stayed would be sent once more with the next choice
  },

  htmx_before_morph_attr(element, { attrName }) {
    return !(attrName === 'open' && element.matches('details, dialog'));
  },

  htmx_before_morph_node(element, { newNode }) {
    if (element.matches('local-time, elapsed-time')) return !saysTheSame(element, newNode);
    if (isBeingFilledIn(element)) return false;
    const id = element.dataset.message;
    if (!id || element.dataset.status !== 'streaming') return true;
    if (newNode.dataset.status !== 'streaming') {
      texts.forget(id);
      return true;
    }
    showText(element, texts.adopt(id, newNode.textContent).text);
    return false;
  },
};
