// Lumo: the consent banner, and small help for the forms.
// The visitor's choice is kept here and told to leadheat; until then leadheat stores and scores nothing.
(function () {
  'use strict';

  var KEY = 'lumo-consent'; // 'granted' or 'denied'

  var words = {
    en: {
      title: 'May we count what you read?',
      text: 'If you accept, your browser works out how interested you seem in our products. The figures stay in your browser unless you contact us.',
      more: 'How this works',
      accept: 'Accept',
      decline: 'Decline',
      needed: 'Please fill this in.',
      email: 'Please give an e-mail address, such as name@company.com.'
    },
    fi: {
      title: 'Saammeko laskea, mitä luet?',
      text: 'Jos hyväksyt, selaimesi arvioi, kuinka kiinnostunut olet tuotteistamme. Tiedot pysyvät selaimessasi, ellet ota meihin yhteyttä.',
      more: 'Näin se toimii (englanniksi)',
      accept: 'Hyväksy',
      decline: 'Hylkää',
      needed: 'Täytä tämä kohta.',
      email: 'Anna sähköpostiosoite, esimerkiksi nimi@yritys.fi.'
    },
    hu: {
      title: 'Számolhatjuk, hogy mit olvas?',
      text: 'Ha elfogadja, a böngészője megbecsüli, mennyire érdeklik termékeink. Az adatok a böngészőjében maradnak, amíg kapcsolatba nem lép velünk.',
      more: 'Így működik (angolul)',
      accept: 'Elfogadom',
      decline: 'Elutasítom',
      needed: 'Kérjük, töltse ki ezt a mezőt.',
      email: 'Kérjük, e-mail-címet adjon meg, például nev@ceg.hu.'
    }
  };
  var say = words[document.documentElement.lang] || words.en;

  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  // Consent

  function remembered() {
    try { return localStorage.getItem(KEY); } catch (blocked) { return null; }
  }

  function decide(choice) {
    try { localStorage.setItem(KEY, choice); } catch (blocked) { /* asked again on the next page */ }
    leadheat('consent', choice);
    close();
  }

  var banner = null;
  var opener = null;

  function close() {
    if (!banner) return;
    banner.remove();
    banner = null;
    document.documentElement.classList.remove('consent-open');
    if (opener) opener.focus();
    opener = null;
  }

  function open() {
    if (banner) return;
    banner = element('section', 'consent');
    banner.setAttribute('aria-labelledby', 'consent-title');
    banner.tabIndex = -1;

    var title = element('h2', '', say.title);
    title.id = 'consent-title';
    var text = element('p', '', say.text + ' ');
    var more = element('a', '', say.more);
    more.href = '/privacy';
    text.append(more);

    // Two buttons of the same weight: saying no is as easy as saying yes.
    var actions = element('div', 'actions');
    [[say.decline, 'denied'], [say.accept, 'granted']].forEach(function (pair) {
      var button = element('button', 'button quiet', pair[0]);
      button.type = 'button';
      button.addEventListener('click', function () { decide(pair[1]); });
      actions.append(button);
    });

    banner.append(title, text, actions);
    document.body.append(banner);
    document.documentElement.classList.add('consent-open');
  }

  document.querySelectorAll('[data-cookie-settings]').forEach(function (button) {
    button.addEventListener('click', function () {
      open();
      opener = button;
      banner.focus({ preventScroll: true });
    });
  });

  var choice = remembered();
  if (choice === 'granted' || choice === 'denied') leadheat('consent', choice);
  else open();

  // Forms: a message carried over from the planner, and errors in words under the field

  var message = document.querySelector('textarea[name="message"]');
  var carried = new URLSearchParams(location.search).get('message');
  if (message && carried) message.value = carried.slice(0, 600);

  document.querySelectorAll('form[method="post"]').forEach(function (form) {
    form.noValidate = true;

    function check(field) {
      var place = document.getElementById(field.id + '-error');
      if (!place) return;
      var state = field.validity;
      place.textContent = state.valid ? '' : state.valueMissing ? say.needed : say.email;
      if (state.valid) field.removeAttribute('aria-invalid');
      else field.setAttribute('aria-invalid', 'true');
    }

    form.addEventListener('submit', function (event) {
      Array.from(form.elements).forEach(check);
      var wrong = form.querySelector('[aria-invalid="true"]');
      if (!wrong) return;
      event.preventDefault();
      wrong.focus();
    });
    form.addEventListener('input', function (event) {
      if (event.target.getAttribute('aria-invalid')) check(event.target);
    });
  });
})();
