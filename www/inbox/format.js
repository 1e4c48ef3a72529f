// Numbers, times and durations as people write them, by Intl. Whatever comes with a lead may be nonsense: then the answer is ''.
import { language } from './words.js';

let skew = 0;   // the server's clock minus ours
const made = new Map();

function locale() {
  return navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === language()) || { en: 'en-GB' }[language()] || language();
}
function intl(Kind, options) {
  const key = locale() + Kind.name + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new Kind(locale(), options));
  return made.get(key);
}
const date = (value, options) => {
  const at = new Date(value ?? NaN);
  return Number.isNaN(at.getTime()) ? '' : intl(Intl.DateTimeFormat, options).format(at);
};
const unit = (value, name, unitDisplay) => intl(Intl.NumberFormat, { style: 'unit', unit: name, unitDisplay, maximumFractionDigits: 0 }).format(value);

export const setNow = (iso) => { const at = Date.parse(iso); if (at) skew = at - Date.now(); };
export const now = () => Date.now() + skew;
export const today = () => { const d = new Date(now()); return new Date(d.getTime() - d.getTimezoneOffset() * 60000).toISOString().slice(0, 10); };

export const number = (value) => intl(Intl.NumberFormat, { maximumFractionDigits: 1 }).format(value);
export const percent = (value) => intl(Intl.NumberFormat, { style: 'percent' }).format(value / 100);
export const points = (value) => intl(Intl.NumberFormat, { maximumFractionDigits: 1, signDisplay: 'exceptZero' }).format(value).replace('-', '−');
export const clock = (value) => date(value, { hour: '2-digit', minute: '2-digit' });
export const day = (value) => date(value, { day: 'numeric', month: 'short', ...(/^\d{4}-\d\d-\d\d$/.test(value) && { timeZone: 'UTC' }) });
export const moment = (value) => date(value, { dateStyle: 'medium', timeStyle: 'short' });
export const weekday = (value) => date(value, { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** The time now at an offset from UTC such as `+02:00`; '' where that was the same as here at a moment. */
export function clockAt(offset, moment) {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset) || [], ahead = `${sign}1` * (hours * 60 + +minutes);
  if (!sign || ahead === -new Date(moment).getTimezoneOffset()) return '';
  return date(new Date(now() + ahead * 60000).toISOString(), { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });
}

export function duration(seconds) {
  const s = Math.round(seconds) || 0;
  if (s < 60) return unit(s, 'second', 'short');
  if (s < 600 && s % 60) return `${unit(Math.floor(s / 60), 'minute', 'short')} ${unit(s % 60, 'second', 'short')}`;
  return s < 3600 ? unit(s / 60, 'minute', 'short') : `${unit(Math.floor(s / 3600), 'hour', 'short')} ${unit((s % 3600) / 60, 'minute', 'short')}`;
}

export function age(iso, justNow) {
  const minutes = Math.floor((now() - Date.parse(iso)) / 60000);
  const width = language() === 'hu' ? 'long' : 'short';
  if (!(minutes >= 1)) return Number.isNaN(minutes) ? '' : justNow;
  if (minutes < 60) return unit(minutes, 'minute', width);
  if (minutes < 1440) return unit(Math.floor(minutes / 60), 'hour', width);
  return minutes < 10080 ? unit(Math.floor(minutes / 1440), 'day', width) : day(iso);
}
