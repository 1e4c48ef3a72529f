// The list of leads: owns its order, its groups and its rows; says so when there is nothing to show.
import { h } from './dom.js';
import { t, word } from './words.js';
import { TIERS, channelOf, dueAgain, isOpen, langOf, nameOf, strongest } from './about.js';
import { age, clockAt } from './format.js';
import { hasDraft } from './fields.js';

const PAGE = 200;
let limit = PAGE;

export const chip = (tier) => h('span', { class: `chip ${TIERS.includes(tier) ? tier : ''}` }, word('tier', tier));
export const ageOf = (entry) => h('time', { class: 'age', datetime: entry.received_at, 'data-age': entry.received_at }, age(entry.received_at, t('now')));
export const tick = (root) => {
  root.querySelectorAll('[data-age]').forEach((el) => { el.textContent = age(el.dataset.age, t('now')); });
  root.querySelectorAll('[data-there]').forEach((el) => { el.textContent = t('there', clockAt(el.dataset.there, el.dataset.at)); });
};

/** Small tags; `all` adds status and owner, which the lead page shows in fields of its own. */
export function tags(entry, all) {
  const { lead, status, owner } = entry;
  return [
    lead.fit?.grade && t('grade', lead.fit.grade), lead.test && t('test'), lead.suspected_bot && t('bot'), all && hasDraft(lead.id) && t('unsaved'),
    dueAgain(entry) ? t('due') : all && status !== 'new' && word('status', status), all && owner,
  ].filter(Boolean).map((text) => h('span', { class: 'tag' }, text));
}

function row(entry, selected) {
  const { lead } = entry;
  const why = [strongest(lead), word('channel', channelOf(lead))].filter(Boolean);
  const marks = tags(entry, true);
  return h('li', null, h('a', {
    class: entry.read ? 'row' : 'row unread', href: `#lead=${encodeURIComponent(lead.id)}`, 'data-id': lead.id, 'aria-current': selected && 'true',
  },
  h('span', { class: 'row-top' }, chip(lead.tier), h('span', { class: 'name' }, nameOf(lead)), !entry.read && h('span', { class: 'hidden' }, ` (${t('unread')})`), ageOf(entry)),
  lead.contact?.company && h('span', { class: 'row-company', lang: langOf(lead) }, lead.contact.company),
  h('span', { class: 'row-why' }, why.map((text, n) => [n > 0 && h('span', { class: 'dot', 'aria-hidden': 'true' }, ' · '), h('span', null, text)])),
  marks.length > 0 && h('span', { class: 'row-tags' }, marks)));
}

const newest = (a, b) => (b.received_at || '').localeCompare(a.received_at || '');

/** Groups in the order asked for: [[heading or null, entries], ...]. Done work sinks below what still wants work. */
export function arrange(entries, sort) {
  const sorted = [...entries].sort(newest);
  if (sort === 'newest') return [[null, sorted]];
  return [
    ...TIERS.map((tier) => [tier, sorted.filter((entry) => isOpen(entry) && entry.lead.tier === tier)]),
    ['closed', sorted.filter((entry) => !isOpen(entry)).sort((a, b) => TIERS.indexOf(a.lead.tier) - TIERS.indexOf(b.lead.tier))],
  ].filter(([, group]) => group.length);
}

/** Draws the rows into `node`, keeping the focus on its row. */
export function drawList(node, entries, { sort, selected }) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  let left = limit;
  const groups = arrange(entries, sort).map(([name, all]) => {
    const some = all.slice(0, Math.max(0, left));
    left -= some.length;
    return some.length > 0 && [
      name && h('h3', null, name === 'closed' ? t('closed') : word('tier', name), h('span', { class: 'count' }, ` ${all.length}`)),
      h('ul', { role: 'list' }, some.map((entry) => row(entry, entry.lead.id === selected))),
    ];
  });
  const more = entries.length > limit && h('button', { type: 'button', class: 'button', click: () => { limit += PAGE; drawList(node, entries, { sort, selected }); } }, t('more'));
  node.replaceChildren(...[groups, more].flat(3).filter(Boolean));
  if (focused) rowOf(node, focused)?.focus({ preventScroll: true });
}

export const rowOf = (node, id) => [...node.querySelectorAll('.row')].find((el) => el.dataset.id === id);

export function drawEmpty(node) {
  node.replaceChildren(h('div', { class: 'blank' },
    h('h3', null, t('empty.title')), h('p', null, t('empty.demo')),
    h('p', null, h('a', { class: 'button primary', href: '/' }, t('empty.open'))),
    h('p', null, t('empty.test')), h('pre', null, h('code', null, "leadheat('test')"))));
}

export function drawNothing(node, reset) {
  node.replaceChildren(h('div', { class: 'blank' }, h('p', null, t('nothing')), h('p', null, h('button', { type: 'button', class: 'button', click: reset }, t('clear')))));
}
