// Requests to the service that served the page; there are no others.

import { remember, remembered } from './memory.js';
import { say } from './words.js';

// The page may be served under a path of a larger site.
const ROOT = new URL('../', import.meta.url);

/** What the service, or the way to it, did not do: `status` 0 where there was no reply. */
export class Failure extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Send a request. @throws {Failure} for every reply that is no success; an AbortError when stopped. */
export async function request(path, options = {}) {
  const reply = await reached(() => fetch(new URL(path, ROOT), { ...options, headers: headers(options) }));
  if (!reply.ok) throw await failureOf(reply);
  return reply;
}

/** Read JSON. */
export async function read(path) {
  const reply = await request(path);
  return reached(() => reply.json());
}

/** Wait for something of the network and name what goes wrong with it. */
export async function reached(wait) {
  try {
    return await wait();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure(0, say('unreachable'));
  }
}

/** Read an article, each version once. */
export function readArticle(id, version) {
  const query = version ? `?version=${encodeURIComponent(version)}` : '';
  const path = `v1/articles/${encodeURIComponent(id)}${query}`;
  if (!articles.has(path)) {
    const reading = read(path);
    articles.set(path, reading);
    reading.catch(() => articles.delete(path));
  }
  return articles.get(path);
}

const articles = new Map();

/** Keep an access key for as long as the tab is open. */
export function keepKey(key) {
  heldKey = key.trim();
  remember('sessionStorage', 'key', heldKey);
  for (const listener of listeners) listener();
}

/** Call `listener` for each key that is kept. */
export function whenKeyIsKept(listener) {
  listeners.push(listener);
}

export function isKeyHeld() {
  return Boolean(heldKey);
}

const listeners = [];
let heldKey = remembered('sessionStorage', 'key');

function headers(options) {
  const sent = { ...options.headers };
  if (options.body) sent['Content-Type'] = 'application/json';
  // Nothing else is a key, and a header could not hold it.
  if (heldKey && /^[!-~]+$/.test(heldKey)) sent.Authorization = `Bearer ${heldKey}`;
  return sent;
}

async function failureOf(reply) {
  const document = await reply.json().catch(() => ({}));
  return new Failure(reply.status, document.detail ?? say('refusedByServer', reply.status));
}
