// The task templates that this page knows: one that was made here is at once in the palette and where steps are added.

/** Take in a task template. `reference`: `slug@number`; `card`: its entry of the catalogue. */
export function learnTemplate({ host, store }, reference, card) {
  store.catalogue.task_templates[reference] = card;
  for (const blank of host.querySelectorAll('template[data-task-templates]')) {
    const item = blank.content.firstElementChild.cloneNode(true);
    item.dataset.taskTemplate = reference;
    if (item.id) item.id = `${item.id}-${reference}`;
    item.querySelector('[data-part="name"]').textContent = card.name;
    const note = item.querySelector('[data-part="note"]');
    if (card.description && note) note.textContent = card.description;
    else note?.remove();
    blank.before(item);
    item.closest('[data-part="group"]')?.removeAttribute('hidden');
  }
}
