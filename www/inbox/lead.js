// The page of one lead: owns the order of its parts and redraws what came from the visitor, never what is being typed.
import { h, icon } from './dom.js';
import { language, t, word } from './words.js';
import { isWaiting, langOf, mailLink, nameOf, telLink } from './about.js';
import { clockAt, moment, number } from './format.js';
import { ageOf, arrange, chip, tags } from './list.js';
import { createFields } from './fields.js';
import { reasons } from './reasons.js';
import { timeline } from './timeline.js';
import { chat } from './chat.js';

const facts = (rows) => h('dl', null, rows.filter(Boolean).map(([name, value, lang]) => h('div', null, h('dt', null, name),
  value == null || value === '' ? h('dd', { class: 'muted' }, t('unknown')) : h('dd', { lang }, value))));
const section = (id, title, ...children) => h('section', { 'aria-labelledby': `${id}-title` }, h('h3', { id: `${id}-title` }, title), children);

function head(entry) {
  const { lead } = entry, contact = lead.contact || {};
  const phone = telLink(contact.phone), mail = mailLink(contact.email);
  const mailFirst = mail && (!phone || lead.qualification?.preferred === 'email');
  const button = (href, picture, verb, what, first) => h('a', { class: first ? 'button primary' : 'button', href }, icon(picture), h('span', null, verb), ' ', h('span', { class: 'what' }, what));
  return [
    h('div', { class: 'head-top' },
      h('p', { class: 'marks' }, chip(lead.tier), tags(entry), ageOf(entry)),
      h('p', { class: 'score' }, lead.score == null ? t('noscore') : [t('score'), ' ', h('strong', null, number(lead.score))])),
    h('h2', { id: 'lead-title', tabindex: -1 }, nameOf(lead)),
    h('p', { class: 'under' }, contact.company && h('span', { class: 'firm', lang: langOf(lead) }, contact.company), h('span', null, `${t('stage')}: ${word('stage', lead.stage)}`), there(lead)),
    h('p', { class: 'actions' },
      phone && button(phone, 'phone', t('call'), contact.phone, !mailFirst), mail && button(mail, 'mail', t('mail'), contact.email, mailFirst),
      !phone && !mail && h('span', { class: 'muted' }, t('noreach')),
      h('button', { type: 'button', class: 'button', click: () => document.getElementById('notes').focus() }, icon('note'), h('span', null, t('notes')))),
  ];
}

/** What time it is where the visitor is, in case it is another than here. */
const there = ({ device, updated_at }) => { const time = clockAt(device?.utc_offset, updated_at); return time && h('span', { 'data-there': device.utc_offset, 'data-at': updated_at }, t('there', time)); };

const touch = (id, at) => h('div', null, h('h4', null, t(`touch.${id}`)), facts([
  [t('channel'), word('channel', at?.channel)], [t('referrer'), at?.referrer], [t('campaign'), [at?.utm_source, at?.utm_medium, at?.utm_campaign].filter(Boolean).join(' / ')],
  [t('landing'), at?.landing], [t('when'), moment(at?.at)]]));

function story(lead) {
  return [
    lead.brief && section('brief', t('brief'), h('div', { class: 'prose' }, String(lead.brief).split('\n').filter(Boolean).map((line) => h('p', null, line)))),
    section('reasons', t('reasons'), reasons(lead)), lead.fit && section('fit', `${t('fit')}: ${lead.fit.grade}`, reasons(lead.fit)), section('journey', t('journey'), timeline(lead)), section('chat', t('chat'), chat(lead)),
  ].filter(Boolean);
}

