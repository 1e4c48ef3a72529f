// The journey, visit by visit: active time as width, drawn marks for what matters; the same as a list of steps below each picture.
import { h, icon, vars } from './dom.js';
import { t, word } from './words.js';
import { clock, duration, percent, weekday } from './format.js';

const GAP = 30 * 60 * 1000;
const MARKS = {
  chat_open: 'chat', chat_start: 'chat', chat_message: 'chat', chat_rating: 'chat', meeting: 'flag', intent: 'chat', form_start: 'form', form_submit: 'form', form_abandon: 'form', click_download: 'download', click_mailto: 'mail',
  click_tel: 'phone', click_outbound: 'out', contact: 'contact', mark: 'flag', custom: 'flag',
};
const PRICES = /pric|hinna|hinta|arak|arlista|dijak|tarif/;

/** The journey cut into visits, `{ steps, from }`: a pause of half an hour or more, after the active time of the step before, begins
    a new one, and so does an arrival from outside, which then is where it came `from`. */
function visits({ journey, source }) {
  const arrivals = (source?.visits || []).map((arrival) => [Date.parse(arrival.at), arrival]), all = [];
  let before = -Infinity, end = -Infinity;
  for (const step of journey || []) {
    const at = Date.parse(step.at) || end;
    const [, from] = arrivals.findLast(([came]) => came > before && came <= at) || [];
    if (from || !all.length || at - end >= GAP) all.push({ steps: [], from });
    all.at(-1).steps.push(step);
    before = at;
    end = Math.max(end, at + (step.seconds || 0) * 1000);
  }
  return all;
}

/** The mark of a step: the model's own evidence says which pages are price pages, their names help when there is none. */
function markOf(step, prices) {
  const page = (step.subject || '').toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  return prices.has(step.subject) || (step.what === 'page_view' && PRICES.test(page)) ? 'price' : MARKS[step.what] || null;
}

function picture(steps, longest, label, prices) {
  const seen = new Set(), parts = [];
  let before = null;
  for (const step of steps) {
    const mark = markOf(step, prices);
    if (mark && mark !== before) { parts.push(h('span', { class: `mark ${mark}` }, icon(mark))); seen.add(mark); }
    before = mark;
    if (step.what === 'page_view') parts.push(vars(h('span', { class: mark === 'price' ? 'stay price' : 'stay', title: `${step.subject || ''} ${duration(step.seconds)}` }), { '--share': (step.seconds || 0) / longest }));
  }
  const names = [...seen].map((mark) => t(`mark.${mark}`)).join(', ');
  const stays = parts.filter((part) => part.matches('.stay')).length;
  return { seen, taken: (parts.length - stays) * 22 + stays * 4 + parts.length * 2, track: h('div', { class: 'line', role: 'img', 'aria-label': [label, names].filter(Boolean).join(': ') }, parts) };
}

function stepList(steps, prices) {
  return h('ol', { role: 'list', class: 'steps' }, steps.map((step) => h('li', null,
    h('time', { datetime: step.at }, clock(step.at)), icon(markOf(step, prices) || 'page'),
    h('span', null, word('what', step.what), ' ', step.subject && (step.what === 'intent' ? word('intent', step.subject) : h('span', { class: 'subject' }, step.subject))),
    h('span', { class: 'much' }, [step.seconds > 0 && duration(step.seconds), step.scroll > 0 && t('scrolled', percent(step.scroll))].filter(Boolean).join(', ')))));
}

export function timeline(lead) {
  const all = visits(lead);
  if (!all.length) return h('p', { class: 'muted' }, t('journey.none'));
  const prices = new Set((lead.reasons || []).filter((r) => r.rule === 'pricing').flatMap((r) => r.evidence || []));
  const seconds = (steps) => steps.reduce((sum, step) => sum + (step.seconds || 0), 0);
  const longest = Math.max(1, ...all.map(({ steps }) => seconds(steps)));
  const legend = new Set();
  let most = 0;   // pixels that marks and gaps take in the fullest visit: the same scale for all
  const drawn = all.map(({ steps, from }, n) => {
    const label = `${t('visit', n + 1)}, ${t('active', duration(seconds(steps)))}`;
    const { seen, taken, track } = picture(steps, longest, label, prices);
    most = Math.max(most, taken);
    seen.forEach((mark) => legend.add(mark));
    return h('li', { class: 'visit' },
      h('h4', null, t('visit', n + 1), h('span', null, weekday(steps[0].at)), h('span', null, t('active', duration(seconds(steps)))),
        from && h('span', null, [word('channel', from.channel), from.utm_campaign].filter(Boolean).join(': '))), track,
      h('details', { open: n === all.length - 1 && steps.length < 13 }, h('summary', null, t('steps', steps.length)), stepList(steps, prices)));
  });
  return vars(h('div', { class: 'journey' },
    legend.size > 0 && h('p', { class: 'legend' }, [...legend].map((mark) => h('span', null, h('span', { class: `mark ${mark}` }, icon(mark)), ' ', t(`mark.${mark}`)))),
    h('ol', { role: 'list' }, drawn)), { '--taken': `${most}px` });
}
