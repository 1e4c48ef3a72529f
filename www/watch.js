/* watch.js: what the page does that no single event tells: where it is, what is in it, what plays, what nobody answers, what
   consent managers say. Owns when it looks; decides nothing, and reads no field that core does not let it. Part of
   leadheat.js: the build puts it into the loader. */
function watch() {
  var turned = watchContent();
  watchInput();
  watchAddress(turned);
  watchMedia();
  watchClicks();
  watchSelection();
  watchForms();
  watchConsent();
}

/* On the loader's abort signal, while an event goes down to its target; what fails here is the widget's failure. */
function hear(target, names, run) {
  names.split(' ').forEach(function (name) {
    target.addEventListener(name, function (event) { guard(function () { run(event); }); }, { capture: true, passive: true, signal: stop.signal });
  });
}
function after(millis, run) {
  return setTimeout(function () { guard(run); }, millis);
}
/* At most so many: pages may have any number. */
function some(selector, most) {
  return [].slice.call(document.querySelectorAll(selector), 0, most);
}

/* That somebody is there is told at most once a second. What scripts do is no sign of a person. */
function watchInput() {
  var told = -1e4;
  hear(window, 'pointermove pointerdown keydown wheel touchstart', function (event) {
    if (!event.isTrusted || event.timeStamp - told < 1000) return;
    told = event.timeStamp;
    wasm.input();
  });
}

/* Routers change the address without a load. Where the browser does not tell, history's functions do. */
function watchAddress(turned) {
  var address = location.pathname + location.hash, due;
  /* Where a router goes on at once, as by a redirect, nobody was. */
  function moved() {
    clearTimeout(due);
    due = after(30, function () {
      wasm.moved();
      if (address !== (address = location.pathname + location.hash)) turned();
    });
  }
  if (window.navigation) return navigation.addEventListener('currententrychange', moved, { signal: stop.signal });
  hear(window, 'popstate hashchange', moved);
  ['pushState', 'replaceState'].forEach(function (name) { wrap(history, name, moved); });
}
function wrap(object, name, then) {
  var theirs = object[name];
  var ours = object[name] = function () {
    var result = theirs.apply(this, arguments);
    if (!dead) then(arguments);
    return result;
  };
  undo.push(function () { if (object[name] === ours) object[name] = theirs; });
}

/* The main text, and the parts that are marked or known by what they are: which are in view, and how far down. Looked for
   anew when the page changes, and ever more seldom while it goes on changing. Returns what to call when it became another. */
