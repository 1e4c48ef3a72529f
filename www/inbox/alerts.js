// Telling a salesperson who looks elsewhere: a sound and a notification, each only when switched on, and the count in the title.
import { h, icon } from './dom.js';
import { t } from './words.js';
import { nameOf, strongest } from './about.js';

const KEY = 'leadheat-inbox-';
let audio = null;

const on = (what) => { try { return localStorage.getItem(KEY + what) === 'on'; } catch { return false; } };
const set = (what, value) => { try { localStorage.setItem(KEY + what, value ? 'on' : 'off'); } catch { /* not remembered */ } };
const allowed = () => 'Notification' in window && Notification.permission === 'granted';

/** Two short notes. Browsers let a page sound only after a touch or a key, so the first of these wakes the audio. */
function play() {
  if (!audio || audio.state !== 'running') return;
  [660, 880].forEach((pitch, n) => {
    const at = audio.currentTime + n * 0.14, tone = audio.createOscillator(), volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.15, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.24);
  });
}
async function wake() {
  if (!on('sound')) return;
  audio ||= new AudioContext();
  if (audio.state !== 'running') await audio.resume();
}

export function createAlerts(sound, bell, say) {
  function draw() {
    const button = (el, name, pressed) => {
      el.replaceChildren(icon(name), h('span', null, t(name)));
      el.setAttribute('aria-pressed', pressed);
      el.setAttribute('aria-label', t(`${name}.long`));
      el.title = t(`${name}.long`);
    };
    button(sound, 'sound', on('sound'));
    button(bell, 'bell', on('bell') && allowed());
    bell.hidden = !('Notification' in window);
  }
  sound.addEventListener('click', async () => {
    set('sound', !on('sound'));
    draw();
    await wake();
    if (on('sound')) play();
  });
  bell.addEventListener('click', async () => {
    if (on('bell') && allowed()) set('bell', false);
    else {
      set('bell', await Notification.requestPermission() === 'granted');
      if (!on('bell')) say(t('bell.blocked'));
    }
    draw();
  });
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, wake, { once: true });

  function tell(heading, lines, tag, open) {
    if (on('sound')) play();
    if (!on('bell') || !allowed()) return;
    try {
      const notice = new Notification(heading, { body: lines.filter(Boolean).join('\n'), tag });
      notice.onclick = () => { window.focus(); open(); notice.close(); };
    } catch { /* some phones allow notifications from service workers only */ }
  }

  return {
    draw,
    tell,
    hot: ({ lead }, open) => tell(t('hot.arrived'), [nameOf(lead), lead.contact?.company, strongest(lead)], lead.id, open),
    title: (waiting) => { document.title = (waiting ? `(${waiting}) ` : '') + t('title'); },
  };
}
