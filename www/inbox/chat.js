// The chat as it was: bubbles, grouped by who spoke, one time per group.
import { h } from './dom.js';
import { t, word } from './words.js';
import { langOf } from './about.js';
import { clock } from './format.js';

export function chat(lead) {
  if (!lead.chat?.length) return h('p', { class: 'muted' }, t('chat.none'));
  const groups = [];
  for (const line of lead.chat) {
    if (groups.at(-1)?.[0].from === line.from) groups.at(-1).push(line);
    else groups.push([line]);
  }
  return h('ol', { role: 'list', class: 'talk' }, groups.map((lines) => h('li', { class: lines[0].from === 'visitor' ? 'mine' : null },
    h('p', { class: 'who' }, word('from', lines[0].from), ' ', h('time', { datetime: lines[0].at }, clock(lines[0].at))),
    lines.map((line) => h('p', { class: 'bubble', lang: langOf(lead) }, line.text)))));
}
