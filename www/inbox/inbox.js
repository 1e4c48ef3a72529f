// The inbox: owns the leads, the language and what is open, and wires list, filters, lead page, alerts and server together.
import { h, icon } from './dom.js';
import { firstLanguage, language, setLanguage, t, word } from './words.js';
import { channelOf, isOpen, isWaiting, nameOf } from './about.js';
import { setNow } from './format.js';
import { call, listen, patch } from './api.js';
import { active, createFilters, passes } from './filters.js';
import { drawEmpty, drawList, drawNothing, rowOf, tick } from './list.js';
import { createLeadPage } from './lead.js';
import { createAlerts } from './alerts.js';
import { draftIds, saveAll } from './fields.js';

const $ = (id) => document.getElementById(id);
const rows = $('rows'), narrow = matchMedia('(max-width: 859px), (max-height: 479px)');
const entries = new Map();
let loaded = false, asked = 0, channels = '';

const filters = createFilters($('filters'), drawRows);
const alerts = createAlerts($('sound'), $('bell'), (text) => notice(text));
const page = createLeadPage($('lead'), {
  saved: put, drafted: drawRows, close: () => { location.hash = ''; },
  left: (error, entry) => notice(t('error.left', nameOf(entry.lead))),
});

const openId = () => { try { return decodeURIComponent(location.hash.match(/^#lead=(.+)/)?.[1] || ''); } catch { return ''; } };

function notice(text, retry) {
  $('notice').replaceChildren(...(text ? [text, ' ', h('button', { type: 'button', class: 'button', click: () => { notice(''); retry?.(); } }, retry ? t('retry') : 'OK')] : []));
}

function drawRows() {
  const all = [...entries.values()], wanted = filters.wanted(), some = all.filter((entry) => passes(entry, wanted));
  const waiting = all.filter(isWaiting).length;
  alerts.title(waiting);
  $('summary').textContent = !all.length ? '' : [t('summary', waiting, all.filter((entry) => entry.status === 'new').length, all.length), active(wanted) && t('shown', some.length)].filter(Boolean).join('. ');
  document.body.classList.toggle('no-leads', loaded && !all.length);
  if (some.length) drawList(rows, some, { sort: wanted.sort, selected: openId() });
  else if (all.length) drawNothing(rows, filters.reset);
  else if (loaded) drawEmpty(rows);
}

function drawLead() {
  const id = openId(), entry = entries.get(id);
  document.body.classList.toggle('reading', !!id);
  if (entry) page.show(entry);
  else if (id && loaded) page.gone();
  else if (!id && entries.size) page.idle([...entries.values()]);
  else page.clear();
}

function drawFilters() {
  const seen = [...new Set([...entries.values()].map((entry) => channelOf(entry.lead)).filter(Boolean))].sort();
  if (seen.join() + language() !== channels) filters.draw(seen);
  channels = seen.join() + language();
}

function drawAll() {
  document.documentElement.lang = language();
  $('language').value = language();
  document.querySelectorAll('[data-t]').forEach((el) => { el.textContent = t(el.dataset.t); });
  $('export').replaceChildren(icon('download'), h('span', null, t('export')));
  $('export').setAttribute('aria-label', t('export'));
  alerts.draw();
  drawFilters();
  drawRows();
  drawLead();
}

/** Takes in an entry from the server, unless a newer revision is here already. */
function take(entry) {
  const before = entries.get(entry.lead.id);
  if (!(before?.lead.revision > entry.lead.revision)) entries.set(entry.lead.id, entry);
}

function put(entry) {
  take(entry);
  drawFilters();
  drawRows();
  if (entry.lead.id === openId() || !openId()) drawLead();
}

/** Says so when an entry is new here, or has become hot. */
function announce(before, entry) {
  const { lead } = entry;
  const hot = lead.tier === 'hot' && isOpen(entry);
  if (lead.suspected_bot || (before && !(hot && before.lead.tier !== 'hot'))) return;
  $('live').textContent = t('arrived', word('tier', lead.tier), [nameOf(lead), lead.contact?.company].filter(Boolean).join(', '));
  if (hot) alerts.hot(entry, () => { location.hash = `lead=${encodeURIComponent(lead.id)}`; });
}

async function load() {
  const turn = ++asked;
  try {
    const { leads, now } = await call(`leads?lang=${language()}`);
    if (turn !== asked) return;
    setNow(now);
    const first = !loaded, present = new Set(leads.map((entry) => entry.lead.id));
    for (const id of [...entries.keys()]) if (!present.has(id)) entries.delete(id);
    for (const entry of leads) {
      if (!first) announce(entries.get(entry.lead.id), entry);
      take(entry);
    }
    loaded = true;
    notice('');
    drawAll();
    if (first) markRead();
  } catch (error) {
    if (turn === asked) notice(t('error.load', error.message), load);
  }
}

async function loadOne(id) {
  try {
    const entry = await call(`leads/${encodeURIComponent(id)}?lang=${language()}`);
    announce(entries.get(id), entry);
    put(entry);
  } catch (error) {
    if (error.status !== 404) return;
    entries.delete(id);
    drawAll();
  }
}

function markRead() {
  const entry = entries.get(openId());
  if (!entry || entry.read) return;
  put({ ...entry, read: true });
  patch(entry.lead.id, { read: true }).catch(() => { /* it is unread again after the next load */ });
}

async function saveDrafts() {
  for (const id of draftIds()) await saveAll(id).then((saved) => saved.filter(Boolean).forEach((entry) => put(entry))).catch(() => { /* still kept */ });
}

/** j and k: the next and the previous row; on a phone with a lead open, the next and the previous lead. */
function step(by) {
  const all = [...rows.querySelectorAll('.row')], here = document.activeElement.closest?.('.row') || rowOf(rows, openId());
  const next = all[here ? all.indexOf(here) + by : 0];
  if (!next) return;
  if (narrow.matches && openId()) location.hash = next.hash;
  else next.focus();
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
  if (event.key === 'j') step(1);
  else if (event.key === 'k') step(-1);
  else if (event.key === 'Escape' && openId()) { if (narrow.matches) location.hash = ''; else rowOf(rows, openId())?.focus(); }
});
addEventListener('hashchange', (event) => {
  const was = new URL(event.oldURL).hash.match(/^#lead=(.+)/)?.[1];
  drawRows();
  drawLead();
  markRead();
  if (openId()) { $('lead').scrollTop = 0; if (narrow.matches) scrollTo(0, 0); $('lead-title')?.focus({ preventScroll: true }); }
  else if (was) rowOf(rows, decodeURIComponent(was))?.focus();
});
addEventListener('popstate', () => { filters.reread(); drawRows(); });
addEventListener('pagehide', () => page.leave());
addEventListener('online', saveDrafts);
$('skip').addEventListener('click', (event) => { event.preventDefault(); rows.querySelector('a, button')?.focus(); });
$('language').addEventListener('change', () => { setLanguage($('language').value, true); drawAll(); load(); });

setLanguage(firstLanguage());
drawAll();
load();
listen(
  loadOne,
  () => { if ($('connection').textContent) load(); $('connection').textContent = ''; saveDrafts(); },
  () => { $('connection').textContent = t('offline'); },
);
setInterval(() => tick(document), 30000);
