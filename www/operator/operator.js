// The operator page: owns who is logged in, the conversations and which is open, and wires gate, list, talk, alerts and server together.
import { h } from '../inbox/dom.js';
import { firstLanguage, language, setLanguage } from '../inbox/words.js';
import { setNow } from '../inbox/format.js';
import { createAlerts } from '../inbox/alerts.js';
import { tick } from '../inbox/list.js';
import { t } from './words.js';
import { get, listen, post } from './api.js';
import { isMine, isWaiting, nameOf } from './about.js';
import { drawGate } from './gate.js';
import { drawEmpty, drawList, rowOf } from './list.js';
import { createTalk } from './talk.js';

const $ = (id) => document.getElementById(id);
const main = document.querySelector('main'), rows = $('rows'), narrow = matchMedia('(max-width: 859px), (max-height: 479px)');
const conversations = new Map(), announced = new Set();
let me = null, before = 0, colleagues = [], invitation = '', loaded = false, lost = false, asked = 0, hangUp = null, gate = {}, soon = 0, pressed = false;

const alerts = createAlerts($('sound'), $('bell'), (text) => notice(text));
const talk = createTalk($('lead'), {
  me: () => me, failed, changed: (conversation) => { put(conversation); drawRows(); },
  gone: () => { location.hash = ''; },
});
const openId = () => Number(location.hash.match(/^#c=(\d+)$/)?.[1] || 0);

function notice(text, retry) {
  $('notice').replaceChildren(...(text ? [text, ' ', h('button', { type: 'button', class: 'button', click: () => { notice(''); retry?.(); } }, retry ? t('retry') : 'OK')] : []));
}

function failed(error) {
  if (error.status === 401) leave(t('gate.expired'));
  else notice(t('error.did', error.message));
}

function drawRows() {
  const all = [...conversations.values()], waiting = all.filter(isWaiting), mine = all.filter((one) => isMine(one, me));
  alerts.title(waiting.length + mine.filter(({ unread }) => unread).length);
  $('summary').textContent = all.length ? t('summary', waiting.length, mine.length, all.filter(({ online }) => online).length) : '';
  document.body.classList.toggle('no-leads', loaded && !all.length && !openId());
  if (all.length) drawList(rows, all, me, openId());
  else if (loaded) drawEmpty(rows);
}

/** Many visitors write at once, and nobody can click a row that is drawn anew between press and release. */
function drawRowsSoon() {
  soon ||= setTimeout(() => {
    soon = 0;
    if (pressed) drawRowsSoon();
    else if (me) drawRows();
  }, 200);
}

function drawTalk() {
  const id = openId(), conversation = conversations.get(id);
  document.body.classList.toggle('reading', !!id);
  if (conversation) talk.show(conversation);
  else if (id && loaded) talk.idle(t('gone.title'), t('gone'));
  else talk.idle(t('idle.title'), t('idle.why'));
}

function drawMe() {
  if (!me) { $('me').replaceChildren(); return; }
  const others = colleagues.filter(({ id }) => id !== me.id).map(({ name }) => name).join(', ');
  const link = invitation && h('label', { class: 'field' }, h('span', null, t('invite.link')), h('input', { readonly: true, value: `${location.origin}/operator#token=${invitation}`, focus: (event) => event.target.select() }));
  const open = $('me').firstElementChild?.open;
  $('me').replaceChildren(h('details', { class: 'menu', open }, h('summary', null, me.name), h('div', { class: 'menu-in' },
    others && h('p', { class: 'muted' }, t('colleagues', others)), link,
    h('button', { type: 'button', class: 'button', click: invite }, t('invite')), h('button', { type: 'button', class: 'button', click: logOut }, t('logout')))));
}

function drawAll() {
  document.documentElement.lang = language();
  $('language').value = language();
  document.querySelectorAll('[data-t]').forEach((el) => { el.textContent = t(el.dataset.t); });
  alerts.draw();
  drawMe();
  if (!me) { document.title = t('title'); drawGate($('gate'), gate); return; }
  drawRows();
  drawTalk();
}

/** Says so, once, when a hot visitor waits for a human. */
function announce(conversation) {
  const { id, contact } = conversation;
  if (!isWaiting(conversation)) { if (conversation.status !== 'pending') announced.delete(id); return; }
  if (announced.has(id)) return;
  announced.add(id);
  $('live').textContent = `${t('hot.arrived')}: ${nameOf(conversation)}`;
  alerts.tell(t('hot.arrived'), [nameOf(conversation), contact.reasons[0]], `hot-${id}`, () => { location.hash = `c=${id}`; });
}

function put(conversation) {
  conversations.set(conversation.id, conversation);
  announce(conversation);
  drawRowsSoon();
  if (conversation.id === openId()) drawTalk();
}

function take(message) {
  talk.take(message);
  const conversation = conversations.get(message.conversation_id);
  if (message.from !== 'visitor' || !conversation || !isMine(conversation, me) || (talk.id === conversation.id && !document.hidden)) return;
  alerts.tell(t('answered'), [nameOf(conversation), message.content.slice(0, 200)], `message-${conversation.id}`, () => { location.hash = `c=${conversation.id}`; });
}

async function load() {
  const turn = ++asked;
  try {
    const answer = await get('conversations');
    if (turn !== asked || !me) return;
    setNow(answer.now);
    conversations.clear();
    for (const conversation of answer.conversations) conversations.set(conversation.id, conversation);
    colleagues = answer.operators;
    loaded = true;
    notice('');
    answer.conversations.forEach(announce);
    drawMe();
    drawRows();
    drawTalk();
    talk.reload();
  } catch (error) {
    if (turn !== asked) return;
    if (error.status === 401) failed(error);
    else notice(t('error.load', error.message), load);
  }
}

function enter(operator) {
  if (operator.id !== before) talk.clear();   // who comes back finds what was typed
  before = operator.id;
  me = operator;
  gate = {};
  $('gate').hidden = true;
  $('gate').replaceChildren();   // the password was in it
  main.hidden = false;
  drawAll();
  hangUp = listen({
    conversation: put, message: take, typing: talk.typing, replies: talk.saved,
    presence: (all) => { colleagues = all; drawMe(); },
    deleted: ({ id }) => { conversations.delete(id); drawRows(); drawTalk(); },
  }, () => { lost = false; $('connection').textContent = ''; load(); }, () => {
    if (!lost) get('session').then(({ operator: still }) => { if (!still) leave(t('gate.expired')); }).catch(() => { /* not there at all: tried again */ });
    lost = true;
    $('connection').textContent = t('offline');
  });
}

/** Nobody is logged in: shows the way in. */
function leave(why, anyAccount = true, token = '') {
  hangUp?.();
  me = hangUp = null;
  invitation = '';
  conversations.clear();
  loaded = lost = false;
  notice('');
  $('connection').textContent = '';
  gate = { anyAccount, token, why, entered: enter };
  document.body.classList.remove('reading', 'no-leads');
  $('gate').hidden = false;
  main.hidden = true;
  talk.idle('', '');
  rows.replaceChildren();   // which is drawn anew only when something is loaded
  drawAll();
}

async function logOut() {
  hangUp();   // The news end with the session: that is no lost connection.
  try { await post('logout'); } catch (error) {
    failed(error);
    if (me) enter(me);
    return;
  }
  leave(t('gate.over'));
}

async function invite() {
  try { invitation = (await post('invitations')).token; drawMe(); $('me').querySelector('input').focus(); } catch (error) { failed(error); }
}

/** The token is taken out of the address: nobody finds it in the history. */
function tokenInAddress() {
  const token = location.hash.match(/^#token=([\w-]+)$/)?.[1] || '';
  if (token) history.replaceState(null, '', location.pathname);
  return token;
}

async function start() {
  const token = tokenInAddress();
  try {
    const { operator, any_account: anyAccount } = await get('session');
    if (operator && !token) enter(operator);
    else leave('', anyAccount, token);
  } catch (error) {
    notice(t('error.load', error.message), start);
  }
}

rows.addEventListener('pointerdown', () => { pressed = true; });
for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => setTimeout(() => { pressed = false; }));
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && openId() && !event.defaultPrevented && !document.querySelector('dialog')) { if (narrow.matches) location.hash = ''; else rowOf(rows, String(openId()))?.focus(); }
});
addEventListener('hashchange', () => {
  if (/^#token=/.test(location.hash)) { start(); return; }
  if (!me) return;
  drawRows();
  drawTalk();
  if (openId()) $('lead-title')?.focus({ preventScroll: true });
});
document.addEventListener('click', (event) => { if (!$('me').contains(event.target)) $('me').firstElementChild?.removeAttribute('open'); });
$('skip').addEventListener('click', (event) => { event.preventDefault(); rows.querySelector('a, button')?.focus(); });
$('language').addEventListener('change', () => { setLanguage($('language').value, true); drawAll(); talk.redraw(); });

setLanguage(firstLanguage());
document.documentElement.lang = language();
start();
setInterval(() => tick(document), 30000);
