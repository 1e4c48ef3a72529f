/* watch.js: what the page does that no single event tells: where it is, what is in it, what plays, what nobody answers, what
   consent managers say. Owns when and where it looks; what of it counts, and which field may be read, is core's to say. Part of
   leadheat.js: the build puts it into the loader. */
/* A view begins: all is told anew. Before the first there is no leave to look at anything. */
var turned;
function leadheatWatch() {
  if (!turned) {
    turned = [watchContent(), watchMedia()];
    [watchInput, watchClicks, watchSelection, watchForms].forEach(install => after(0, install));
  }
  turned.forEach(again => again());
}

/* On the loader's abort signal, while an event goes down to its target; what fails here is the widget's failure. */
function hear(target, names, run) {
  names.split(' ').forEach(name => {
    target.addEventListener(name, event => { guard(() => run(event)); }, { capture: true, passive: true, signal: stop.signal });
  });
}
function after(millis, run) {
  return setTimeout(() => guard(run), millis);
}
/* At most so many: pages may have any number. */
function some(selector, most) {
  return [].slice.call(Document.prototype.querySelectorAll.call(document, selector), 0, most);
}
function hidden() {
  return its('visibilityState') === 'hidden';
}

/* That somebody is there is told at most once a second. What scripts do is no sign of a person. */
function watchInput() {
  var told = -1e4;
  hear(window, 'pointermove pointerdown keydown wheel touchstart', event => {
    if (!event.isTrusted || event.timeStamp - told < 1000) return;
    told = event.timeStamp;
    wasm.input();
  });
}

/* Routers change the address without a load. Where the browser does not tell, history's functions do. */
function watchAddress() {
  var api = window.navigation, due;
  /* Where a router goes on at once, as by a redirect, nobody was. */
  function moved() {
    clearTimeout(due);
    due = after(30, wasm.moved);
  }
  moved(); // Since the start, perhaps.
  if (String(api) === '[object Navigation]') return api.addEventListener('currententrychange', moved, { signal: stop.signal });
  hear(window, 'popstate hashchange', moved);
  ['pushState', 'replaceState'].forEach(name => wrap(window.history, name, moved));
}
function wrap(object, name, then) {
  var theirs = object[name];
  /* Looks like theirs. What cannot be changed stays. */
  var ours = new Proxy(theirs, { __proto__: null, apply(_, self, args) {
    var result = Reflect.apply(theirs, self, args);
    guard(() => then(args));
    return result;
  } });
  if (Reflect.set(object, name, ours)) undo.push(() => { if (object[name] === ours) object[name] = theirs; });
}

/* The main text, and the parts that are marked or known by what they are: which are in view, and how far down. Looked for
   anew when the page changes, and ever more seldom while it goes on changing. Returns what to call when a view begins. */
