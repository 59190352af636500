// What the inspector shows for several chosen nodes, or for one connection. Needs no server.
import { referencesTo, titleOf } from '../graph/ports.js';

export function showChosen(inspector, { graph, selection }) {
  const { nodes, edges } = selection;
  const [edge] = nodes.size === 0 && edges.size === 1 ? [graph.edges.get([...edges][0])] : [];
  inspector.body.replaceChildren(
    edge ? edgePanel(inspector, graph, edge) : severalPanel(inspector, nodes.size + edges.size),
  );
}

function severalPanel(inspector, count) {
  const panel = copyOf(inspector, 'several');
  panel.querySelector('[data-part="count"]').textContent = inspector.say('several', { count });
  return panel;
}

function edgePanel(inspector, graph, [source, target]) {
  const panel = copyOf(inspector, 'edge');
  const titles = [source, target].map((key) => titleOf(graph.nodes.get(key)));
  panel.querySelector('[data-part="ends"]').textContent = titles.join(' → ');
  for (const { from, input } of referencesTo(graph, source).filter(({ key }) => key === target)) {
    const line = document.createElement('li');
    line.className = 'chip-line';
    line.textContent = `${from} → ${input}`;
    panel.querySelector('[data-part="carried"]').append(line);
  }
  return panel;
}

function copyOf(inspector, name) {
  return inspector.querySelector(`template[data-part="${name}"]`).content.cloneNode(true);
}
