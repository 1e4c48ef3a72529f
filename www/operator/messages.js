// The messages of a conversation: owns how each is drawn, and that a new one is added rather than all drawn anew, so that it is read
// aloud once.
import { h } from '../inbox/dom.js';
import { clock, day, today } from '../inbox/format.js';
import { t, word } from './words.js';
import { iso } from './about.js';

const time = (message) => {
  const at = iso(message.created_at);
  return h('time', { datetime: at }, at.slice(0, 10) === today() ? clock(at) : `${day(at)} ${clock(at)}`);
};

const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

/** Links in what is written are links for the operator too; anything else is text. */
function words(content) {
  return content.split(/(https?:\/\/[^\s<>"]+[^\s<>".,!?)])/).map((part, n) => (n % 2 ? h('a', { href: part, target: '_blank', rel: 'noopener noreferrer' }, part) : part));
}

function files(list) {
  return list.map(({ name, url, bytes }) => h('a', { class: 'bubble file', href: url, download: name, rel: 'noopener' }, `${name}, ${size(bytes)}`));
}

function who(message, visitor) {
  if (message.from === 'note') return t('note.by', message.author.name);
  return { visitor, bot: word('from', 'bot'), operator: message.author.name }[message.from];
}

const SIDE = { visitor: 'theirs', bot: 'mine bot', operator: 'mine', note: 'note' };

function draw(message, before, visitor) {
  if (message.from === 'event') return h('li', { class: 'event' }, t(`event.${message.content}`, message.author.name, clock(iso(message.created_at))));
  const goesOn = before && before.from === message.from && before.author.id === message.author.id && message.created_at - before.created_at < 300;
  const content = message.from === 'bot' ? message.content.replace(/^🤖 /, '') : message.content;
  const isName = message.files.some(({ name }) => name === content);   // The panel sends a file with its name.
  return h('li', { class: goesOn ? `${SIDE[message.from]} on` : SIDE[message.from] }, !goesOn && h('p', { class: 'who' }, who(message, visitor), ' ', time(message)),
    content && !isName && h('p', { class: 'bubble' }, words(content)), files(message.files));
}

/** `earlier()` asks for the messages before those that are here. */
export function createMessages(earlier) {
  const node = h('div', { class: 'scroller', tabindex: 0 });
  let messages = [], list = null, visitor = '', more = false;
  // Whether the last message is to stay in sight: until somebody scrolls up, however the room for messages changes.
  let atEnd = true, top = 0;
  const toEnd = () => { node.scrollTop = node.scrollHeight; atEnd = true; };
  node.addEventListener('scroll', () => {
    const isEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 40;
    if (isEnd || node.scrollTop < top) atEnd = isEnd;   // less room is nobody's scrolling
    top = node.scrollTop;
  });
  new ResizeObserver(() => { if (atEnd) toEnd(); }).observe(node);
  const seen = h('p', { class: 'who seen' });

  function all() {
    list = h('ol', { role: 'log', class: 'talk', 'aria-label': t('leads') }, messages.map((message, n) => draw(message, messages[n - 1], visitor)));
    node.replaceChildren(...[more && h('button', { type: 'button', class: 'link earlier', click: earlier }, t('earlier')), list, seen].filter(Boolean));
  }

  return {
    node, toEnd,
    get first() { return messages[0]?.id; },
    get last() { return messages.at(-1)?.id ?? 0; },
    /** A page of the history: the newest, or the one before what is here. */
    page(some, name, mayBeMore) {
      const height = node.scrollHeight, stick = atEnd, older = some.length > 0 && some.at(-1).id < messages[0]?.id;
      const gap = messages.length > 0 && mayBeMore && some[0]?.id > messages.at(-1).id;   // more was missed than a page has
      if (gap) messages = [];
      if (older || !messages.length) more = mayBeMore;
      visitor = name;
      const fresh = some.filter(({ id }) => !messages.some((other) => other.id === id));
      if (messages.length && !fresh.length && !older) return;
      messages = [...messages, ...fresh].sort((a, b) => a.id - b.id);
      all();
      if (older) node.scrollTop += node.scrollHeight - height;
      else if (stick) toEnd();
    },
    /** One more. */
    add(message) {
      if (messages.some(({ id }) => id === message.id)) return;
      const stick = atEnd;
      messages.push(message);
      list?.append(draw(message, messages.at(-2), visitor));
      if (stick || message.from === 'operator') toEnd();
    },
    redraw: () => { all(); toEnd(); },
    /** Up to when the visitor has seen what was answered. */
    seenAt(at) {
      const answers = messages.filter(({ from }) => from === 'operator');
      seen.textContent = answers.length && at >= answers.at(-1).created_at && messages.at(-1)?.from === 'operator' ? t('seen', clock(iso(at))) : '';
    },
  };
}
