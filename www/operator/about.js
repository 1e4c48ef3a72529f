// What can be said of a conversation without drawing it: its name, whose it is, where it belongs, how urgent it is.
import { TIERS } from '../inbox/about.js';
import { t } from './words.js';

export const nameOf = ({ id, contact }) => contact.name || t('visitor.n', id);
export const iso = (seconds) => new Date(seconds * 1000).toISOString();
export const isMine = ({ status, assignee }, me) => status === 'open' && assignee?.id === me.id;

/** Who has it, in words. */
export function holder(conversation, me) {
  if (isMine(conversation, me)) return t('has.me');
  if (conversation.status === 'open' && conversation.assignee) return t('has.other', conversation.assignee.name);
  return t(conversation.status === 'resolved' ? 'has.nobody' : 'has.bot');
}

export const groupOf = (conversation, me) => (
  conversation.status === 'resolved' ? 'resolved' : isMine(conversation, me) ? 'mine' : conversation.online ? 'online' : 'away'
);

/** A hot visitor who is here and whom no human answers. */
export const isWaiting = ({ contact, online, status }) => contact.tier === 'hot' && online && status === 'pending';

const heat = ({ contact }) => (contact.tier ? TIERS.indexOf(contact.tier) : TIERS.length);
/** Hot first, then who has written something unread, then the latest. */
export const byUrgency = (a, b) => heat(a) - heat(b) || Number(!a.unread) - Number(!b.unread) || b.active_at - a.active_at || b.id - a.id;
