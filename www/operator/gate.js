// Before the page: log-in, the first account, an account by invitation. Owns what is typed there; knows nothing of conversations.
import { h } from '../inbox/dom.js';
import { t } from './words.js';
import { post } from './api.js';

/** Draws into `node`. `token`: of the link with which an account is made. `entered(operator)` once somebody is logged in. */
export function drawGate(node, { anyAccount, token, why, entered }) {
  const error = h('p', { class: 'bad', role: 'alert' });
  const field = (name, label, attrs, hint) => h('label', { class: 'field' }, h('span', null, label),
    h('input', { name, required: true, ...attrs }), hint && h('span', { class: 'hint' }, hint));
  const name = field('name', t('gate.name'), { autocomplete: 'username', maxlength: 60 }, token && t('gate.new.why'));
  const password = field('password', t('gate.password'), token
    ? { type: 'password', autocomplete: 'new-password', minlength: 10, maxlength: 200 } : { type: 'password', autocomplete: 'current-password' }, token && t('gate.password.hint'));
  const button = h('button', { class: 'button primary' }, t(token ? 'gate.make' : 'gate.login'));

  async function submit(event) {
    event.preventDefault();
    const typed = Object.fromEntries(new FormData(event.currentTarget));
    button.disabled = true;
    error.textContent = '';
    try {
      const { operator } = await post(token ? 'accounts' : 'login', token ? { token, ...typed } : typed);
      entered(operator);
    } catch (problem) {
      error.textContent = { 429: t('error.busy'), 403: t(token ? 'error.token' : 'error.wrong') }[problem.status] || problem.message;
    }
    button.disabled = false;
  }

  node.replaceChildren(token || anyAccount
    ? h('form', { class: 'card', submit }, h('h2', null, t(token ? 'gate.new' : 'gate.login')), why && h('p', { class: 'muted' }, why), name, password, error, button)
    : h('div', { class: 'card' }, h('h2', null, t('gate.new')), h('p', null, t('gate.none')), h('pre', null, h('code', null, `${location.origin}/operator#token=…`))));
  node.querySelector('input')?.focus();
}
