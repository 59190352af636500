// The canvas follows the store: operations, choice, problems; and the page's size of things. It never asks the page back.
export function followStore(canvas, signal) {
  const { store, scene } = canvas;
  let chosen = { nodes: new Set(), edges: new Set() };

  const listen = (name, act) => store.addEventListener(name, ({ detail }) => act(detail), { signal });
  const showChosen = () => {
    const { nodes, edges } = store.selection;
    for (const [before, now, find] of [
      [chosen.nodes, nodes, (key) => scene.elementOf(key)],
      [chosen.edges, edges, (id) => scene.edges.elementOf(id)],
    ]) {
      for (const one of before) if (!now.has(one)) choose(find(one), false);
      for (const one of now) choose(find(one), true);
    }
    chosen = { nodes: new Set(nodes), edges: new Set(edges) };
    canvas.moved();
  };
  const showProblems = () => {
    const byKey = Map.groupBy(store.problems, (problem) => problem.key);
    for (const [key, item] of scene.items) {
      const problems = byKey.get(key) ?? [];
      if (problems.length || item.problems.length) scene.update(key, { problems });
    }
    canvas.moved();
  };
  const showAll = () => {
    scene.build();
    canvas.shown();
    showProblems();
    showChosen();
  };

  listen('change', ({ operations }) => {
    scene.follow(operations);
    canvas.shown();
    canvas.moved();
  });
  listen('replaced', showAll);
  listen('selection', showChosen);
  listen('problems', showProblems);
  showAll();
}

function choose(element, is) {
  if (!element) return;
  element.classList.toggle('is-selected', is);
  const add = element.querySelector('.canvas-add');
  if (add) add.tabIndex = is ? 0 : -1;
}
