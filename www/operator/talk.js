// The open conversation: its head, messages, composer and what stands beside. Owns loading it and what is done with it.
import { h, icon } from '../inbox/dom.js';
import { t } from './words.js';
import { get, post, send } from './api.js';
import { holder, isMine, nameOf } from './about.js';
import { tierOf } from './list.js';
import { createMessages } from './messages.js';
import { createComposer } from './composer.js';
import { drawBeside } from './beside.js';
import { ask } from './ask.js';
import { language } from '../inbox/words.js';

const PAGE = 20;

/** `me()`: who is logged in; `changed(conversation)`, `failed(error)`, `gone()`. */
export function createTalk(node, { me, changed, failed, gone }) {
  let conversation = null, insight = null, timer = 0, typing = 0, messages = null;
  const head = h('header', { class: 'talk-head' }), beside = h('aside', { class: 'beside' });
  const composer = createComposer({ me, claim, failed, sent: (message) => take(message) });
  const path = (what = '') => `conversations/${conversation.id}${what}`;

  async function act(job) {
    try { changed(await job); } catch (error) { failed(error); }
  }

  async function claim() {
    const { status, assignee } = conversation, other = status === 'open' && assignee && !isMine(conversation, me()) ? assignee : null;
    if (other && !await ask(t('claim.ask', other.name), t('claim.yes'))) return;
    await act(post(path('/claim'), { from: other ? other.id : null }));
    composer.focus();
  }

  async function remove() {
    if (!await ask(t('remove.ask'), t('remove'))) return;
    try { await send('DELETE', path()); gone(); } catch (error) { failed(error); }
  }

  function drawHead() {
    const mine = isMine(conversation, me()), { status, online } = conversation;
    const button = (name, click) => h('button', { type: 'button', class: 'button', click }, t(name));
    head.replaceChildren(
      h('p', { class: 'back' }, h('a', { href: '#' }, icon('back'), h('span', null, t('back')))),
      h('div', { class: 'talk-who' }, tierOf(conversation), h('h2', { id: 'lead-title', tabindex: -1 }, nameOf(conversation)),
        h('p', { class: 'muted' }, [t(online ? 'online' : 'away'), holder(conversation, me())].join(' · '))),
      h('div', { class: 'talk-do' },
        h('button', { type: 'button', class: 'button opener-beside', 'aria-expanded': String(node.classList.contains('with-beside')), click: () => { node.classList.toggle('with-beside'); drawHead(); } }, t('about')),
        mine && button('return', () => act(post(path('/return')))),
        (mine || status === 'pending') && button('resolve', () => act(post(path('/resolve')))),
        status === 'resolved' && button('remove', remove)));
  }

  function draw() {
    drawHead();
    drawBeside(beside, conversation, insight);
    composer.show(conversation);
    messages.seenAt(conversation.visitor_seen_at);
  }

  async function load(before) {
    const { id } = conversation;
    try {
      const answer = await get(`conversations/${id}${before ? `?before=${before}` : ''}`);
      if (conversation?.id !== id) return;
      messages.page(answer.messages, nameOf(answer.conversation), answer.messages.length === PAGE);
      messages.seenAt(answer.conversation.visitor_seen_at);
      if (!before) see();
    } catch (error) { failed(error); }
  }

  function understand() {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const { id } = conversation || {};
      if (!id) return;
      const answer = await get(`conversations/${id}/insight?lang=${language()}`).catch(() => null);
      if (conversation?.id !== id || !answer) return;
      insight = answer;
      drawBeside(beside, conversation, insight);
    }, 200);
  }

  function see() {
    if (!conversation?.unread || document.visibilityState !== 'visible' || !messages.last) return;
    post(path('/seen'), { message: messages.last }).catch(() => { /* it stays unread */ });
  }

  function take(message) {
    if (message.conversation_id !== conversation?.id) return;
    messages.add(message);
    if (message.from === 'visitor') { composer.says(''); understand(); }
    messages.seenAt(conversation.visitor_seen_at);
  }

  document.addEventListener('visibilitychange', see);

  return {
    take, see,
    get id() { return conversation?.id; },
    show(next) {
      const other = conversation?.id !== next.id;
      if (other) composer.stop();
      conversation = next;
      if (other || !node.contains(head)) {
        insight = null;
        messages = createMessages(() => load(messages.first));
        node.classList.remove('with-beside');
        node.classList.add('talking');
        node.replaceChildren(head, messages.node, composer.node, beside);
        load();
        understand();
      }
      draw();
      see();
    },
    /** Anything may have happened meanwhile. */
    reload() { if (conversation) { load(); understand(); } },
    /** In another language. */
    redraw() { if (!conversation) return; messages.redraw(); draw(); understand(); },
    typing({ conversation_id: id, on, user }) {
      if (id !== conversation?.id || (user.type === 'user' && user.id === me().id)) return;
      clearTimeout(typing);
      composer.says(on ? t('typing', user.name || nameOf(conversation)) : '');
      if (on) typing = setTimeout(() => composer.says(''), 10000);
    },
    saved: (replies) => composer.saved(replies),
    /** Somebody else is here: what was typed is not theirs. */
    clear: () => composer.clear(),
    /** Nothing is open: says why. */
    idle(title, why) {
      composer.stop();
      conversation = null;
      node.classList.remove('talking', 'with-beside');
      node.replaceChildren(h('div', { class: 'blank' }, h('p', { class: 'back' }, h('a', { href: '#' }, icon('back'), t('back'))), h('h2', { id: 'lead-title', tabindex: -1 }, title), h('p', null, why)));
    },
  };
}