function watchContent() {
  if (!window.IntersectionObserver) return () => {};
  var labels, inView, text, letters, told, empty, wait, due, measuring, moving, root, far, came;
  var views = new IntersectionObserver(entries => {
    guard(() => { entries.forEach(entry => { if (labels.has(entry.target)) tell(entry.target, entry.isIntersecting); }); });
  });
  var changes = new MutationObserver(later);
  function again() {
    views.disconnect();
    clearTimeout(due);
    labels = new WeakMap();
    inView = new Map();
    wait = 500;
    due = text = told = empty = root = far = 0;
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
    return box.height && Math.max(0, Math.min((innerHeight - box.top) / box.height * 100 + .5, 100));
  }
  function tell(element, visible) {
    var percent = share(element), before = inView.get(element), label = labels.get(element);
    if (visible && before >= (percent / 25 | 0)) return;
    visible ? inView.set(element, percent / 25 | 0) : inView.delete(element);
    /* Another of this name may still be there. */
    if (visible || before !== undefined && ![...inView.keys()].some(other => labels.get(other) === label)) wasm.content(label, visible, visible ? percent : 0);
  }
  function look() {
    due = 0;
    if (hidden() || !its('body')) return;
    wait = Math.min(wait * 2, 8000);
    /* Frameworks may make the whole document anew. */
    if (element && !element.isConnected && performance.now() - came < 1e4) its('documentElement').appendChild(element);
    var names = some('[data-leadheat-content]', 100).map(element => {
      var name = leadheatAttribute(element, 'data-leadheat-content').trim();
      add(element, name);
      return name;
    });
    some('video, iframe', 20).forEach(element => {
      if (element.tagName === 'VIDEO' ? !(element.muted && element.loop) : player(element)) add(element, nameOf(element));
    });
    if (names.indexOf('prices') < 0) some(':is(section, table, ul, div):is([class*=pric i], [id*=pric i], [class*=hinna i], [id*=hinna i])', 20).some(element => {
      var fits = !element.querySelector('main, h1') && /[€$£]|\d\s?(EUR|Ft)\b/.test(element.textContent.slice(0, 5e4));
      if (fits) add(element, 'prices');
      return fits;
    });
    after(0, describe); // A task of its own: pages can be long.
  }
  function describe() {
    text = only('[itemprop=articleBody]') || only('article') || some('main, [role=main]', 1)[0] || its('body');
    if (!text) return;
    if (text.tagName === 'ARTICLE') add(text, 'article');
    letters = lettersOf(text);
    if (!empty && some('[data-leadheat-results="0"]', 1).length) empty = true, wasm.did('search_empty');
    wasm.topics(topicsOf());
    after(0, measure);
  }
  function measure() {
    measuring = 0;
    if (!its('documentElement')) return;
    inView.forEach((_, element) => tell(element, true));
    /* What scrolls is the page, or a part that takes most of it. */
    if (moving === document || moving && moving.clientHeight > innerHeight / 2 && moving.clientWidth > innerWidth / 2) root = moving;
    if (root && !root.isConnected) root = far = 0;
    var page = root && root !== document ? root : its('scrollingElement') || its('documentElement');
    far = far || root && page.scrollTop > 0;
    var percent = far ? Math.min((Math.ceil(page.scrollTop) + page.clientHeight) / Math.max(page.scrollHeight, 1) * 100, 100) : 0;
    var news = [percent, letters || 0, text ? share(text) : 0].map(Math.floor);
    if (told !== (told = news.join())) wasm.seen(...news);
  }
  hear(window, 'scroll resize', event => {
    if (event.type === 'scroll') moving = event.target;
    measuring = measuring || after(250, measure);
  });
  hear(document, 'visibilitychange', later);
  changes.observe(document, { childList: true, subtree: true });
  undo.push(() => { views.disconnect(), changes.disconnect(); });
  return again;
}
function only(selector) {
  var found = some(selector, 2);
  return found.length === 1 && found[0];
}
/* What has thousands of pieces is longer than anybody reads. */
function lettersOf(element) {
  var walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), count = 0, left = 2000, node;
  while (left-- && (node = walker.nextNode()))
    if (!/^(SCRIPT|STYLE|NOSCRIPT)$/.test(node.parentNode.nodeName)) count += node.data.replace(/\s+/g, '').length;
  return node ? 1e6 : count;
}
/* What the page is about: as its owner marks it, else as it tells search engines and social networks. */
function topicsOf() {
  var topics = [];
  function take(node, depth) {
    if (!node || !depth) return;
    if (Array.isArray(node)) return node.slice(0, 20).forEach(item => take(item, depth - 1));
    if (typeof node === 'string') return topics.push(node.slice(0, 200).toLowerCase());
    take([node.articleSection, node.category].filter(topic => typeof topic === 'string' || Array.isArray(topic)), 3);
    if (typeof node['@graph'] === 'object') take(node['@graph'], depth - 1);
  }
  some('[data-leadheat-topic]', 20).forEach(mark => take(leadheatAttribute(mark, 'data-leadheat-topic').split(','), 2));
  some('[property="article:section"], [property="article:tag"]', 20).forEach(meta => take(meta.content, 1));
  some('script[type="application/ld+json"]', 10).forEach(script => {
    var data = script.textContent.length < 1e5 && parsed(script.textContent);
    if (typeof data === 'object') take(data, 6);
  });
  return topics.slice(0, 20);
}

