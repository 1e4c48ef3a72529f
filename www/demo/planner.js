// Lumo: the planner. One page, four addresses: /planner, /planner/rooms, /planner/people, /planner/result.
// It moves with history.pushState, so that back, forward and links to a step work; leadheat sees each step as a page.
(function () {
  'use strict';

  var KEY = 'lumo-plan';
  var STEPS = ['/planner', '/planner/rooms', '/planner/people', '/planner/result'];
  var TITLES = ['Planner', 'Planner: the rooms', 'Planner: the people', 'Planner: the result'];
  var PER_PERSON = { school: 7, office: 7, gym: 20 };              // litres of fresh air a second
  var CO2_PER_PERSON = { school: 0.005, office: 0.005, gym: 0.017 }; // litres breathed out a second
  var PER_SQUARE_METRE = 0.7;
  var EMPTY_PER_SQUARE_METRE = 0.15;
  var OUTDOORS = 420;      // ppm
  var UNIT_QUIET = 250;    // litres a second that one Lumo One moves quietly
  var UNIT_LEAST = 15;

  var root = document.getElementById('planner');
  var progress = root.querySelector('.progress');
  var plan = load();

  function load() {
    try { return JSON.parse(sessionStorage.getItem(KEY)) || {}; } catch (none) { return {}; }
  }

  function save() {
    try { sessionStorage.setItem(KEY, JSON.stringify(plan)); } catch (full) { /* lasts until the page is left */ }
  }

  function stepOf(path) {
    return Math.max(0, STEPS.indexOf(path.replace(/\/+$/, '')));
  }

  // The last step that the answers so far allow.
  function allowed() {
    if (!PER_PERSON[plan.use]) return 0;
    if (!(plan.area > 0 && plan.rooms > 0)) return 1;
    if (!(plan.people > 0 && plan.hours > 0)) return 2;
    return 3;
  }

  function put(id, text) {
    document.getElementById(id).textContent = text;
  }

  function number(value) {
    return Math.round(value).toLocaleString('en-GB');
  }

  function result() {
    var flow = plan.people * PER_PERSON[plan.use] + plan.area * PER_SQUARE_METRE;
    var empty = Math.max(plan.area * EMPTY_PER_SQUARE_METRE, UNIT_LEAST);
    var inUse = plan.hours / 168;
    var saved = 1 - (inUse * flow + (1 - inUse) * empty) / flow;
    var co2 = OUTDOORS + plan.people * CO2_PER_PERSON[plan.use] / flow * 1e6;
    var units = Math.ceil(flow / UNIT_QUIET);

    put('flow', number(flow));
    put('flow-hour', number(flow * 3.6));
    put('co2', number(Math.round(co2 / 10) * 10));
    put('empty', number(empty));
    put('saved', number(Math.max(0, saved) * 100));
    put('units', units > 4
      ? 'more than four for each room: ask us, a central plant may suit you better'
      : units + (units === 1 ? ' unit' : ' units') + ' for each room' +
        (plan.rooms > 1 ? ', ' + number(units * plan.rooms) + ' together' : ''));

    var kind = { school: 'classroom', office: 'office or meeting room', gym: 'gym or studio' }[plan.use];
    document.getElementById('ask').href = '/contact?message=' + encodeURIComponent(
      'From the planner: ' + plan.rooms + ' x ' + kind + ', ' + plan.area + ' m² and ' + plan.people +
      ' people each, ' + number(flow) + ' l/s for one room. Please send a quote.');
  }

  function show(focus) {
    var wanted = stepOf(location.pathname);
    var step = Math.min(wanted, allowed());
    if (step !== wanted) history.replaceState(null, '', STEPS[step]);

    root.querySelectorAll('section').forEach(function (section) {
      section.hidden = section.dataset.step !== STEPS[step];
    });
    progress.hidden = false;
    progress.querySelectorAll('a').forEach(function (link, index) {
      if (index === step) link.setAttribute('aria-current', 'step');
      else link.removeAttribute('aria-current');
      // A step that is not open yet is no link.
      if (index <= allowed()) link.setAttribute('href', STEPS[index]);
      else link.removeAttribute('href');
    });
    if (step === 3) result();
    document.title = TITLES[step] + ' | Lumo';
    if (focus) root.querySelector('section:not([hidden]) h2').focus();
  }

  function go(path) {
    history.pushState(null, '', path);
    show(true);
  }

  // What was answered before is in the fields again.
  root.querySelectorAll('input').forEach(function (input) {
    var known = plan[input.name];
    if (known === undefined) return;
    if (input.type === 'radio') input.checked = input.value === known;
    else input.value = known;
  });

  root.addEventListener('submit', function (event) {
    event.preventDefault();
    new FormData(event.target).forEach(function (value, name) {
      plan[name] = name === 'use' ? value : Number(value);
    });
    save();
    go(STEPS[stepOf(location.pathname) + 1]);
  });

  root.addEventListener('click', function (event) {
    var link = event.target.closest('a[href]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (STEPS.indexOf(link.pathname) < 0) return;
    event.preventDefault();
    go(link.pathname);
  });

  addEventListener('popstate', function () { show(true); });
  show(false);
})();
