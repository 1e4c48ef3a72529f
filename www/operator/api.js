// The operator's side of the server: reads, changes as it takes them (JSON, with its own header), and the news.
import { request, stream } from '../inbox/api.js';

export const get = (path) => request(`/operator/api/${path}`);
export const send = (method, path, body = {}) => request(`/operator/api/${path}`, {
  method, headers: { 'content-type': 'application/json', 'x-leadheat': 'operator' }, body: JSON.stringify(body),
});
export const post = (path, body) => send('POST', path, body);
export const listen = (events, onOpen, onLost) => stream('/operator/events', events, onOpen, onLost);
