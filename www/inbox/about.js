// What can be said of an entry without drawing it: its name, its best reason, whether it still wants work, safe links.
import { today } from './format.js';
import { t } from './words.js';

export const TIERS = ['hot', 'warm', 'cold'];
export const STAGES = ['sql', 'mql', 'suspect', 'customer', 'parked', 'lost', 'discarded'];
export const STATUSES = ['new', 'contacted', 'qualified', 'won', 'lost', 'discarded', 'parked'];

export const nameOf = ({ contact }) => contact?.name || contact?.email || contact?.phone || t('anonymous');
export const channelOf = ({ source }) => source?.first?.channel || source?.last?.channel || null;
/** In the language asked for: the server words the reasons of leadheat's own model. */
export const ruleLabel = ({ rule, label }) => label || rule;
export const langOf = ({ language }) => (/^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i.test(language) ? language : null);

export const dueAgain = (entry) => entry.status === 'parked' && !!entry.parked_until && entry.parked_until <= today();
export const isOpen = (entry) => ['new', 'contacted', 'qualified'].includes(entry.status) || dueAgain(entry);
export const isWaiting = (entry) => entry.lead.tier === 'hot' && !entry.read && isOpen(entry) && !entry.lead.suspected_bot;

/** The one strongest reason in words; without scoring, what the visitor asked for. */
export function strongest(lead) {
  const best = (lead.reasons || []).filter((r) => r.points > 0).sort((a, b) => b.points - a.points)[0];
  return best ? ruleLabel(best) : lead.qualification?.need || (lead.score == null ? t('noscore') : null);
}

export function telLink(phone) {
  const digits = String(phone || '').replace(/^(\s*\+.*?)\(0\)/, '$1').replace(/[^\d+]/g, '').replace(/(?!^)\+/g, '');
  return /^\+?\d{3,}$/.test(digits) ? `tel:${digits}` : null;
}
export function mailLink(email) {
  return /^[^\s@]+@[^\s@]+$/.test(email || '') ? `mailto:${encodeURIComponent(email).replace('%40', '@')}` : null;
}
