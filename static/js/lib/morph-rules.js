// What a morph must not undo: folds and dialogs a person opened, and streaming text that is ahead of a fragment.
import { texts } from './texts.js';

/** Make the text of a streaming message's body exactly `text`, keeping its one text node. */
export function showText(body, text) {
  const node = body.firstChild;
  if (!node) body.append(text);
  else if (node.data !== text) node.data = text;
}

/** Times are worded by the browser: where the moment is the same, the words stay. */
function saysTheSame(element, fresh) {
  const moment = (node) => node.dataset.since ?? node.dataset.until ?? node.querySelector('time')?.dateTime;
  return moment(fresh) !== undefined && moment(fresh) === moment(element);
}

export const morphRules = {
  htmx_before_morph_attr(element, { attrName }) {
    return !(attrName === 'open' && element.matches('details, dialog'));
  },

  htmx_before_morph_node(element, { newNode }) {
    if (element.matches('local-time, elapsed-time')) return !saysTheSame(element, newNode);
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
