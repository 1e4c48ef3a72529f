/* leadheat.js: what the script tag starts. Owns the `leadheat` function and its queue, the tag's attributes, loading the
   wasm, and the guards: nothing may reach the page, and after a failure everything is taken down. The build puts the
   wasm's name and hash in, and wasm-bindgen's glue at the end of this function. */
(() => {
  'use strict';
  var WASM = ['{wasm}', '{integrity}'], PANEL = ['{panel}', '{panel-integrity}'], VERSION = '{version}';
  var script, before = window.leadheat, starting, debug, base, glue;
  var waiting = [], promised = {}, later = {}, tickets = 0, aloft = 0, listeners = [], stop, element, root, button, place, alarm, unlock, main, panel, wanted, wasm, dead;
  /* What is taken down at the end. */
  var undo = [() => stop.abort(), () => clearTimeout(alarm), () => element.remove(), () => unlock()];

  function leadheatTell(line, warning) {
    try { console[warning ? 'warn' : 'info']('leadheat: ' + line); } catch (_) {}
  }
  function say(line) { leadheatTell(line, true); }

  /* What the wasm imports by name: the browser, several calls at a time. Decides nothing. */
  function leadheatSignal() { return stop.signal; }
  function made(name, parent, svg) {
    return parent.appendChild(document.createElementNS('http://www.w3.org/' + (svg ? '2000/svg' : '1999/xhtml'), name));
  }
  function leadheatMount(css, shape) {
    element = made('leadheat-chat', its('documentElement')); // Not in the body, which is the page's: it may count, move, or replace what is in it.
    root = made('div', element.attachShadow({ mode: 'open' }));
    root.className = 'leadheat';
    button = made('button', root);
    button.className = 'launcher';
    button.type = 'button';
    button.setAttribute('aria-expanded', false);
    button.addEventListener('click', () => leadheat('open'));
    ['pointerenter', 'focus'].forEach(name => button.addEventListener(name, fetchPanel)); // It will be opened soon.
    var icon = made('svg', button, true);
    icon.setAttribute('viewBox', '0 0 24 24');
    made('path', icon, true).setAttribute('d', shape);
    place = made('div', root);
    leadheatStyle(css);
  }
  function leadheatRoot() { return root; }
  function leadheatPlace() { return place; }
  function leadheatStyle(css) {
    var sheet = new CSSStyleSheet(), shadow = element.shadowRoot;
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, sheet];
  }
  function leadheatLauncher(label, news) {
    button.hidden = !label;
    button.setAttribute('aria-label', label);
    button.setAttribute('data-news', news);
  }
  /* The panel is a wasm of its own, which shares memory, functions and table with the first. After a failure the next click
     tries again; only who wanted it is told. */
  function leadheatPanel() {
    wanted = true;
    fetchPanel();
  }
  function fetchPanel() {
    panel = panel || instance(PANEL, { m: main }).then(() => guard(wasm.came), error => {
      panel = 0;
      if (wanted) say('the chat could not be loaded: ' + error.message);
      wanted = false;
    });
  }
  function leadheatAnnounce(name, detail) { window.dispatchEvent(new CustomEvent(name, { detail: JSON.parse(detail) })); }
  function leadheatAnswer(ticket, value) {
    promised[ticket](value && JSON.parse(value));
    delete promised[ticket];
  }
  function leadheatWake(after) {
    clearTimeout(alarm);
    alarm = setTimeout(() => guard(wasm.woke), after);
  }
  function leadheatClock() { return performance.now(); }
  function leadheatRandom(bytes) { crypto.getRandomValues(bytes); }
  function leadheatTime(at, language, options) {
    try { return new Date(at).toLocaleString(language, JSON.parse(options)); } catch (_) {}
  }
  function leadheatQuery() { return [...new URLSearchParams(location.search)]; }
  /* A form may have a field of any name, and then that stands in the place of the form's own method. */
  function leadheatClosest(target, selector) { return target instanceof Element ? Element.prototype.closest.call(target, selector) : null; }
  function leadheatAttribute(element, name) { return Element.prototype.getAttribute.call(element, name); }
  /* So may an image of the page's, and then it stands in the place of what document has. */
  function its(name) { return Reflect.get(Document.prototype, name, document); }
  function leadheatOffset() { return -new Date().getTimezoneOffset(); }
  function leadheatShown() {
    var paint = performance.getEntriesByName('first-contentful-paint')[0], load = performance.getEntriesByType('navigation')[0];
    return paint ? Math.max(paint.startTime - (load && load.activationStart || 0), 1) : 0;
  }

  /* Storage may be blocked, full, or absent. */
  function storage(tab) { return tab ? sessionStorage : localStorage; }
  function leadheatStore(tab, key, value) {
    try {
      if (value === undefined) storage(tab).removeItem(key);
      else storage(tab).setItem(key, value);
      return true;
    } catch (_) { return false; }
  }
  function leadheatKept(prefix) {
    var kept = [];
    [false, true].forEach(tab => {
      try {
        Object.keys(storage(tab)).forEach(key => {
          if (key.indexOf(prefix) === 0) kept.push([tab, key, parsed(storage(tab).getItem(key))]);
        });
      } catch (_) {}
    });
    return kept;
  }
  function parsed(json) {
    try { return JSON.parse(json); } catch (_) {}
  }

  /* A redirect is a failure: a browser would follow it with an empty GET and report success; where the answer cannot be
     read, it has to follow. keepalive: the post outlives the page; browsers allow 64 KiB of such at a time. */
  function leadheatPost(key, url, body, kind, opaque) {
    var size = new Blob([body]).size, lasts = size + aloft <= 60000;
    function settled(status, after) {
      if (lasts) aloft -= size;
      guard(() => wasm.settled(key, status, after));
    }
    if (lasts) aloft += size;
    send(url, body, kind, {
      mode: opaque ? 'no-cors' : 'cors', redirect: opaque ? 'follow' : 'error', keepalive: lasts, signal: AbortSignal.timeout(15000)
    }).then(answer => {
      var after = answer.headers.get('retry-after');
      settled(opaque ? 1 : answer.status, /^\d{1,9}$/.test(after) ? +after : undefined);
    }, () => settled(0));
  }
  /* Without a prototype, on which the page may have put options of its own; async, so that a page's own fetch that throws is a
     failure like any other. */
  function options(more) { return { __proto__: null, credentials: 'omit', ...more }; }
  function posted(body, kind, more) { return options({ method: 'POST', body, headers: { 'content-type': kind }, ...more }); }
  async function send(url, body, kind, more) { return fetch(absolute(url), posted(body, kind, more)); }
  /* Of the page itself, whatever its <base> says. */
  function absolute(url) { return new URL(url, location.href); }
  /* What goes out of a page that is gone needs no leave of the receiver: nobody would ask for it, nor hear the answer. Not a
     beacon, which would bring cookies. */
  function blind(kind) { return /json/.test(kind) ? 'text/plain' : kind; }
  function leadheatBeacon(key, url, body, kind) {
    if (!later[key]) send(url, body, blind(kind), { mode: 'no-cors', keepalive: true }).catch(() => {});
  }
  /* Sent by the browser when the page is closed, left or killed. */
  function leadheatLater(key, url, body, kind) {
    if (later[key]) later[key].abort();
    delete later[key];
    if (url && window.fetchLater) try {
      var controller = new AbortController();
      fetchLater(absolute(url), posted(body, blind(kind), { mode: 'no-cors', signal: controller.signal }));
      later[key] = controller;
    } catch (_) {}
  }
  /* Held until it is given back. A page that dies gives it back too. */
  function leadheatLock() {
    function locked(held) { guard(() => wasm.locked(held)); }
    if (!navigator.locks) return locked();
    navigator.locks.request('leadheat', { ifAvailable: true }, lock => {
      return lock && !dead ? new Promise(done => { unlock = done; locked(true); }) : locked(false);
    }).catch(() => locked());
  }
  function leadheatUnlock() { unlock(); }
  function leadheatDie(why) {
    if (dead) return;
    dead = true;
    for (var step of [...undo, ...waiting, ...Object.values(promised)]) try { step(); } catch (_) {}
    say('stopped: ' + why);
  }

  /* Runs what may fail. Every way into the wasm goes through here; the build puts it around the glue's closures. */
  function guard(run) {
    if (dead) return;
    try { return run(); } catch (error) { leadheatDie(error + '\n' + (error && error.stack)); }
  }

  /* leadheat(name, ...): a promise of the answer, never rejected. */
  function leadheat(name, ...args) {
    var [subject, listener] = args;
    if (name === 'on') {
      var heard = event => listener(event.detail);
      listeners.push([subject, listener, heard]);
      window.addEventListener('leadheat:' + subject, heard);
      return Promise.resolve();
    }
    if (name === 'off') {
      listeners = listeners.filter(known => {
        var gone = known[0] === subject && (!listener || known[1] === listener);
        if (gone) window.removeEventListener('leadheat:' + subject, known[2]);
        return !gone;
      });
      return Promise.resolve();
    }
    return new Promise(done => take(name, args, done));
  }
  function take(name, args, done) {
    if (dead) return leave(name, args[0]), done();
    if (name === 'start' && !starting) return guard(() => begin(Promise.resolve(args[0]))), done();
    if (name === 'status' && !starting) return done({
      says: "leadheat waits for its config: data-config or data-webhook on the tag, or leadheat('start', {...})",
      running: false, consent: 'pending', privacy_signal: null, waiting: 0, version: VERSION
    });
    if (!wasm) return waiting.push(() => take(name, args, done));
    if (name === 'panic' && debug) return done(), guard(wasm.panic);
    promised[++tickets] = done;
    guard(() => wasm.call(String(name), args, tickets));
  }
  /* Who takes something back is heard without the program, too. What the visitor has sent stays, unless all is to be forgotten; the
     next page takes out of it what else it says. */
  function leave(name, how) {
    var forget = name === 'forget', object = name === 'object' && how !== false;
    if (!(forget || object || name === 'consent' && how === 'denied')) return;
    Object.keys(later).forEach(key => leadheatLater(key));
    leadheatKept('leadheat:').forEach(([tab, key, value]) => {
      if (typeof value !== 'string' && (forget || !tab && !(value && value.lead && value.lead.submitted))) leadheatStore(tab, key);
    });
    if (forget) leadheatStore(false, 'leadheat:forget', '"forget"'), leadheatStore(false, 'leadheat:forget');
    if (object) leadheatStore(false, 'leadheat:objected', '"objected"');
  }
  /* Once, with a promise of the config. The wasm comes when the page has loaded and has nothing better to do. */
  function begin(config) {
    starting = true;
    config.catch(() => {}); // Told when the wasm is there; until then a failure is no unhandled one.
    whenShown(() => {
      Promise.all([config, instance(WASM)]).then(ready => {
        if (dead) return;
        main = ready[1].exports;
        glue.begin(ready[1]);
        /* In tasks of their own, so that none holds up the page. */
        after(0, () => {
          wasm = glue;
          wasm.start(ready[0], data('webhook'), debug);
          after(0, () => {
            wasm.run();
            after(0, watchAddress);
            for (var call of waiting.splice(0)) call();
          });
        });
      }).catch(error => leadheatDie('could not be loaded: ' + (error && error.message || error)));
    });
  }
  async function instance(file, shared) {
    var answer = await get(new URL(file[0], base), file[1], file[0]);
    var bytes = await answer.arrayBuffer(); // Not streamed: the browser has checked the hash of the whole, and asks for no MIME type.
    return (await WebAssembly.instantiate(bytes, Object.assign(glue.imports(), shared))).instance;
  }
  async function get(url, integrity, name) {
    var answer = await fetch(url, options({ integrity })).catch(error => { throw Error(name + ': ' + error.message); });
    if (!answer.ok) throw Error(name + ' answered ' + answer.status);
    return answer;
  }
  function whenShown(run) {
    var [target, name] = its('prerendering') ? [document, 'prerenderingchange'] : [window, its('readyState') !== 'complete' && 'load'], later = () => guard(run);
    if (name) target.addEventListener(name, () => guard(() => whenShown(run)), { once: true });
    else window.requestIdleCallback ? requestIdleCallback(later, { timeout: 1000 }) : setTimeout(later, 100);
  }

  /*{watch}*/

  /* What stands on the tag; not by dataset, which has what a page put on the prototype of all objects too. */
  function data(name) { return leadheatAttribute(script, 'data-' + name); }
  guard(() => {
    script = its('currentScript') || document.createElement('script');
    if (typeof before !== 'function') before = {}; // An element of this id.
    if (before.version) {
      // A router that replaces the body runs the tag in it again.
      if (before.src !== script.src) say('a second copy on this page does nothing; version ' + before.version + ' runs');
      return before = {};
    }
    leadheat.version = VERSION;
    leadheat.src = script.src;
    window.leadheat = leadheat;
    if (typeof WebAssembly !== 'object' || !('adoptedStyleSheets' in Document.prototype) || !window.AbortSignal || !AbortSignal.timeout)
      return leadheatDie('this browser is too old');
    /*{glue}*/
    glue = wasm_bindgen;
    stop = new AbortController();
    debug = data('debug') !== null || /[?&]leadheat=debug\b/.test(location.search);
    base = script.src || location.href;
    var config = data('config');
    if (config) begin(get(config, '', 'the config at ' + config).then(answer => answer.json()));
    else if (data('webhook')) begin(Promise.resolve());
  });
  try { for (let queued of before.q || []) leadheat(...queued[0]).then(queued[1]); } catch (_) {}
})();
