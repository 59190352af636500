// The card of a node as DOM: cloned from the templates that the server rendered, filled with what the node says.
import { sourceOf, taskTemplateOf, titleOf } from '../graph/ports.js';
import { cut, fits } from './fitting.js';
import { worded } from './voice.js';

const USUAL_TRIES = 3;
const TITLE = { sizePx: 14, widthPx: 156 };
const SUMMARY = { sizePx: 12, widthPx: 184 };
const ROW = { sizePx: 12, widthPx: 92 };
const PERSON = { sizePx: 12, widthPx: 90 };

export class CardMaker {
  #parts;
  #templates = new Map(); // selector → the element to clone
  #catalogue;
  #voice;

  /** `parts`: the element with the templates. */
  constructor({ parts, catalogue, voice }) {
    this.#parts = parts;
    this.#catalogue = catalogue;
    this.#voice = voice;
  }

  /** The bare card: its place, its name for who cannot see it, its focus. What is inside is put there by `complete`. */
  make(item) {
    const element = this.#card(item).cloneNode(false);
    element.dataset.key = item.key;
    element.dataset.type = item.node.type;
    element.tabIndex = 0;
    return element;
  }

  isComplete(element) {
    return part(element, 'inside') !== null;
  }

  /** Put into a bare card what is inside, filled and marked. */
  complete(element, item) {
    element.prepend(...this.#card(item).cloneNode(true).childNodes);
    this.fill(element, item);
    this.mark(element, item);
  }

  /** Show what the node is now: words, rows, badges. */
  fill(element, item) {
    const { node } = item;
    element.style.height = `${item.height}px`;
    if (!this.isComplete(element)) return;
    show(part(element, 'title'), titleOf(node), TITLE);
    if (!item.status) this.#showSummary(element, node);
    for (const port of element.querySelectorAll('.canvas-port[data-name]')) port.remove();
    for (const side of ['in', 'out']) {
      const rows = side === 'in' ? item.inputs : item.outputs;
      const list = element.querySelector(`.canvas-node__side[data-side="${side}"]`);
      list.replaceChildren(...rows.map((row) => this.#row(side, row)));
      const ports = element.querySelector(`.canvas-node__ports[data-side="${side}"]`);
      ports.append(...rows.map((row) => this.#port(side, row)));
    }
    const badges = this.#badges(node);
    part(element, 'foot').replaceChildren(...badges);
    part(element, 'foot').hidden = badges.length === 0;
  }

  /** Show what is wrong, what happens in a run and what a comparison found; say all of it in the label. */
  mark(element, item) {
    const { problems, status, statusWord, mark } = item;
    const worst = problems.some((problem) => problem.severity === 'error') ? 'error' : problems.length && 'warning';
    element.classList.toggle('has-error', worst === 'error');
    element.classList.toggle('has-warning', worst === 'warning');
    if (status) element.dataset.status = status;
    else delete element.dataset.status;
    if (this.isComplete(element)) this.#markInside(element, item, worst);
    element.querySelector('.canvas-tag')?.remove();
    const tag = mark && this.#clone('mark', mark);
    if (tag) element.append(tag);
    if (mark) element.dataset.mark = mark;
    else delete element.dataset.mark;
    const said = [titleOf(item.node), this.#catalogue.types[item.node.type]?.label, wordOf(tag)];
    if (status) said.push(statusWord ?? wordOf(this.#clone('status', status)) ?? status);
    said.push(...problems.map((problem) => this.#voice.text(problem.severity, { problem: problem.message })));
    element.setAttribute('aria-label', said.filter(Boolean).join(', '));
  }

  /** Whether the card of a node has a foot: some badge to show. */
  hasFoot(node) {
    return badgesOf(node).length > 0;
  }

  #markInside(element, { node, problems, status, statusWord }, worst) {
    const sign = part(element, 'mark');
    sign.hidden = !worst;
    sign.title = problems.map((problem) => problem.message).join('\n');
    sign.replaceChildren(...(worst ? [this.#clone('problem', worst)] : []));
    if (status) part(element, 'summary').replaceChildren(worded(this.#clone('status', status), statusWord));
    else this.#showSummary(element, node);
  }

  #showSummary(element, node) {
    const text = this.#summary(node);
    const hasMark = !part(element, 'mark').hidden;
    part(element, 'summary').textContent = cut(text, SUMMARY.sizePx, SUMMARY.widthPx - (hasMark ? 26 : 0));
  }

  /** The second line: the task template's name, or the fields that the type names, their first lines. */
  #summary(node) {
    const template = taskTemplateOf(node, this.#catalogue);
    if (template) return template.name;
    const type = this.#catalogue.types[node.type];
    const values = (type?.card ?? []).map((field) => firstLine(node[field])).filter(Boolean);
    return values.join(' · ') || type?.label || node.type;
  }

  #row(side, row) {
    const element = this.#clone('row');
    show(element.querySelector('.canvas-row__name'), row.name, ROW);
    if (side === 'in' && row.ask) element.append(this.#clone('ask'));
    element.title = this.#tooltip(row);
    return element;
  }

  /** Beside its row and not in it: on a small canvas the rows are left out, their ports are not. */
  #port(side, row) {
    const port = this.#clone('port');
    Object.assign(port.dataset, { side, name: row.name, valueType: row.type });
    port.classList.toggle('is-bound', side === 'in' && sourceOf(row) !== null);
    port.title = this.#tooltip(row);
    return port;
  }

  #tooltip(row) {
    const type = this.#catalogue.value_types?.find((known) => known.key === row.type)?.label ?? row.type;
    return [row.name, type, row.from ?? row.description ?? row.label].filter(Boolean).join(' · ');
  }

  #badges(node) {
    return badgesOf(node).map(([kind, word]) => {
      const badge = this.#clone('badge', kind);
      if (word) badge.querySelector('.canvas-badge__word').textContent = this.#person(kind, word);
      return badge;
    });
  }

  #person(kind, word) {
    if (kind !== 'executor') return word;
    const name = this.#catalogue.members?.find((member) => member.username === word)?.name || word;
    return cut(name, PERSON.sizePx, PERSON.widthPx);
  }

  #card({ node }) {
    return this.#template('card', node.type) ?? this.#template('card', '');
  }

  #clone(name, value = null) {
    return this.#template(name, value)?.cloneNode(true) ?? null;
  }

  #template(name, value = null) {
    const wanted = value === null ? `template[data-${name}]` : `template[data-${name}="${CSS.escape(value)}"]`;
    if (!this.#templates.has(wanted)) {
      this.#templates.set(wanted, this.#parts.querySelector(wanted)?.content.firstElementChild ?? null);
    }
    return this.#templates.get(wanted);
  }
}

/** [kind, word] of each badge; an empty word keeps the template's own. */
function badgesOf(node) {
  const badges = [];
  if (node.confirm) badges.push(['confirm', '']);
  if (node.executor && node.executor !== 'initiator') badges.push(['executor', node.executor]);
  if (node.notify?.length) badges.push(['notify', '']);
  const tries = node.retry?.attempts ?? USUAL_TRIES;
  if (tries !== USUAL_TRIES) badges.push(['retry', `×${tries}`]);
  return badges;
}

function firstLine(value) {
  const lines = Array.isArray(value) ? [value.join(', ')] : String(value ?? '').split('\n');
  return lines.map((line) => line.trim()).find(Boolean) ?? '';
}

function part(element, name) {
  return element.querySelector(`.canvas-node__${name}`);
}

/** A text that may be too long is clipped, and can be read as a tooltip. */
function show(element, text, { sizePx, widthPx }) {
  const isLong = !fits(text, sizePx, widthPx);
  element.textContent = text;
  element.classList.toggle('is-long', isLong);
  element.title = isLong ? text : '';
}

function wordOf(tag) {
  return tag?.textContent.trim();
}
