// Keys of nodes, names of inputs and outputs, and `{{ name }}` in texts. Pure.
// The same words as workflows/template_file/specs.py and workflows/placeholders.py allow.

const MAX_CHARS = 40;
const NAME = /^[\p{L}\p{Nl}\p{No}][\p{L}\p{N}_-]{0,39}$/u;
const PLACE = /\{\{[ \t]*([\p{L}\p{Nl}\p{No}][\p{L}\p{N}_-]{0,39})[ \t]*\}\}/gu;

/** Say whether an input or output may be called so: letters of any script. */
export function isName(text) {
  return NAME.test(text);
}

/** A key like the wanted one that no node of the graph has. `taken`: further keys that are gone. */
export function freshKey(graph, wanted, taken = new Set()) {
  const letters = String(wanted ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_CHARS)
    .replace(/_+$/, '');
  return unused(letters || 'step', (key) => graph.nodes.has(key) || taken.has(key));
}

/** A name like the wanted one that is not among the names. */
export function freshName(names, wanted) {
  const used = new Set(names);
  return unused(isName(wanted) ? wanted : 'value', (name) => used.has(name));
}

/** A title like the wanted one that no node of the graph has: "Agent task 2". */
export function freshTitle(graph, wanted) {
  const used = new Set([...graph.nodes.values()].map((node) => node.title ?? node.key));
  for (let number = 2, title = wanted; ; number += 1) {
    if (!used.has(title)) return title;
    title = `${wanted} ${number}`;
  }
}

/** The names used in a text, each once, in order. */
export function namesIn(text) {
  return [...new Set([...text.matchAll(PLACE)].map((match) => match[1]))];
}

/** The text with `{{ before }}` called `after`; everything else stays as it is. */
export function renamedIn(text, before, after) {
  return text.replace(PLACE, (whole, name) => (name === before ? whole.replace(before, () => after) : whole));
}

function unused(wanted, isTaken) {
  if (!isTaken(wanted)) return wanted;
  const stem = wanted.replace(/_\d+$/, '');
  for (let number = 2; ; number += 1) {
    const end = `_${number}`;
    const word = [...stem].slice(0, MAX_CHARS - end.length).join('') + end;
    if (!isTaken(word)) return word;
  }
}
