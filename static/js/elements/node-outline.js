// <node-outline>: every node with its connections as a list, in the order of the graph. The way to read, to connect and to
// delete without seeing the canvas.
import { childrenOf, edgeId, orderOf, parentsOf } from '../graph/graph.js';
import { connectNodes, disconnect } from '../graph/edits.js';
import { editorOf } from '../editor/context.js';
import { edgeRefusal } from '../graph/refusals.js';
import { isTrigger, titleOf } from '../graph/ports.js';
import { removeSelected } from '../editor/commands.js';

const MANY = 60; // nodes; with more, what is not allowed is said when it is tried

class NodeOutline extends HTMLElement {
  #editor;
  #events;
  #frame = 0;

  async connectedCallback() {
    this.#events = new AbortController();
    const { signal } = this.#events;
    this.#editor = await editorOf(this);
    if (signal.aborted) return;
    for (const name of ['change', 'replaced', 'problems', 'selection']) {
      this.#editor.store.addEventListener(name, () => this.#soon(), { signal });
    }
    this.addEventListener('click', (event) => this.#onClick(event), { signal });
    new MutationObserver(() => this.#soon()).observe(this, { attributeFilter: ['hidden'] });
    this.#soon();
  }

  disconnectedCallback() {
    this.#events.abort();
    cancelAnimationFrame(this.#frame);
  }

  focusFirst() {
    this.#show();
    (this.querySelector('.outline-item.is-selected .outline-item__open') ?? this.querySelector('button')).focus();
  }

  #part(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  #soon() {
    if (this.hidden || this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#show();
    });
  }

  #show() {
    const { graph } = this.#editor.store;
    const held = holdFocus(this);
    const worst = this.#worstProblems();
    this.#part('list').replaceChildren(
      ...orderOf(graph).map((key) => this.#item(graph.nodes.get(key), worst.get(key))),
    );
    this.#part('none').hidden = graph.nodes.size > 0;
    held();
  }

  #item(node, problem) {
    const { store, icon, say } = this.#editor;
    const item = this.#part('item').content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector(`[data-part="${name}"]`);
    const kind = store.catalogue.types[node.type];
    const title = titleOf(node);
    item.dataset.key = node.key;
    item.classList.toggle('is-selected', store.selection.nodes.has(node.key));
    part('chip').append(icon(kind?.icon ?? 'box'));
    part('title').textContent = title;
    part('type').textContent = kind?.label ?? node.type;
    part('problem').hidden = !problem;
    part('problem').textContent = problem ? `${say(`problems.${problem.severity}`)}: ${problem.message}` : '';
    part('edges').append(...this.#edges(node));
    const remove = item.querySelector('[data-act="delete"]');
    remove.setAttribute('aria-label', say('outline.delete', { title }));
    remove.hidden = store.readOnly;
    this.#fillTargets(part('connect'), node, title);
    return item;
  }

  #edges(node) {
    const { store, say } = this.#editor;
    const { graph } = store;
    const line = (other, isBefore) => {
      const entry = this.#part('edge').content.firstElementChild.cloneNode(true);
      const [a, b] = isBefore ? [other, node.key] : [node.key, other];
      const [source, target] = [a, b].map((key) => titleOf(graph.nodes.get(key)));
      const words = say(isBefore ? 'outline.before' : 'outline.after', { title: isBefore ? source : target });
      entry.querySelector('[data-part="words"]').textContent = words;
      const button = entry.querySelector('button');
      button.dataset.edge = edgeId(a, b);
      button.setAttribute('aria-label', say('outline.disconnect', { source, target }));
      button.hidden = store.readOnly || isBefore; // each connection is removed at one place
      return entry;
    };
    return [
      ...[...parentsOf(graph, node.key)].map((key) => line(key, true)),
      ...[...childrenOf(graph, node.key)].map((key) => line(key, false)),
    ];
  }

  #fillTargets(part, node, title) {
    const { store, say } = this.#editor;
    const { graph, catalogue } = store;
    const fits = ({ key }) =>
      key !== node.key && !graph.edges.has(edgeId(node.key, key)) && !isTrigger(graph.nodes.get(key), catalogue);
    const targets = store.readOnly ? [] : [...graph.nodes.values()].filter(fits);
    const valid =
      targets.length > MANY ? targets : targets.filter(({ key }) => !edgeRefusal(graph, catalogue, node.key, key));
    part.hidden = !valid.length;
    const select = part.querySelector('select');
    select.setAttribute('aria-label', say('outline.connect', { title }));
    select.append(
      new Option(say('outline.no-target'), ''),
      ...valid.map((other) => new Option(titleOf(other), other.key)),
    );
  }

  #worstProblems() {
    const worst = new Map();
    for (const problem of this.#editor.store.problems) {
      if (!worst.has(problem.key) || problem.severity === 'error') worst.set(problem.key, problem);
    }
    return worst;
  }

  #onClick(event) {
    const act = event.target.closest('[data-act]')?.dataset.act;
    const key = event.target.closest('.outline-item')?.dataset.key;
    if (act === 'open') this.#editor.open(key);
    else if (act === 'delete') this.#delete(key);
    else if (act === 'connect')
      this.#connect(key, event.target.closest('[data-part="connect"]').querySelector('select').value);
    else if (act === 'disconnect') this.#disconnect(event.target.closest('[data-edge]').dataset.edge);
  }

  async #delete(key) {
    this.#editor.store.select({ nodes: [key] });
    await removeSelected(this.#editor);
    this.#show();
    (this.querySelector('.outline-item__open') ?? this.querySelector('button')).focus();
  }

  #connect(source, target) {
    const { store, say, toast, announce, canvas } = this.#editor;
    if (!target) return;
    const { operations, refusal } = connectNodes(store.graph, store.catalogue, source, target);
    if (refusal) return toast(canvas.refusalText(refusal), 'bad');
    store.commit(operations, { label: say('label.connected'), origin: 'editor' });
    announce(say('said.connected', this.#titles(source, target)));
    return null;
  }

  async #disconnect(id) {
    const { store, say, announce } = this.#editor;
    const edge = store.graph.edges.get(id);
    const words = this.#titles(...edge);
    const { broken } = disconnect(store.graph, edge);
    store.select({ edges: [id] });
    if (broken?.length) return removeSelected(this.#editor); // it asks first
    store.commit(disconnect(store.graph, edge).operations, { label: say('label.disconnected'), origin: 'editor' });
    announce(say('said.disconnected', words));
    return null;
  }

  #titles(source, target) {
    const { nodes } = this.#editor.store.graph;
    return { source: titleOf(nodes.get(source)), target: titleOf(nodes.get(target)) };
  }
}

/** Remember which control of which node has the focus; the function that is returned gives it back. */
function holdFocus(host) {
  const active = document.activeElement;
  const item = host.contains(active) && active.closest('.outline-item');
  if (!item) return () => {};
  const { key } = item.dataset;
  const place = [...item.querySelectorAll('button, select')].indexOf(active);
  return () => {
    const again = host.querySelector(`.outline-item[data-key="${CSS.escape(key)}"]`);
    const same = again && [...again.querySelectorAll('button, select')][place];
    const isThere = same && !same.closest('[hidden]');
    (isThere ? same : (again ?? host).querySelector('button')).focus();
  };
}

customElements.define('node-outline', NodeOutline);
