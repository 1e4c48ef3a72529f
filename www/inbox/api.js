// The server: JSON calls whose errors are plain words, and the stream of events, which comes back by itself.
import { t } from './words.js';

export async function call(path, options = {}) {
  let answer, body;
  try {
    answer = await fetch(`/inbox/api/${path}`, { signal: AbortSignal.timeout(15000), cache: 'no-store', ...options });
    body = await answer.json().catch(() => null);
  } catch {
    throw new Error(t('error.network'));
  }
  if (answer.ok && body) return body;
  throw Object.assign(new Error(body?.error ? String(body.error) : t('error.status', answer.status)), { status: answer.status });
}

export const patch = (id, change) => call(`leads/${encodeURIComponent(id)}`, {
  method: 'PATCH', keepalive: true, headers: { 'content-type': 'application/json' }, body: JSON.stringify(change),
});

/** onLead(id) for every new or changed lead; onOpen and onLost as the connection comes and goes. */
export function listen(onLead, onOpen, onLost) {
  let wait = 2000;
  const connect = () => {
    const stream = new EventSource('/inbox/events');
    stream.addEventListener('open', () => { wait = 2000; onOpen(); });
    stream.addEventListener('lead', (event) => {
      try { onLead(JSON.parse(event.data).id); } catch { /* not ours */ }
    });
    stream.addEventListener('error', () => {
      onLost();
      if (stream.readyState !== EventSource.CLOSED) return;   // the browser tries again by itself
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, 30000);
    });
  };
  connect();
}
