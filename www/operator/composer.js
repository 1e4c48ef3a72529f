// Where an operator writes: owns the field, drafts, what is on its way and what failed, and telling the visitor that somebody types.
import { h, icon } from '../inbox/dom.js';
import { t } from './words.js';
import { isMine } from './about.js';
import { post } from './api.js';
import { createReplies } from './replies.js';

const drafts = new Map();   // by conversation: what was typed, and whether as a note
const waiting = new Map();   // by conversation: what is on its way, or did not arrive
const IDLE = 4000;

/** `me()`: who writes; `claim()`: takes over; `sent(message)`; `failed(error)`. */
export function createComposer({ me, claim, sent, failed }) {
  let conversation = null, note = false, typingUntil = 0, timer = 0;
  const field = h('textarea', { rows: 2, input: typed, keydown: key });
  const popup = h('div', { class: 'replies' });
  const outgoing = h('ol', { role: 'list', class: 'talk outgoing' }), typing = h('p', { class: 'typing', role: 'status' });
  const taken = h('div', { class: 'taken' });
  const modes = h('div', { class: 'modes', role: 'group' });
  const button = h('button', { class: 'button primary' });
  const more = h('button', { type: 'button', class: 'tool', click: () => replies.toggle() });
  const form = h('form', { submit }, field, h('div', { class: 'row-tools' }, more, button));
  const node = h('div', { class: 'composer' }, outgoing, typing, popup, modes, taken, form);
  const replies = createReplies(popup, { typed: () => field.value.trim(), failed, insert });

  const path = (what) => `conversations/${conversation.id}/${what}`;
  const keep = () => drafts.set(conversation.id, { text: field.value, note });

  function draw() {
    const mine = isMine(conversation, me()), { assignee, status } = conversation;
    const mode = (name, pressed, to) => h('button', { type: 'button', class: 'tool', 'aria-pressed': String(pressed), click: () => { note = to; keep(); draw(); field.focus(); } }, t(name));
    modes.replaceChildren(mode('answer', !note, false), mode('note', note, true));
    const other = status === 'open' && !mine;
    taken.hidden = note || mine;
    taken.replaceChildren(h('p', null, other ? t('claim.other', assignee?.name) : t(status === 'resolved' ? 'claim.again' : 'claim.why')), h('button', { type: 'button', class: other ? 'button' : 'button primary', click: claim }, t('claim')));
    form.hidden = !note && !mine;
    node.classList.toggle('noting', note);
    more.hidden = note;
    more.replaceChildren(icon('chat'), h('span', null, t('replies')));
    if (form.hidden || note) replies.hide();
    button.textContent = t(note ? 'keep' : 'send');
    field.placeholder = t(note ? 'note.hint' : 'answer.hint');
    field.setAttribute('aria-label', t(note ? 'note' : 'answer'));
  }

  function insert(text) {
    field.value = field.value.startsWith('/') ? text : [field.value, text].filter(Boolean).join(' ');
    typed();
    field.focus();
  }

  function grow() { field.rows = Math.min(8, Math.max(2, field.value.split('\n').length)); }

  function typed() {
    grow();
    keep();
    if (note) return;
    if (field.value.startsWith('/')) replies.show(field.value.slice(1));
    else if (replies.shown) replies.hide();
    clearTimeout(timer);
    timer = setTimeout(stop, IDLE);
    if (Date.now() < typingUntil || field.value.startsWith('/')) return;
    typingUntil = Date.now() + IDLE;
    post(path('typing'), { on: true }).catch(() => { /* the visitor does not see it, no more */ });
  }

  function stop() {
    clearTimeout(timer);
    if (!typingUntil || !conversation) return;
    typingUntil = 0;
    post(path('typing'), { on: false }).catch(() => { /* as above */ });
  }

  function key(event) {
    if (event.key === 'Escape' && replies.shown) { event.stopPropagation(); replies.hide(); return; }
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (replies.shown && field.value.startsWith('/')) replies.chooseFirst();
    else form.requestSubmit();
  }

  function submit(event) {
    event.preventDefault();
    const content = field.value.trim();
    if (!content) return;
    field.value = '';
    grow();
    keep();
    replies.hide();
    typingUntil = 0;
    clearTimeout(timer);
    deliver(path('messages'), { content, note, echo_id: crypto.randomUUID?.() || String(Math.random()) });
  }

  /** The same again until it is there: the server takes it once. */
  async function deliver(to, message) {
    const state = h('p', { class: 'who' }, t('sending'));
    const line = h('li', { class: message.note ? 'note' : 'mine' }, h('p', { class: 'bubble' }, message.content), state);
    const id = conversation.id, lines = waiting.get(id) || waiting.set(id, new Set()).get(id);
    lines.add(line);
    outgoing.append(line);
    const done = () => { lines.delete(line); line.remove(); };
    try {
      const kept = await post(to, message);
      done();
      sent(kept);
    } catch (error) {
      if (error.status === 401) failed(error);
      state.replaceChildren(h('span', { class: 'bad' }, t('unsent', error.message)), ' ',
        h('button', { type: 'button', class: 'link', click: () => { done(); deliver(to, message); } }, t('retry')));
    }
  }

  return {
    node, draw, stop,
    /** For a conversation, as it is now. */
    show(next) {
      const changed = conversation?.id !== next.id;
      if (changed && conversation) stop();
      conversation = next;
      if (changed) {
        const draft = drafts.get(next.id);
        field.value = draft?.text || '';
        note = draft?.note || false;
        outgoing.replaceChildren(...(waiting.get(next.id) || []));
        typing.textContent = '';
        grow();
        replies.load();
      }
      draw();
    },
    focus: () => { if (!form.hidden) field.focus(); },
    /** Nothing is left of what was typed. */
    clear: () => { drafts.clear(); waiting.clear(); outgoing.replaceChildren(); conversation = null; },
    says: (text) => { typing.textContent = text; },
    saved: replies.changed,
  };
}
