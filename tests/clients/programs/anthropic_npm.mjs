import Anthropic from '@anthropic-ai/sdk';
import { errorOf, FOLLOW_UP, NO_MODEL, QUESTION, report, URL } from './asking.mjs';

const client = new Anthropic({ baseURL: URL, apiKey: 'any', maxRetries: 0 });
const options = { model: 'kutip', max_tokens: 1000 };
const turns = [{ role: 'user', content: QUESTION }];
const textOf = (message) => message.content.map((block) => block.text).join('');
const first = await client.messages.create({ ...options, messages: turns });
const last = await client.messages.stream({ ...options, messages: turns }).finalMessage();
const later = await client.messages.create({
  ...options,
  messages: [...turns, { role: 'assistant', content: first.content }, { role: 'user', content: FOLLOW_UP }],
});
report({
  asked: textOf(first),
  streamed: textOf(last),
  continued: textOf(later),
  refused: await errorOf(() => client.messages.create({ ...options, model: NO_MODEL, messages: turns })),
  cited: first.content[0].citations,
  citedInStream: last.content[0].citations,
});