function background(entry) {
  const { lead } = entry, q = lead.qualification || {}, contact = lead.contact || {}, own = langOf(lead);
  return [
    section('facts', t('facts'), lead.source && h('div', { class: 'touches' }, touch('first', lead.source.first), touch('last', lead.source.last)), facts([
      [t('need'), q.need, own], [t('timeframe'), word('timeframe', q.timeframe)], [t('authority'), word('authority', q.authority)], [t('budget'), q.budget, own],
      [t('supplier'), q.current_supplier, own], [t('requirements'), q.requirements, own], [t('preferred'), word('preferred', q.preferred)], [t('preferred_time'), q.preferred_time, own],
      ...(q.statements || []).map(({ intent, words }) => [`${t('said')}: ${word('intent', intent)}`, words, own]),
      typeof q.satisfied === 'boolean' && [t('satisfied'), t(q.satisfied ? 'yes' : 'no')],
      [t('company'), contact.company, own], [t('phone'), contact.phone], [t('email'), contact.email],
      ...Object.entries(lead.attributes || {}).map(([name, value]) => [name.replaceAll('_', ' '), value, own]),
      lead.topics?.length && [t('topics'), lead.topics.join(', '), own],
      lead.device && [t('device'), [word('device', lead.device.class), lead.device.utc_offset, word('load', lead.device.load, null)].filter(Boolean).join(', ')],
      [t('page'), lead.page], [t('site'), lead.site], [t('spoken'), lead.language && languageName(lead.language)],
      [t('received'), moment(entry.received_at)], [t('created'), moment(lead.created_at)], [t('updated'), moment(lead.updated_at)],
      [t('model'), lead.model && `${lead.model.id} ${lead.model.version}`], [t('id'), `${lead.id} (${lead.revision})`]])),
    section('consent', t('consent'), h('p', null, [word('consent', lead.consent?.state) || t('unknown'), lead.consent?.source, moment(lead.consent?.at)].filter(Boolean).join(', ')),
      lead.consent?.contact_text ? h('blockquote', { lang: own }, lead.consent.contact_text) : h('p', { class: 'muted' }, t('consent.none'))),
  ];
}

function languageName(code) {
  try { return new Intl.DisplayNames(language(), { type: 'language' }).of(code); } catch { return code; }
}

/** actions: {saved(entry), drafted(), left(error, entry), close()} */
export function createLeadPage(node, actions) {
  let shown = null;   // {id, words, drawn, fields, boxes}

  const leave = () => { shown?.fields.leave(); shown = null; };
  const back = () => h('p', { class: 'back' }, h('a', { href: '#', click: (event) => { event.preventDefault(); actions.close(); } }, icon('back'), t('back')));

  function show(entry) {
    const { id } = entry.lead, drawn = JSON.stringify(entry.lead) + language();
    if (shown?.id !== id || shown.words !== language()) {
      leave();
      const fields = createFields(entry, actions.saved, actions.drafted, (error) => actions.left(error, entry));
      const boxes = { head: h('header'), story: h('div'), background: h('div'), raw: h('pre', { tabindex: 0 }) };
      shown = { id, words: language(), fields, boxes };
      node.replaceChildren(back(), boxes.head, fields.work, boxes.story, boxes.background, section('notes', t('notes'), fields.notes), h('details', { class: 'raw' }, h('summary', null, t('raw')), boxes.raw));
    }
    const focused = shown.boxes.head.contains(document.activeElement);
    shown.boxes.head.replaceChildren(...head(entry));
    if (focused) node.querySelector('h2').focus({ preventScroll: true });
    shown.fields.update(entry);
    if (shown.drawn === drawn) return;
    shown.drawn = drawn;
    shown.boxes.story.replaceChildren(...story(entry.lead));
    shown.boxes.background.replaceChildren(...background(entry));
    shown.boxes.raw.textContent = JSON.stringify(entry.lead, null, 2);
  }

  const blank = (...children) => { leave(); node.replaceChildren(h('div', { class: 'blank' }, children)); };
  return {
    show, leave,
    gone: () => { blank(h('h2', { id: 'lead-title', tabindex: -1 }, t('gone.title')), h('p', null, t('gone'))); node.prepend(back()); },
    clear: () => { leave(); node.replaceChildren(); },
    /** Nothing chosen: who is next. */
    idle: (entries) => {
      const waiting = (arrange(entries.filter(isWaiting), 'hot')[0] || [null, []])[1], next = waiting[0];
      blank(h('h2', { id: 'lead-title' }, waiting.length ? t('idle.some', waiting.length) : t('idle.none')),
        next && h('p', null, `${t('idle.next')}: `, h('a', { href: `#lead=${encodeURIComponent(next.lead.id)}` }, [nameOf(next.lead), next.lead.contact?.company].filter(Boolean).join(', '))),
        h('p', { class: 'muted keys' }, t('idle.keys')));
    },
  };
}
