// <problem-panel>: what stands in the way of publishing. Each item leads to its node and field; some can be mended here.
import { connectNodes } from '../graph/edits.js';
import { editorOf } from '../editor/context.js';
import { titleOf } from '../graph/ports.js';

class ProblemPanel extends HTMLElement {
  #editor;
  #events;
  #shown = new WeakMap(); // list item → problem

  async connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#editor = await editorOf(this);
    if (signal.aborted) return;
    const { store } = this.#editor;
    store.addEventListener('problems', () => this.#show(), { signal });
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    this.#show();
  }

  disconnectedCallback() {
    this.#events.abort();
  }

  focusFirst() {
    this.#show();
    (this.querySelector('.problem__go') ?? this.querySelector('button')).focus();
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  #show() {
    const { store, say } = this.#editor;
    const { problems } = store;
    const focused = [...this.#part('list').children].indexOf(document.activeElement.closest('.problem'));
    this.#part('count').textContent = problems.length
      ? say('problems.count', { count: problems.length })
      : say('problems.none');
    this.#count(problems);
    if (this.hidden) return; // hundreds of items that nobody sees
    this.#part('list').replaceChildren(...problems.map((problem) => this.#item(problem)));
    if (focused < 0) return;
    const items = this.querySelectorAll('.problem__go');
    (items[Math.min(focused, items.length - 1)] ?? this.querySelector('button')).focus();
  }

  #item(problem) {
    const { say } = this.#editor;
    const item = this.#part('item').content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector(`[data-part="${name}"]`);
    item.dataset.severity = problem.severity;
    part('severity').textContent = `${say(`problems.${problem.severity}`)}: `;
    part('place').textContent = this.#place(problem);
    part('text').textContent = problem.suggestion ? `${problem.message} (${problem.suggestion})` : problem.message;
    const fix = item.querySelector('[data-act="fix"]');
    fix.hidden = !problem.fix_edge || this.#editor.store.readOnly;
    if (problem.fix_edge) {
      const [above, below] = problem.fix_edge.map((key) => this.#title(key));
      fix.textContent = say('problems.fix-edge', { above, below });
    }
    this.#shown.set(item, problem);
    return item;
  }

  #place({ key, field }) {
    const title = key ? this.#title(key) : this.#editor.say('problems.template');
    const words = field.filter((step) => typeof step === 'string');
    const named = key && this.#nameInside(key, field);
    return [title, named ?? words.join(' · ')].filter(Boolean).join(' · ');
  }

  /** "inputs 0" is nobody's words: say which one. */
  #nameInside(key, [list, index]) {
    return this.#editor.store.graph.nodes.get(key)?.[list]?.[index]?.name;
  }

  #title(key) {
    const node = this.#editor.store.graph.nodes.get(key);
    return node ? titleOf(node) : key;
  }

  #count(problems) {
    const button = this.#editor.host.querySelector('[data-part="problems"]');
    if (!button) return;
    const errors = problems.filter(({ severity }) => severity === 'error').length;
    const count = button.querySelector('[data-part="problem-count"]');
    count.hidden = !problems.length;
    count.textContent = problems.length;
    button.dataset.tone = errors ? 'bad' : problems.length ? 'person' : '';
  }

  #onClick(event) {
    const act = event.target.closest('[data-act]')?.dataset.act;
    const problem = this.#shown.get(event.target.closest('.problem'));
    if (act === 'go') this.#go(problem);
    else if (act === 'fix') this.#fix(problem);
  }

  #go({ key, field }) {
    const { panes, open, host } = this.#editor;
    const head = key ? null : host.querySelector(`[data-head="${CSS.escape(String(field[0] ?? ''))}"]`);
    if (panes.isNarrow) this.hidden = true;
    if (head) head.focus();
    else if (key) open(key, field);
    else panes.showPalette();
  }

  #fix({ fix_edge: [above, below] }) {
    const { store, canvas, say, toast } = this.#editor;
    const { operations, refusal } = connectNodes(store.graph, store.catalogue, above, below);
    if (refusal) return toast(canvas.refusalText(refusal), 'bad');
    return store.commit(operations, { label: say('label.connected'), origin: 'editor' });
  }
}

customElements.define('problem-panel', ProblemPanel);
