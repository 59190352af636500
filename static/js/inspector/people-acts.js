// Acts of the tab "Confirm & notify": rules, and the consent of the person who is signed in.
import { setField } from '../graph/edits.js';

const USUAL = { who: 'initiator', on: ['waiting', 'failed'] };

function setRules(desk, rules, label) {
  const { operations } = setField(desk.store.graph, desk.key, ['notify'], rules.length ? rules : undefined);
  desk.commit(operations, { label });
}

export const peopleActs = {
  'add-rule'(desk) {
    const rules = desk.node.notify ?? [];
    setRules(desk, [...rules, USUAL], desk.say('added', { name: '' }));
    desk.focus(`field-${desk.key}-notify-${rules.length}-who`);
  },

  'remove-rule'(desk, button) {
    const index = Number(button.closest('[data-rule]').dataset.rule);
    setRules(desk, (desk.node.notify ?? []).toSpliced(index, 1), desk.say('removed', { name: '' }));
    desk.focus(`notify-${desk.key}-add`);
  },

  async consent(desk, button) {
    button.disabled = true;
    await desk.load('POST', button.dataset.address, null, {});
    desk.render();
  },
};
