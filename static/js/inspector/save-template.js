// “Save as task template”: asks for a name, lets the server keep what the step holds, and switches the step to it. The
// switch is one step of the history; the task template stays when it is undone.
import { becomeUse } from '../graph/templates.js';
import { sendTemplate } from '../editor/draft-client.js';
import { titleOf } from '../graph/ports.js';

/** Open the dialog for the step of the inspector. Resolves when it is closed. */
export function saveTemplate(desk, { dataset }) {
  const dialog = desk.host.querySelector('dialog[data-part="save-template"]');
  const form = dialog.querySelector('form');
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  const events = new AbortController();
  const { signal } = events;
  const isPersonal = desk.store.graph.head.visibility === 'personal';
  form.reset();
  form.elements.name.value = titleOf(desk.node);
  part('whole-form').href = dataset.form;
  part('seen-by-space').hidden = isPersonal;
  part('seen-by-owner').hidden = !isPersonal;
  part('errors').replaceChildren();
  part('back').addEventListener('click', () => dialog.close(), { signal });
  part('whole-form').addEventListener('click', () => dialog.close(), { signal });
  form.addEventListener('submit', () => save(desk, { dialog, form, part, isPersonal }), { signal });
  dialog.showModal();
  form.elements.name.select();
  return new Promise((closed) => {
    dialog.addEventListener('close', () => closed(events.abort()), { signal });
  });
}

async function save(desk, { dialog, form, part, isPersonal }) {
  const { key, node } = desk;
  const { name, description } = form.elements;
  const button = part('save');
  if (button.getAttribute('aria-disabled') === 'true') return; // a second press while the first is on its way
  if (!name.value.trim()) return showErrors(desk, part, [desk.say('empty')], name);
  button.setAttribute('aria-disabled', 'true');
  const visibility = isPersonal ? 'personal' : 'space';
  const body = { node, name: name.value.trim(), description: description.value, visibility };
  const answer = await sendTemplate(form.dataset.address, body);
  button.removeAttribute('aria-disabled');
  if (answer.kind !== 'made') {
    const said = answer.errors?.length ? answer.errors : [desk.say(answer.kind)];
    return showErrors(desk, part, said, name);
  }
  use(desk, { key, node }, answer);
  dialog.close();
  return undefined;
}

/** Switch the step, unless it is another one by now. */
function use(desk, { key, node }, { reference, card }) {
  const { store } = desk;
  desk.learn(reference, card);
  const isSame = store.graph.nodes.get(key) === node;
  if (isSame) {
    desk.focus(`field-${key}-task_template`);
    desk.commit(becomeUse(store.graph, key, reference).operations, { label: desk.say('save-template') });
  }
  desk.toast(desk.say(isSame ? 'saved-template' : 'saved-only', { name: card.name }));
}

function showErrors(desk, part, lines, field) {
  const blank = desk.host.querySelector('template[data-part="problem"]').content;
  const rows = lines.map((line) => {
    const row = blank.cloneNode(true);
    row.querySelector('[data-part="text"]').textContent = line;
    return row;
  });
  part('errors').replaceChildren(...rows);
  field.focus();
}
