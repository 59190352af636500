// The tabs of a form, and which of its folds a person opened.

const TABS = { inputs: 'inputs', outputs: 'outputs', confirm: 'people', executor: 'people', notify: 'people' };

/** The tab that has the control at a path of the node. */
export function tabOf([name]) {
  return TABS[name] ?? 'settings';
}

/** Show one tab; the first one where the form has no such tab. */
export function showTab(root, wanted) {
  const tabs = [...root.querySelectorAll('[role="tab"]')];
  const chosen = tabs.find((tab) => tab.dataset.tab === wanted) ?? tabs[0];
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.setAttribute('aria-selected', String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    root.querySelector(`[data-panel="${tab.dataset.tab}"]`).hidden = !isChosen;
  }
}

/** The tab that a key leads to, when the focus is on a tab. */
export function tabKey(event) {
  const tab = event.target.closest?.('[role="tab"]');
  if (!tab) return null;
  const tabs = [...tab.parentElement.querySelectorAll('[role="tab"]')];
  const at = tabs.indexOf(tab);
  const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  return event.key in steps ? tabs.at(steps[event.key] % tabs.length) : null;
}

const opened = new Set();

export const keptOpen = {
  note({ target }) {
    if (!target.matches?.('details[data-fold]')) return;
    if (target.open) opened.add(target.dataset.fold);
    else opened.delete(target.dataset.fold);
  },

  restore(root) {
    for (const fold of root.querySelectorAll('details[data-fold]')) fold.open = opened.has(fold.dataset.fold);
  },
};