/* Video and audio of the page, and players of YouTube and Vimeo by the messages that they send to whoever asks. Told are a
   beginning, an end, a further quarter, and each ten seconds that it goes on. Returns what to call when a view begins. */
function watchMedia() {
  var states, asked = new WeakMap();
  function played(element, plays, share, seconds) {
    var percent = share * 100 || 0, state = [plays, percent / 25 | 0, seconds / 10 | 0].join();
    if (states.get(element) === state) return;
    states.set(element, state);
    wasm.media(nameOf(element), plays, percent);
  }
  hear(window, 'play pause ended timeupdate', event => {
    var media = event.target;
    if (!/^(VIDEO|AUDIO)$/.test(media.tagName) || media.muted && media.loop) return; // Silent for ever: decoration.
    played(media, !media.paused && !media.ended, media.currentTime / media.duration, media.currentTime);
  });
  function ask(frame, times) {
    if (!player(frame) || !frame.contentWindow || asked.has(frame)) return;
    var vimeo = /vimeo/.test(frame.src);
    (vimeo ? ['play', 'pause', 'ended', 'timeupdate'] : [0]).forEach(name => {
      frame.contentWindow.postMessage(JSON.stringify(vimeo ? { method: 'addEventListener', value: name } : { event: 'listening', channel: 'widget' }), '*');
    });
    if (times) after(2000, () => ask(frame, times - 1));
  }
  hear(window, 'message', event => {
    if (!PLAYERS.test(event.origin + '/')) return;
    var data = typeof event.data === 'string' ? parsed(event.data) : event.data;
    var frame = some('iframe', 100).find(frame => frame.contentWindow === event.source);
    if (!data || !frame) return;
    if (data.event === 'ready') return ask(frame);
    var state = asked.get(frame) || {}, info = data.info || data.data || {};
    asked.set(frame, state);
    if (/^(play|timeupdate|pause|ended)$/.test(data.event)) {
      state.plays = data.event === 'play' || data.event === 'timeupdate' && state.plays !== false;
      state.share = info.percent;
      state.at = info.seconds;
    } else {
      if (typeof info.playerState === 'number') state.plays = info.playerState === 1;
      state.duration = info.duration || state.duration;
      state.share = info.currentTime / state.duration || state.share;
      state.at = info.currentTime || state.at;
    }
    if (state.plays !== undefined) played(frame, state.plays, state.share, state.at);
  });
  hear(document, 'load', event => {
    asked.delete(event.target); // It may be another video now.
    if (event.target.tagName === 'IFRAME') ask(event.target, 3);
  });
  some('iframe', 100).forEach(frame => ask(frame, 3));
  return () => states = new WeakMap();
}
var PLAYERS = /^https:\/\/(www\.youtube(-nocookie)?|player\.vimeo)\.com\//;
function player(frame) {
  return PLAYERS.test(frame.src);
}
/* As the site owner says, else as the file. */
function nameOf(element) {
  var given = [element.dataset.leadheat, element.title, element.getAttribute('aria-label')].filter(name => name && name.trim() && name !== 'YouTube video player');
  var source = element.currentSrc || element.src || '';
  return given[0] || (/^(blob|data):/.test(source) ? '' : source.split(/[?#]/)[0].split('/').pop());
}

/* A button, or a link that leads nowhere, at whose click nothing happens: nothing changes, moves, opens or is sent. */
function watchClicks() {
  var waits, changes = new MutationObserver(answered);
  function answered() {
    clearTimeout(waits);
    changes.disconnect();
  }
  hear(window, 'scroll resize focusin submit invalid input change toggle fullscreenchange beforeprint blur pagehide visibilitychange popstate hashchange play copy', answered);
  hear(window, 'click', event => {
    answered();
    var target = leadheatClosest(event.target, 'button, [role=button], [onclick]:not(body, html), a[href="#"], input[type=button]');
    if (!target || !event.isTrusted || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    waits = after(2500, () => {
      answered();
      wasm.did('dead_click');
    });
  });
  undo.push(answered);
}

function watchSelection() {
  var due;
  hear(document, 'selectionchange', () => {
    clearTimeout(due);
    due = after(400, () => {
      var active = its('activeElement'), marked = getSelection();
      /* Not what the visitor wrote, and not whole pages. */
      if (active && (active.shadowRoot || /^(INPUT|TEXTAREA)$/.test(active.tagName)) || !marked.rangeCount || marked.getRangeAt(0).commonAncestorContainer.textContent.length > 1e4) return;
      var text = String(marked);
      if (text.length > 4 && text.length < 80) wasm.selected(text);
    });
  });
}

/* The fields of a form that is sent, of those that core lets be read. */
function watchForms() {
  hear(window, 'submit', event => {
    var form = event.target, filled = [];
    if (leadheatClosest(form, 'form:valid')) some('input, textarea, select', 999).forEach(field => {
      var name = leadheatAttribute(field, 'name') || field.id, box = field.getBoundingClientRect();
      /* By the attribute, since Firefox's property is silent about words that it does not fill in itself. */
      var says = field.type + ' ' + leadheatAttribute(field, 'autocomplete');
      /* What nobody can see nobody has filled in: a password manager has, or a bot. */
      var shown = field.checkVisibility && field.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && box.width > 9 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
      if (field.form === form && name && shown && wasm.captures(name, says)) filled.push([name, field.value]);
    });
    if (filled.length) wasm.filled(filled);
  });
}

/* Consent managers: those that tell by themselves, one of which is the tag manager, are found here, and the others asked at paths
   from window. What they say goes to the wasm as they said it, where it is news. What fails is theirs. */
var google, tcf, answered;
function leadheatAsk(paths) {
  try {
    if (google !== window.dataLayer && Array.isArray(window.dataLayer)) wrap(google = window.dataLayer, 'push', queue), queue(google);
    if (!tcf && typeof window.__tcfapi === 'function') tcf = __tcfapi('addEventListener', 2, heardTcf) || 1;
  } catch (_) {}
  var answers = paths.split(' ').slice(1).map(path => {
    try {
      var found = path.split('.').reduce((at, step) => {
        step = step.split(/[()]/);
        if (at) return step.length > 1 ? at[step[0]](step[1]) : at[step];
      }, window);
      return /^[bs]/.test(typeof found) ? '' + found : found ? 'there' : '';
    } catch (_) { return ''; }
  });
  if (paths[0] === '!' || answered !== (answered = answers.join())) wasm.heard('', answers);
}
/* In their order, and some at a time: there may be thousands. */
var pushes = [], draining;
function queue(more) {
  pushes = [...pushes, ...more];
  if (!draining) drain();
}
function drain() {
  draining = true; // Hearing one may lead the page to push another.
  pushes.splice(0, 20).forEach(heard);
  draining = pushes.length && after(0, drain);
}
/* What stands there is the page's, and may be anything. */
function heard(entry) {
  try {
    var said = entry[0] === 'consent' && [entry[1]].concat(Object.entries(entry[2])).map(String);
    if (said) guard(() => wasm.heard('google', said));
    /* An event as gtag writes it, or as it is pushed. */
    var own = entry[0] === 'event', name = own ? entry[1] : entry.event, value = (own ? entry[2] || {} : entry.ecommerce || entry).value;
    if (typeof name === 'string' && name.length < 99) guard(() => wasm.pushed(name, typeof value === 'number' ? value : undefined));
  } catch (_) {}
}
function heardTcf(tc, ok) {
  try {
    var said = ok && [tc.eventStatus, tc.gdprApplies].concat(Object.entries(tc.purpose.consents)).map(String);
  } catch (_) {}
  if (said) guard(() => wasm.heard('tcf', said));
}
