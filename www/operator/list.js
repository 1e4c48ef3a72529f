// The list of conversations: owns its groups, its order and its rows.
import { h } from '../inbox/dom.js';
import { ageOf, chip, rowOf } from '../inbox/list.js';
import { t, word } from './words.js';
import { byUrgency, groupOf, holder, isMine, iso, nameOf } from './about.js';

export { rowOf };

/** The tier, or that there is none. */
export const tierOf = ({ contact }) => (contact.tier ? chip(contact.tier) : h('span', { class: 'chip' }, t('noconsent.chip')));

/** The last thing said, with who said it where that was not the visitor. */
function lastWords({ last, ...conversation }, me) {
  if (!last) return null;
  const said = last.content.replace(/^🤖 /, '') || (last.files ? t('file') : '');
  if (last.from === 'visitor') return said;
  const mine = last.from === 'operator' && isMine(conversation, me);
  return `${mine ? t('you') : last.from === 'note' ? t('note') : word('from', last.from === 'operator' ? 'agent' : last.from)}: ${said}`;
}

function row(conversation, me, selected) {
  const { id, contact, unread, active_at: at, online } = conversation;
  return h('li', null, h('a', {
    class: unread ? 'row unread' : 'row', href: `#c=${id}`, 'data-id': id, 'aria-current': selected && 'true',
  },
  h('span', { class: 'row-top' }, tierOf(conversation), h('span', { class: 'name' }, nameOf(conversation)), unread > 0 && h('span', { class: 'hidden' }, ` (${t('unread.n', unread)})`), ageOf({ received_at: iso(at) })),
  h('span', { class: 'row-company row-said' }, lastWords(conversation, me)),
  h('span', { class: 'row-why' }, [contact.reasons[0], online && contact.page].filter(Boolean).join(' · ')),
  h('span', { class: 'row-tags' }, h('span', { class: 'tag' }, holder(conversation, me)))));
}

/** Draws the rows into `node`, keeping the focus on its row. */
export function drawList(node, conversations, me, selected) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  const folded = node.querySelector('details')?.open;
  const groups = ['mine', 'online', 'away', 'resolved'].map((name) => {
    const all = conversations.filter((conversation) => groupOf(conversation, me) === name).sort(byUrgency);
    if (!all.length) return null;
    const rows = h('ul', { role: 'list' }, all.map((conversation) => row(conversation, me, conversation.id === selected)));
    const count = h('span', { class: 'count' }, ` ${all.length}`);
    if (name !== 'resolved') return [h('h3', null, t(`group.${name}`), count), rows];
    return h('details', { open: folded || all.some(({ id }) => id === selected) }, h('summary', null, t('group.resolved'), count), rows);
  });
  node.replaceChildren(...groups.flat().filter(Boolean));
  if (focused) rowOf(node, focused)?.focus({ preventScroll: true });
}

export function drawEmpty(node) {
  node.replaceChildren(h('div', { class: 'blank' }, h('h3', null, t('empty.title')), h('p', null, t('empty.demo')),
    h('p', null, h('a', { class: 'button primary', href: '/', target: '_blank', rel: 'noopener' }, t('empty.open')))));
}
