// What the salesperson writes: status, owner, notes. Owns what was typed and is not saved yet (a draft), which outlives redrawing,
// reloading and failed saves. Two groups are saved apart, so that an unfinished status never holds up a note.
import { h } from './dom.js';
import { t } from './words.js';
import { STATUSES } from './about.js';
import { clock, today } from './format.js';
import { patch } from './api.js';

const KEY = 'leadheat-inbox-drafts';
const GROUPS = { work: ['status', 'owner', 'lost_reason', 'parked_until'], notes: ['notes'] };
let drafts = {};
try { drafts = JSON.parse(sessionStorage.getItem(KEY)) || {}; } catch { /* nothing kept */ }

export const hasDraft = (id) => Object.hasOwn(drafts, id);
export const draftIds = () => Object.keys(drafts);

function keep(id, change) {
  const draft = { ...drafts[id], ...change };
  for (const name of Object.keys(draft)) if (draft[name] === undefined) delete draft[name];
  if (Object.keys(draft).length) drafts[id] = draft;
  else delete drafts[id];
  try { sessionStorage.setItem(KEY, JSON.stringify(drafts)); } catch { /* kept in memory only */ }
}

/** The part of a draft that can be saved now; an unfinished "lost" or "parked" waits. */
function ready(id, group) {
  const draft = drafts[id] || {};
  const change = Object.fromEntries(GROUPS[group].filter((name) => name in draft).map((name) => [name, draft[name]]));
  if (!change.lost_reason?.trim()) delete change.lost_reason;
  if (!(change.parked_until >= today())) delete change.parked_until;
  if ((change.status === 'lost' && !change.lost_reason) || (change.status === 'parked' && !change.parked_until)) delete change.status;
  return change;
}

const running = new Map();   // one save at a time per lead and group
/** Saves what is ready. Answers the new entry, or null when there was nothing to save; throws plain words. */
export function save(id, group) {
  const key = `${id} ${group}`;
  const job = (running.get(key) || Promise.resolve()).catch(() => {}).then(async () => {
    const change = ready(id, group);
    if (!Object.keys(change).length) return null;
    const entry = await patch(id, change);
    for (const [name, value] of Object.entries(change)) if (drafts[id]?.[name] === value) keep(id, { [name]: undefined });
    return entry;
  });
  running.set(key, job);
  return job;
}
export const saveAll = (id) => Promise.all(Object.keys(GROUPS).map((group) => save(id, group)));

/** The fields of one lead: {work, notes, update(entry), leave()}. onSaved(entry) after a save, onLeft(error) when saving fails after leaving. */
export function createFields(first, onSaved, onDraft, onLeft) {
  const { id } = first.lead;
  let entry = first, left = false;
  const timers = {};
  const value = (name) => drafts[id]?.[name] ?? entry[name] ?? '';
  const hints = { work: h('p', { class: 'hint', role: 'status' }), notes: h('p', { class: 'hint', role: 'status' }) };

  async function flush(group) {
    clearTimeout(timers[group]);
    if (!Object.keys(ready(id, group)).length) return;
    try {
      const saved = await save(id, group);
      if (saved) { hints[group].replaceChildren(t('saved', clock(Date.now()))); onSaved(saved); }
    } catch (error) {
      hints[group].replaceChildren(h('span', { class: 'bad' }, t('error.save', error.message)), ' ', h('button', { type: 'button', class: 'link', click: () => flush(group) }, t('retry')));
      onDraft();
      if (left) onLeft(error);
    }
  }
  function edit(name, text, pause) {
    const group = name === 'notes' ? 'notes' : 'work';
    const had = hasDraft(id);
    keep(id, { [name]: text === (entry[name] ?? '') && !running.has(`${id} ${group}`) ? undefined : text });
    hints[group].replaceChildren();
    clearTimeout(timers[group]);
    if (pause != null) timers[group] = setTimeout(flush, pause, group);
    if (had !== hasDraft(id)) onDraft();
  }

  const status = h('select', { name: 'status', change: () => {
    edit('status', status.value, 400);
    if (status.value === 'lost' && reason.value) keep(id, { lost_reason: reason.value });   // one given earlier will do
    if (status.value === 'parked' && until.value) keep(id, { parked_until: until.value });
    reveal();
  }, blur: () => flush('work') }, STATUSES.map((name) => h('option', { value: name }, t(`status.${name}`))));
  const owner = h('input', { name: 'owner', autocomplete: 'name', maxlength: 200, input: () => edit('owner', owner.value, 900), blur: () => flush('work') });
  const reason = h('input', { name: 'lost_reason', list: 'reason-ideas', autocomplete: 'off', required: true, maxlength: 1000, input: () => edit('lost_reason', reason.value), change: () => flush('work') });
  const until = h('input', { name: 'parked_until', type: 'date', required: true, min: today(), input: () => edit('parked_until', until.value), blur: () => flush('work') });
  const notes = h('textarea', { id: 'notes', rows: 4, maxlength: 20000, 'aria-labelledby': 'notes-title', input: () => edit('notes', notes.value, 900), blur: () => flush('notes') });
  const controls = { status, owner, lost_reason: reason, parked_until: until, notes };

  const extra = (name, label, control, need) => h('div', { class: 'extra', 'data-for': name }, h('label', { class: 'field' }, h('span', null, label), control),
    h('button', { class: 'button' }, t('save')), h('p', { class: 'hint needed' }, need));
  const work = h('form', { class: 'work', submit: (event) => { event.preventDefault(); flush('work'); } },
    h('label', { class: 'field' }, h('span', null, t('status')), status),
    h('label', { class: 'field' }, h('span', null, t('owner')), owner),
    extra('lost', t('reason'), reason, t('reason.needed')), extra('parked', t('until'), until, t('until.needed')),
    h('datalist', { id: 'reason-ideas' }, t('reason.ideas').split('|').map((text) => h('option', { value: text }))),
    hints.work);

  function reveal() {
    for (const box of work.querySelectorAll('.extra')) {
      box.hidden = box.dataset.for !== status.value;
      for (const control of box.querySelectorAll('input')) control.disabled = box.hidden;
      box.querySelector('.needed').hidden = entry.status === status.value;
    }
  }
  function update(next) {
    entry = next;
    for (const [name, control] of Object.entries(controls)) {
      const typing = control === document.activeElement && control !== status;   // never under the writer's hands
      if (!typing && control.value !== value(name)) control.value = value(name);
    }
    reveal();
  }
  update(first);
  if (hasDraft(id)) for (const group of Object.keys(GROUPS)) flush(group);

  return { work, notes: h('div', null, notes, hints.notes), update, leave: () => { left = true; for (const group of Object.keys(GROUPS)) flush(group); } };
}
