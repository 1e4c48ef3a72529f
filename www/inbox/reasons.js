// Why this score: one bar per contribution on a common zero line, and the sum.
import { h, vars } from './dom.js';
import { t } from './words.js';
import { ruleLabel } from './about.js';
import { day, duration, number, points } from './format.js';

/** Points in tenths that add up to the score in tenths exactly as shown (the largest remainders get the odd tenth). */
export function tenths(reasons, score) {
  const exact = reasons.map((r) => r.points * 10);
  const shown = exact.map(Math.floor);
  let odd = Math.round(score * 10) - shown.reduce((a, b) => a + b, 0);
  const order = exact.map((x, n) => [x - Math.floor(x), n]).sort((a, b) => b[0] - a[0]);
  for (const [rest, n] of order) if (odd > 0 && rest > 1e-6) { shown[n] += 1; odd -= 1; }
  return shown.map((x) => x / 10);
}

function evidence({ rule, count, evidence: seen, last }) {
  const often = !count || /^(group:|total$)/.test(rule) ? null : /^time/.test(rule) ? duration(count) : rule === 'scroll' ? null : t('times', number(count));
  return [[often, last && t('last', day(last))].filter(Boolean).join(', '), ...(seen || [])].filter(Boolean);
}

/** Esc takes the evidence away, and nothing else. */
function dismiss(event) {
  if (event.key !== 'Escape') return;
  event.stopPropagation();
  event.currentTarget.blur();
}

export function reasons(lead) {
  if (lead.score == null) return h('p', { class: 'muted' }, t('reasons.none'));
  const list = [...(lead.reasons || [])].sort((a, b) => b.points - a.points);
  const shown = tenths(list, lead.score);
  const most = Math.max(0, ...shown), least = Math.min(0, ...shown), span = most - least || 1;
  const zero = (-least / span) * 100;
  const rows = list.map((reason, n) => {
    const value = shown[n], details = evidence(reason);
    const bar = vars(h('span', { class: value < 0 ? 'bar minus' : 'bar' }), { '--from': `${value < 0 ? zero + (value / span) * 100 : zero}%`, '--size': `${(Math.abs(value) / span) * 100}%` });
    return h('li', { class: 'reason', tabindex: details.length ? 0 : null, keydown: dismiss },
      h('span', { class: 'label' }, ruleLabel(reason)),
      h('span', { class: 'track', 'aria-hidden': 'true' }, bar), h('span', { class: 'points' }, points(value)),
      details.length > 0 && h('span', { class: 'evidence' }, details.map((text) => h('span', null, text))));
  });
  return vars(h('div', { class: 'reasons' }, h('ol', { role: 'list' }, rows),
    h('p', { class: 'sum' }, h('span', null, t('score')), ' ', h('span', { class: 'points' }, number(lead.score)))), { '--zero': `${zero}%` });
}
