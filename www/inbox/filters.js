// The filters and the order: owns their form, their place in the address (so that a view can be bookmarked), and what they let through.
import { h } from './dom.js';
import { t, word } from './words.js';
import { STAGES, STATUSES, TIERS, channelOf } from './about.js';

const FILTERS = {
  tier: (entry) => entry.lead.tier,
  stage: (entry) => entry.lead.stage,
  channel: (entry) => channelOf(entry.lead),
  status: (entry) => entry.status,
};
const plain = (text) => text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

function haystack({ lead, owner, notes }) {
  const { name, email, phone, company } = lead.contact || {};
  const { need, current_supplier: supplier } = lead.qualification || {};
  return plain([name, email, phone, company, need, supplier, owner, notes, lead.brief, lead.page, ...(lead.chat || []).map((line) => line.text)].join('\n'));
}

/** What the address asks for. Unknown parameters are left alone. */
export function fromAddress() {
  const query = new URLSearchParams(location.search);
  const wanted = { q: query.get('q') || '', sort: query.get('sort') === 'newest' ? 'newest' : 'hot' };
  for (const name of Object.keys(FILTERS)) wanted[name] = query.get(name) || '';
  return wanted;
}

function toAddress(wanted) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(wanted)) {
    if (value && !(name === 'sort' && value === 'hot')) query.set(name, value);
    else query.delete(name);
  }
  history.replaceState(null, '', location.pathname + `?${query}`.replace(/^\?$/, '') + location.hash);
}

export const active = (wanted) => ['q', ...Object.keys(FILTERS)].filter((name) => wanted[name]).length;

export function passes(entry, wanted) {
  return Object.entries(FILTERS).every(([name, get]) => !wanted[name] || get(entry) === wanted[name])
    && plain(wanted.q).split(/\s+/).every((part) => !part || haystack(entry).includes(part));
}

/** Draws the form into `form`; onChange(wanted) after every change. draw() again when the language or the channels change. */
export function createFilters(form, onChange) {
  let wanted = fromAddress();
  const change = (part) => {
    wanted = { ...wanted, ...part };
    toAddress(wanted);
    clear.hidden = !active(wanted);
    onChange(wanted);
  };
  const clear = h('button', { type: 'button', class: 'tool', click: () => reset() });
  const opener = h('button', { type: 'button', class: 'tool opener', 'aria-controls': 'filters-more',
    click: () => opener.setAttribute('aria-expanded', form.classList.toggle('open')) });
  const searchLabel = h('span');
  const search = h('input', { type: 'search', name: 'q', autocomplete: 'off', input: () => change({ q: search.value.trim() }) });
  const more = h('div', { class: 'more', id: 'filters-more' });
  form.replaceChildren(h('label', { class: 'field search' }, searchLabel, search), opener, more, clear);
  form.addEventListener('submit', (event) => event.preventDefault());

  function reset() {
    change({ q: '', tier: '', stage: '', channel: '', status: '' });
    draw();
    form.elements.q.focus();
  }

  function select(name, label, options) {
    const box = h('select', { name, change: () => change({ [name]: box.value }) }, options.map(([value, text]) => h('option', { value }, text)));
    box.value = wanted[name];
    return h('label', { class: 'field' }, h('span', null, label), box);
  }

  let channels = [];
  function draw(seen = channels) {
    channels = seen;
    const focused = form.contains(document.activeElement) ? document.activeElement.name : null;
    const choose = (name, values) => {
      const known = wanted[name] && !values.includes(wanted[name]) ? [...values, wanted[name]] : values;
      return select(name, t(name), [['', t('any')], ...known.map((value) => [value, word(name, value)])]);
    };
    search.placeholder = t('search.hint');
    if (search.value.trim() !== wanted.q) search.value = wanted.q;
    searchLabel.textContent = t('search');
    clear.replaceChildren(t('clear'));
    clear.hidden = !active(wanted);
    opener.replaceChildren(t('filters'));
    opener.setAttribute('aria-expanded', form.classList.contains('open'));
    more.replaceChildren(
      choose('tier', TIERS), choose('stage', STAGES), choose('channel', channels), choose('status', STATUSES),
      select('sort', t('sort'), [['hot', t('sort.hot')], ['newest', t('sort.newest')]]),
    );
    if (focused && focused !== 'q') form.elements[focused]?.focus();
  }

  return { draw, reset, wanted: () => wanted, reread: () => { wanted = fromAddress(); draw(); } };
}
