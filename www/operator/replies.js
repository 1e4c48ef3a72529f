// Saved replies: a list over the field in which one writes. Owns what is in it and how it is searched; the server keeps them.
import { h } from '../inbox/dom.js';
import { t } from './words.js';
import { get, post, send } from './api.js';

/** `insert(text)` when one is chosen; `typed()` is what stands in the field; `failed(error)` where the server refuses. */
export function createReplies(node, { insert, typed, failed }) {
  let replies = [], search = '', editing = null;
  const attempt = (job) => job.then((answer) => { ({ replies } = answer); editing = null; draw(); }).catch(failed);
  const found = () => replies.filter(({ content }) => content.toLowerCase().includes(search.toLowerCase()));

  function line(reply) {
    if (editing !== reply.id) {
      const tool = (what, click) => h('button', { type: 'button', class: 'link', click, 'aria-label': `${t(what)}: ${reply.content.slice(0, 60)}` }, t(what));
      return h('li', null, h('button', { type: 'button', class: 'reply', click: () => choose(reply) }, reply.content),
        tool('replies.edit', () => { editing = reply.id; draw(); node.querySelector('textarea').focus(); }), tool('replies.remove', () => attempt(send('DELETE', `replies/${reply.id}`))));
    }
    const field = h('textarea', { 'aria-label': t('replies.edit') }, reply.content);
    const save = () => attempt(send('PUT', `replies/${reply.id}`, { content: field.value }));
    return h('li', null, field, h('button', { type: 'button', class: 'button', click: save }, t('save')), h('button', { type: 'button', class: 'link', click: () => { editing = null; draw(); } }, t('cancel')));
  }

  function draw() {
    if (node.hidden) return;
    const some = found(), words = typed();
    node.replaceChildren(...[h('div', { class: 'replies-head' }, h('h3', null, t('replies')), h('button', { type: 'button', class: 'link', click: hide }, t('close'))),
      some.length ? h('ul', { role: 'list' }, some.map(line)) : h('p', { class: 'muted' }, t(replies.length ? 'replies.nothing' : 'replies.none')),
      words && !words.startsWith('/') && h('button', { type: 'button', class: 'button', click: () => attempt(post('replies', { content: words })) }, t('replies.add'))].filter(Boolean));
  }

  function choose({ content }) { hide(); insert(content); }
  function hide() { node.hidden = true; editing = null; }
  function show(words = '') {
    search = words;
    node.hidden = false;
    draw();
  }
  node.hidden = true;

  return {
    show, hide,
    load: () => get('replies').then((answer) => { ({ replies } = answer); draw(); }).catch(() => { /* asked again with the next conversation */ }),
    get shown() { return !node.hidden; },
    toggle: () => (node.hidden ? show() : hide()),
    changed(all) { replies = all; draw(); },
    /** Enter: the first that is found. */
    chooseFirst() { const [first] = found(); if (first) choose(first); },
  };
}
