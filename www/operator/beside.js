// Beside a conversation: who the visitor is, with consent, how to answer what they wrote, what was understood of it, and the brief.
import { h } from '../inbox/dom.js';
import { t, word } from './words.js';
import { tierOf } from './list.js';
import { number } from '../inbox/format.js';

const list = (items) => h('ul', { role: 'list', class: 'lines' }, items.map((item) => h('li', null, item)));
const part = (title, ...content) => h('section', null, h('h3', null, title), content);

function visitor({ contact }) {
  if (!contact.consent) return h('p', { class: 'muted' }, t('noconsent'));
  return [
    h('p', { class: 'marks' }, tierOf({ contact }), contact.score != null && h('span', { class: 'score' }, t('score'), h('strong', null, number(contact.score)))),
    contact.reasons.length > 0 && list(contact.reasons),
  ];
}

const facts = (rows) => h('dl', null, rows.filter(([, value]) => value?.length).map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, [value].flat().join(', ')))));

/** `insight`: null until it is known. */
export function drawBeside(node, conversation, insight) {
  const { contact } = conversation;
  const statements = insight?.statements || [];
  const known = [insight?.amounts, insight?.dates].some((found) => found?.length);
  node.replaceChildren(...[
    part(t('about'), visitor(conversation), facts([[t('page.on'), contact.page], [t('spoken'), contact.language], [t('email'), contact.email || insight?.emails], [t('phone'), contact.phone_number || insight?.phones]])),
    insight?.advice && part(t('advice'), list(insight.advice.split('\n').map((line) => line.replace(/^- /, '')))),
    part(t('understood'), statements.length > 0 && h('dl', null, statements.map(({ intent, words, is_objection: objects }) => h('div', null, h('dt', { class: objects ? 'bad' : null }, word('intent', intent)), h('dd', null, `“${words}”`)))),
      facts([[t('amounts'), insight?.amounts], [t('dates'), insight?.dates]]), !statements.length && !known && h('p', { class: 'muted' }, t('understood.none'))),
    contact.brief && part(t('brief'), h('p', { class: 'brief' }, contact.brief)),
  ].filter(Boolean));
}
