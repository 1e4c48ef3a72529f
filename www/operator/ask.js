// A question that must be answered before something is done.
import { h } from '../inbox/dom.js';
import { t } from './words.js';

/** Whether the answer is yes. */
export function ask(question, yes) {
  return new Promise((answer) => {
    const dialog = h('dialog', { class: 'ask', close: () => { dialog.remove(); answer(dialog.returnValue === 'yes'); } },
      h('form', { method: 'dialog' }, h('p', null, question),
        h('div', { class: 'actions' }, h('button', { class: 'button primary', value: 'yes' }, yes), h('button', { class: 'button', value: 'no' }, t('cancel')))));
    document.body.append(dialog);
    dialog.showModal();
  });
}