function watchContent() {
  if (!window.IntersectionObserver) return function () {};
  var labels, inView, text, letters, told, empty, wait, due, measuring, scrolled, far, came;
  var views = new IntersectionObserver(function (entries) {
    guard(function () { entries.forEach(function (entry) { tell(entry.target, entry.isIntersecting); }); });
  });
  var changes = new MutationObserver(later);
  function turned() {
    views.disconnect();
    labels = new WeakMap();
    inView = new Map();
    wait = 500;
    text = told = empty = scrolled = far = 0;
    came = performance.now();
    later();
  }
  function later() {
    due = due || after(wait, look);
  }
  function add(element, label) {
    if (!label || labels.has(element)) return;
    labels.set(element, label);
    views.observe(element);
  }
  function share(element) {
    var box = element.getBoundingClientRect();
    return Math.max(0, Math.min((innerHeight - box.top) / (box.height || 1) * 100 + .5, 100));
  }
  function tell(element, visible) {
    var percent = share(element), before = inView.get(element);
    if (visible && before >= (percent / 25 | 0)) return;
    visible ? inView.set(element, percent / 25 | 0) : inView.delete(element);
    if (visible || before !== undefined) wasm.content(labels.get(element), visible, visible ? percent : 0);
  }
  function look() {
    due = 0;
    if (document.hidden || !document.body) return;
    wait = Math.min(wait * 2, 8000);
    /* Routers may replace the whole body, now or when the page has been fetched, by one with an empty copy of the chat. */
    if (element && performance.now() - came < 1e4) {
      some('leadheat-chat', 9).forEach(function (other) { if (other !== element) other.remove(); });
      if (!element.isConnected) document.body.appendChild(element);
    }
    some('[data-leadheat-content]', 100).forEach(function (element) { add(element, element.dataset.leadheatContent.trim()); });
    some('video, iframe', 20).forEach(function (element) {
      if (element.tagName === 'VIDEO' || player(element)) add(element, nameOf(element));
    });
    some(':is(section, table, ul, div):is([class*=pric i], [id*=pric i], [class*=hinna i], [id*=hinna i])', 20).some(function (element) {
      var names = !element.querySelector('main, h1') && /[€$£]|\d\s?(EUR|USD|GBP|HUF|Ft)\b/.test(element.textContent.slice(0, 5e4));
      if (names) add(element, 'prices');
      return names;
    });
    after(0, describe); // A task of its own: pages can be long.
  }
  function describe() {
    text = mainText();
    if (text && text.tagName === 'ARTICLE') add(text, 'article');
    letters = text ? lettersOf(text) : 0;
    if (!empty && document.querySelector('[data-leadheat-results="0"]')) empty = true, wasm.did('search_empty', '');
    wasm.topics(topicsOf());
    measure();
  }
  function measure() {
    measuring = 0;
    if (!document.documentElement) return;
    inView.forEach(function (_, element) { tell(element, true); });
    /* What scrolls is the page, or a part that takes most of it. */
    var root = scrolled && scrolled !== document && scrolled.clientHeight > innerHeight / 2 ? scrolled : document.scrollingElement || document.documentElement;
    far = far || scrolled && root.scrollTop > 0;
    var percent = far ? Math.min((Math.ceil(root.scrollTop) + root.clientHeight) / Math.max(root.scrollHeight, 1) * 100, 100) : 0;
    var news = [percent, letters, text ? share(text) : 0].map(Math.floor);
    if (told !== (told = news.join())) wasm.seen.apply(null, news);
  }
  hear(window, 'scroll resize', function (event) {
    if (event.type === 'scroll') scrolled = event.target;
    measuring = measuring || after(250, measure);
  });
  hear(document, 'visibilitychange', later);
  changes.observe(document, { childList: true, subtree: true });
  undo.push(function () { views.disconnect(), changes.disconnect(); });
  turned();
  return turned;
}
function mainText() {
  return only('[itemprop=articleBody]') || only('article') || document.querySelector('main, [role=main]') || document.body;
}
function only(selector) {
  var found = some(selector, 2);
  return found.length === 1 && found[0];
}
function lettersOf(element) {
  var count = 0;
  [element].concat([].slice.call(element.querySelectorAll('script, style, noscript'), 0, 100)).forEach(function (part, nth) {
    var letters = part.textContent.slice(0, 2e5).replace(/\s+/g, '').length;
    count += nth ? -letters : letters;
  });
  return Math.max(count, 0);
}
/* What the page is about: as its owner marks it, else as it tells search engines and social networks. */
function topicsOf() {
  var topics = [];
  function take(node, depth) {
    if (Array.isArray(node)) return node.slice(0, 20).forEach(function (item) { take(item, depth); });
    if (typeof node === 'string') return topics.push(node.slice(0, 200));
    if (!node || !depth) return;
    take([node.articleSection, node.category].filter(function (topic) { return typeof topic === 'string' || Array.isArray(topic); }), 1);
    ['@graph', 'mainEntity'].forEach(function (name) { if (typeof node[name] === 'object') take(node[name], depth - 1); });
  }
  some('[data-leadheat-topic]', 20).forEach(function (mark) { take(mark.dataset.leadheatTopic.split(','), 1); });
  some('meta[property="article:section"], meta[property="article:tag"]', 20).forEach(function (meta) { take(meta.content, 1); });
  some('script[type="application/ld+json"]', 10).forEach(function (script) {
    var data = script.textContent.length < 1e5 && parsed(script.textContent);
    if (typeof data === 'object') take(data, 4);
  });
  return topics.slice(0, 20);
}

