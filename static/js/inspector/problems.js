// Problems beside the controls they are about: those of the server's check, and faults of what is being typed.
import { dotted } from './values.js';
import { pathOf } from './controls.js';

/** Show the problems of one node (`key` null: of the template) at the nearest place that the form has. */
export function showProblems(inspector, root, { key, owner, problems }) {
  const places = new Map();
  for (const place of root.querySelectorAll('[data-problems]')) {
    const path = dotted(pathOf(place, owner));
    if (!places.has(path)) places.set(path, place);
    for (const shown of [...place.children]) if (!('fault' in shown.dataset)) shown.remove();
  }
  for (const problem of problems) {
    if ((problem.key ?? null) !== key) continue;
    const place = nearest(places, problem.field ?? []);
    if (place && !isSaid(place, problem)) place.append(line(inspector, problem));
  }
  mark(root);
}

/** Show why what stands in a control is not taken; no text: it is. */
export function showFault(inspector, control, text) {
  const place = faultPlace(control);
  place?.querySelector('[data-fault]')?.remove();
  if (text && place) {
    const shown = line(inspector, { severity: 'error', message: text });
    shown.dataset.fault = '';
    place.prepend(shown);
  }
  control.toggleAttribute('data-faulty', Boolean(text));
  mark(control.closest('form') ?? control);
}

function nearest(places, field) {
  for (let length = field.length; length > 0; length -= 1) {
    const place = places.get(dotted(field.slice(0, length)));
    if (place) return place;
  }
  return null;
}

/** A broken reference, a missing consent and a name that is no input have lines of their own that say the same, with what mends it. */
function isSaid(place, { field, message, severity }) {
  if (field[0] === 'executor' && severity === 'warning')
    return Boolean(place.closest('.field')?.querySelector('.note'));
  if (field.at(-1) === 'from') return Boolean(place.closest('[data-item]')?.querySelector('[data-broken]'));
  const unknown = place.closest('.field')?.querySelectorAll('[data-part="unknown"] > [data-name]') ?? [];
  return [...unknown].some(({ dataset }) => message.includes(`{{ ${dataset.name} }}`));
}

function line(inspector, { severity, message, suggestion }) {
  const template = inspector.querySelector(`template[data-part="${severity === 'error' ? 'problem' : 'warning'}"]`);
  const shown = template.content.firstElementChild.cloneNode(true);
  shown.querySelector('[data-part="text"]').textContent = suggestion ? `${message} (${suggestion})` : message;
  return shown;
}

function faultPlace(control) {
  const ids = (control.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean);
  const described = ids.map((id) => document.getElementById(id)).find((element) => element?.matches('.field__more'));
  return (described ?? control.closest('.item'))?.querySelector('[data-problems]');
}

function mark(root) {
  for (const control of root.querySelectorAll('[aria-describedby]')) {
    const place = faultPlace(control);
    const isWrong = place?.querySelector('.field__error:not(.field__error--warning)');
    if (isWrong) control.setAttribute('aria-invalid', 'true');
    else control.removeAttribute('aria-invalid');
  }
}
