/* leadheat.js: what the script tag starts. Owns the `leadheat` function and its queue, the tag's attributes, loading the
   wasm, and the guards: nothing may reach the page, and after a failure everything is taken down. The build puts the
   wasm's name and hash in, and wasm-bindgen's glue at the end of this function. */
(function () {
  'use strict';
  var WASM = ['{wasm}', '{integrity}'], PANEL = ['{panel}', '{panel-integrity}'], VERSION = '{version}';
  var script = document.currentScript, before = window.leadheat;
  /* Elements of these names may stand in their place. */
  if (!(script instanceof HTMLScriptElement)) script = { dataset: {} };
  if (typeof before !== 'function') before = {};
  var waiting = [], promised = {}, later = {}, tickets = 0, aloft = 0, listeners = [], undo = [], stop, element, root, button, place, alarm, unlock, main, panel, wanted, wasm, dead;

  if (before.version) {
    // A router that replaces the body runs the tag in it again.
    if (before.src !== script.src) say('a second copy on this page does nothing; version ' + before.version + ' runs');
    return;
  }
  if (typeof WebAssembly !== 'object' || !('adoptedStyleSheets' in Document.prototype) || !window.AbortSignal || !AbortSignal.timeout)
    return say('this browser is too old; nothing is done');
  stop = new AbortController();

  function say(line) {
    console.warn('leadheat: ' + line);
  }

  /* What the wasm imports by name: the browser, several calls at a time. Decides nothing. */
  function leadheatSignal() { return stop.signal; }
  function made(name, parent, svg) {
    return parent.appendChild(document.createElementNS('http://www.w3.org/' + (svg ? '2000/svg' : '1999/xhtml'), name));
  }
  function leadheatMount(css) {
    element = made('leadheat-chat', document.body || document.documentElement);
    root = made('div', element.attachShadow({ mode: 'open' }));
    root.className = 'leadheat';
    button = made('button', root);
    button.className = 'launcher';
    button.type = 'button';
    button.setAttribute('aria-expanded', false);
    button.addEventListener('click', function () { leadheatPanel(), leadheat('open'); });
    ['pointerenter', 'focus'].forEach(function (name) { button.addEventListener(name, fetchPanel); }); // It will be opened soon.
    var icon = made('svg', button, true);
    icon.setAttribute('viewBox', '0 0 24 24');
    icon.setAttribute('aria-hidden', true);
    made('path', icon, true).setAttribute('d', 'M4 5.5h16v11H9.5L5.5 20v-3.5H4z');
    place = made('div', root);
    leadheatStyle(css);
  }
  function leadheatRoot() { return root; }
  function leadheatPlace() { return place; }
  function leadheatStyle(css) {
    var sheet = new CSSStyleSheet(), shadow = element.shadowRoot;
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [].slice.call(shadow.adoptedStyleSheets).concat(sheet);
  }
  function leadheatLauncher(label, news) {
    button.hidden = !label;
    button.setAttribute('aria-label', label);
    button.toggleAttribute('data-news', news);
  }
  /* The panel is a wasm of its own, which shares memory, functions and table with the first. After a failure the next click
     tries again; only who wanted it is told. */
  function leadheatPanel() {
    wanted = true;
    fetchPanel();
  }
  function fetchPanel() {
    panel = panel || instance(PANEL, { m: main }).then(function () { guard(wasm.came); }, function (error) {
      panel = 0;
      if (wanted) say('the chat could not be loaded: ' + error.message);
      wanted = false;
    });
  }
  function leadheatTell(line, warning) { warning ? say(line) : console.info('leadheat: ' + line); }
  function leadheatAnnounce(name, detail) { window.dispatchEvent(new CustomEvent(name, { detail: JSON.parse(detail) })); }
  function leadheatAnswer(ticket, value) {
    promised[ticket](value && JSON.parse(value));
    delete promised[ticket];
  }
  function leadheatWake(after) {
    clearTimeout(alarm);
    alarm = setTimeout(function () { guard(wasm.woke); }, after);
  }
  function leadheatClock() { return performance.now(); }
  function leadheatRandom(bytes) { crypto.getRandomValues(bytes); }
  function leadheatTime(at, language) { return new Date(at).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' }); }
  function leadheatQuery() { return Array.from(new URLSearchParams(location.search)); }
  /* A form may have a field of any name, and then that stands in the place of the form's own method. */
  function leadheatClosest(target, selector) { return target instanceof Element ? Element.prototype.closest.call(target, selector) : null; }
  function leadheatAttribute(element, name) { return Element.prototype.getAttribute.call(element, name); }
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
    [false, true].forEach(function (tab) {
      try {
        Object.keys(storage(tab)).forEach(function (key) {
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
      guard(function () { wasm.settled(key, status, after); });
    }
    if (lasts) aloft += size;
    fetch(url, {
      method: 'POST', body: body, headers: { 'content-type': kind }, mode: opaque ? 'no-cors' : 'cors',
      redirect: opaque ? 'follow' : 'error', keepalive: lasts, credentials: 'omit', signal: AbortSignal.timeout(15000)
    }).then(function (answer) {
      var after = answer.headers.get('retry-after');
      settled(opaque ? 1 : answer.status, /^\d{1,9}$/.test(after) ? +after : undefined);
    }, function () { settled(0); });
  }
  /* What goes out of a page that is gone needs no leave of the receiver: nobody would ask for it, nor hear the answer. Not a
     beacon, which would bring cookies. */
  function blind(body, kind, more) {
    kind = /json/.test(kind) ? 'text/plain' : kind;
    return Object.assign({ method: 'POST', body: body, headers: { 'content-type': kind }, mode: 'no-cors', credentials: 'omit' }, more);
  }
  function leadheatBeacon(key, url, body, kind) {
    if (!later[key]) fetch(url, blind(body, kind, { keepalive: true })).catch(function () {});
  }
  /* Sent by the browser when the page is closed, left or killed. */
  function leadheatLater(key, url, body, kind) {
    if (later[key]) later[key].abort();
    delete later[key];
    if (url && window.fetchLater) try {
      var controller = new AbortController();
      fetchLater(url, blind(body, kind, { signal: controller.signal }));
      later[key] = controller;
    } catch (_) {}
  }
  /* Held until it is given back. A page that dies gives it back too. */
  function leadheatLock() {
    function locked(held) { guard(function () { wasm.locked(held); }); }
    if (!navigator.locks) return locked();
    navigator.locks.request('leadheat', { ifAvailable: true }, function (lock) {
      return lock && !dead ? new Promise(function (done) { unlock = done; locked(true); }) : locked(false);
    }).catch(function () { locked(); });
  }
  function leadheatUnlock() { unlock(); }
  function leadheatDie(why) {
    if (dead) return;
    dead = true;
    stop.abort();
    clearTimeout(alarm);
    undo.forEach(function (step) { step(); });
    if (element) element.remove();
    if (unlock) unlock();
    waiting.forEach(function (call) { call[1](); });
    for (var ticket in promised) promised[ticket]();
    say('stopped: ' + why);
  }

  /* Runs what may fail. Every way into the wasm goes through here; the build puts it around the glue's closures. */
  function guard(run) {
    if (dead) return;
    try { return run(); } catch (error) { leadheatDie(error + '\n' + error.stack); }
  }

  /* leadheat(name, ...): a promise of the answer, never rejected. */
  function leadheat(name, subject, listener) {
    var args = [].slice.call(arguments, 1);
    if (name === 'on') {
      var heard = function (event) { listener(event.detail); };
      listeners.push([subject, listener, heard]);
      window.addEventListener('leadheat:' + subject, heard);
      return Promise.resolve();
    }
    if (name === 'off') {
      listeners = listeners.filter(function (known) {
        var gone = known[0] === subject && (!listener || known[1] === listener);
        if (gone) window.removeEventListener('leadheat:' + subject, known[2]);
        return !gone;
      });
      return Promise.resolve();
    }
    return new Promise(function (done) { take(name, args, done); });
  }
  function take(name, args, done) {
    if (dead) return done();
    if (name === 'start' && !starting) return begin(Promise.resolve(args[0])), done();
    if (name === 'status' && !starting) return done({
      says: "leadheat waits for its config: data-config or data-webhook on the tag, or leadheat('start', {...})",
      running: false, consent: 'pending', waiting: 0, version: VERSION
    });
    if (!wasm) return waiting.push([function () { take(name, args, done); }, done]);
    if (name === 'panic' && debug) return done(), guard(wasm.panic);
    promised[++tickets] = done;
    guard(function () { wasm.call(String(name), args, tickets); });
  }
  leadheat.version = VERSION;
  leadheat.src = script.src;
  window.leadheat = leadheat;

  var data = script.dataset, starting;
  var debug = 'debug' in data || /[?&]leadheat=debug\b/.test(location.search);
  var base = script.src || location.href;

  /* Once, with a promise of the config. The wasm comes when the page has loaded and has nothing better to do. */
  function begin(config) {
    starting = true;
    config.catch(function () {}); // Told when the wasm is there; until then a failure is no unhandled one.
    whenShown(function () {
      Promise.all([config, instance(WASM)]).then(function (ready) {
        if (dead) return;
        main = ready[1].exports;
        wasm_bindgen(ready[1]);
        /* In tasks of their own, so that none holds up the page. */
        after(0, function () {
          wasm = wasm_bindgen;
          wasm.start(ready[0], data.webhook, debug);
          after(0, function () {
            wasm.run();
            after(0, watchAddress);
            waiting.splice(0).forEach(function (call) { call[0](); });
          });
        });
      }).catch(function (error) { leadheatDie('could not be loaded: ' + (error && error.message || error)); });
    });
  }
  function instance(file, shared) {
    return fetch(new URL(file[0], base), { integrity: file[1], credentials: 'omit' }).then(function (answer) {
      if (!answer.ok) throw Error(file[0] + ' answered ' + answer.status);
      return answer.arrayBuffer(); // Not streamed: the browser has checked the hash of the whole, and asks for no MIME type.
    }).then(function (bytes) {
      return WebAssembly.instantiate(bytes, Object.assign(wasm_bindgen.imports(), shared));
    }).then(function (made) { return made.instance; });
  }
  function whenShown(run) {
    if (document.prerendering) return document.addEventListener('prerenderingchange', function () { whenShown(run); }, { once: true });
    if (document.readyState !== 'complete') return window.addEventListener('load', function () { whenShown(run); }, { once: true });
    window.requestIdleCallback ? requestIdleCallback(run, { timeout: 1000 }) : setTimeout(run, 100);
  }

  /*{watch}*/

  /*{glue}*/

  if (data.config) begin(fetch(new URL(data.config, location.href), { credentials: 'omit' }).then(function (answer) {
    if (!answer.ok) throw Error('the config at ' + data.config + ' answered ' + answer.status);
    return answer.json();
  }));
  else if (data.webhook) begin(Promise.resolve());
  (before.q || []).forEach(function (queued) {
    leadheat.apply(null, queued[0]).then(queued[1]);
  });
})();