/* Video and audio of the page, and players of YouTube and Vimeo by the messages that they send to whoever asks. */
function watchMedia() {
  var states = new WeakMap(), asked = new WeakMap();
  function played(element, plays, share) {
    var percent = share * 100 || 0, state = plays + ' ' + (percent / 25 | 0);
    if (states.get(element) === state) return;
    states.set(element, state);
    wasm.media(nameOf(element), plays, percent);
  }
  hear(window, 'play pause ended timeupdate', function (event) {
    var media = event.target;
    if (!/^(VIDEO|AUDIO)$/.test(media.tagName) || media.muted && media.loop) return; // Silent for ever: decoration.
    played(media, !media.paused && !media.ended, media.currentTime / media.duration);
  });
  function ask(frame, times) {
    if (!player(frame) || !frame.contentWindow || asked.has(frame)) return;
    var vimeo = /vimeo/.test(frame.src);
    (vimeo ? ['play', 'pause', 'ended', 'timeupdate'] : [0]).forEach(function (name) {
      frame.contentWindow.postMessage(JSON.stringify(vimeo ? { method: 'addEventListener', value: name } : { event: 'listening', channel: 'widget' }), '*');
    });
    if (times) after(2000, function () { ask(frame, times - 1); });
  }
  hear(window, 'message', function (event) {
    if (!PLAYERS.test(event.origin + '/')) return;
    var data = typeof event.data === 'string' ? parsed(event.data) : event.data;
    var frame = some('iframe', 100).find(function (frame) { return frame.contentWindow === event.source; });
    if (!data || !frame) return;
    if (data.event === 'ready') return ask(frame);
    var state = asked.get(frame) || {}, info = data.info || data.data || {};
    asked.set(frame, state);
    if (/^(play|timeupdate|pause|ended)$/.test(data.event)) {
      state.plays = data.event === 'play' || data.event === 'timeupdate' && state.plays !== false;
      state.share = info.percent;
    } else {
      if (typeof info.playerState === 'number') state.plays = info.playerState === 1;
      state.duration = info.duration || state.duration;
      state.share = info.currentTime / state.duration || state.share;
    }
    if (state.plays !== undefined) played(frame, state.plays, state.share);
  });
  hear(document, 'load', function (event) { if (event.target.tagName === 'IFRAME') ask(event.target, 3); });
  some('iframe', 100).forEach(function (frame) { ask(frame, 3); });
}
var PLAYERS = /^https:\/\/(www\.youtube(-nocookie)?|player\.vimeo)\.com\//;
function player(frame) {
  return PLAYERS.test(frame.src);
}
/* As the site owner says, else as the file. */
function nameOf(element) {
  return (element.dataset.leadheat || '').trim() || element.title || element.getAttribute('aria-label') || (element.currentSrc || element.src || '').split(/[?#]/)[0].split('/').pop();
}

/* A button, or a link that leads nowhere, at whose click nothing happens: nothing changes, moves, opens or is sent. */
function watchClicks() {
  var waits, changes = new MutationObserver(answered);
  function answered() {
    clearTimeout(waits);
    changes.disconnect();
  }
  hear(window, 'scroll focusin submit invalid blur pagehide visibilitychange popstate hashchange play change copy', answered);
  hear(window, 'click', function (event) {
    answered();
    var target = leadheatClosest(event.target, 'button, [role=button], [onclick], a[href="#"], input[type=button]');
    if (!target || !event.isTrusted || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    waits = after(2500, function () {
      answered();
      wasm.did('dead_click', '');
    });
  });
  undo.push(answered);
}

function watchSelection() {
  var due;
  hear(document, 'selectionchange', function () {
    clearTimeout(due);
    due = after(400, function () {
      if (/^(INPUT|TEXTAREA)$/.test((document.activeElement || {}).tagName)) return;
      var text = String(getSelection());
      if (text.length > 4 && text.length < 80) wasm.selected(text);
    });
  });
}

/* The fields of a form that is sent, of those that core lets be read. */
function watchForms() {
  hear(window, 'submit', function (event) {
    var form = event.target, filled = [];
    if (leadheatClosest(form, 'form:valid')) [].slice.call(Element.prototype.querySelectorAll.call(form, 'input, textarea, select'), 0, 200).forEach(function (field) {
      var name = field.getAttribute('name') || field.id;
      var shown = field.getClientRects().length && field.type !== 'checkbox' && field.type !== 'radio';
      if (name && shown && wasm.captures(name, field.type, field.autocomplete || '')) filled.push([name, field.value]);
    });
    if (filled.length) wasm.filled(filled);
  });
}

/* Consent managers: found now or within half a minute. What they say goes to the wasm as they said it. */
function watchConsent() {
  var tries = 0, google, tcf;
  (function look() {
    if (dead) return;
    if (!google && Array.isArray(window.dataLayer)) google = [].slice.call(dataLayer).forEach(heard) || wrap(dataLayer, 'push', function (pushed) { [].forEach.call(pushed, heard); }) || true;
    if (!tcf && typeof window.__tcfapi === 'function') tcf = guard(askTcf) || true;
    if (tries++ >= 30 || google && tcf) return;
    document.hidden ? document.addEventListener('visibilitychange', look, { once: true, signal: stop.signal }) : setTimeout(look, 1000);
  })();
}
/* What stands there is the page's, and may be anything. */
function heard(entry) {
  try {
    var said = entry[0] === 'consent' && entry[2].analytics_storage;
    if (said) guard(function () { wasm.google(entry[1] === 'update', said === 'granted'); });
    /* An event as gtag writes it, or as it is pushed. */
    var own = entry[0] === 'event', name = own ? entry[1] : entry.event, value = (own ? entry[2] || {} : entry.ecommerce || entry).value;
    if (typeof name === 'string') guard(function () { wasm.pushed(name, typeof value === 'number' ? value : undefined); });
  } catch (_) {}
}
function askTcf() {
  __tcfapi('addEventListener', 2, function (tc, ok) {
    if (!ok || !tc || dead) return;
    var consents = tc.purpose && tc.purpose.consents || {};
    var purposes = Object.keys(consents).filter(function (id) { return consents[id] === true; }).map(Number);
    guard(function () { wasm.tcf(/^(tcloaded|useractioncomplete)$/.test(tc.eventStatus), tc.gdprApplies, purposes); });
  });
}
