// `POST /v1/ask` with `stream`: server-sent events over fetch, because EventSource only sends GET.

import { Failure, reached, request } from './server.js';
import { say } from './words.js';

/**
 * Ask, and yield `{name, data}` of each event until `done`.
 *
 * @throws {Failure} the question is refused, or the connection ends before `done`
 */
export async function* ask(body, signal) {
  const reply = await request('v1/ask', { method: 'POST', body: JSON.stringify({ ...body, stream: true }), signal });
  for await (const block of blocks(reply.body.getReader())) {
    const event = parse(block);
    if (!event) continue;
    if (event.name === 'done') return;
    yield event;
  }
  throw new Failure(0, say('endedEarly'));
}

/** Yield the texts between blank lines. */
async function* blocks(reader) {
  const decoder = new TextDecoder();
  let text = '';
  while (true) {
    const { done, value } = await reached(() => reader.read());
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const complete = text.split('\n\n');
    text = complete.pop();
    yield* complete;
  }
}

/** Read one event: an `event:` line and a `data:` line of JSON; null for a comment that keeps the line open. */
export function parse(block) {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
  return fields.data ? { name: fields.event, data: JSON.parse(fields.data) } : null;
}
