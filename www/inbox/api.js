// The server: JSON calls whose errors are plain words, and the stream of events, which comes back by itself.
import { t } from './words.js';

export async function request(url, options = {}) {
  let answer, body;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(15000), cache: 'no-store', ...options });
    body = await answer.json().catch(() => null);
  } catch {
    throw new Error(t('error.network'));
  }
  if (answer.ok && body) return body;
  throw Object.assign(new Error(body?.error ? String(body.error) : t('error.status', answer.status)), { status: answer.status });
}

/** events: what to do with the data of each kind; onOpen and onLost as the connection comes and goes. Answers how to end it. */
export function stream(url, events, onOpen, onLost) {
  let wait = 2000, source = null, timer = 0;
  const connect = () => {
    source = new EventSource(url);
    source.addEventListener('open', () => { wait = 2000; onOpen(); });
    for (const [name, take] of Object.entries(events)) {
      source.addEventListener(name, (event) => {
        let data;
        try { data = JSON.parse(event.data); } catch { return; /* not ours */ }
        take(data);
      });
    }
    source.addEventListener('error', ({ target }) => {
      onLost();
      if (target.readyState !== EventSource.CLOSED) return;   // the browser tries again by itself
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, 30000);
    });
  };
  connect();
  return () => { clearTimeout(timer); source.close(); };
}

export const call = (path, options) => request(`/inbox/api/${path}`, options);

export const patch = (id, change) => call(`leads/${encodeURIComponent(id)}`, {
  method: 'PATCH', keepalive: true, headers: { 'content-type': 'application/json' }, body: JSON.stringify(change),
});

/** onLead(id) for every new or changed lead. */
export const listen = (onLead, onOpen, onLost) => stream('/inbox/events', { lead: ({ id }) => onLead(id) }, onOpen, onLost);
