import OpenAI from 'openai';
import { errorOf, FOLLOW_UP, NO_MODEL, QUESTION, report, URL } from './asking.mjs';

const client = new OpenAI({ baseURL: `${URL}/v1`, apiKey: 'any', maxRetries: 0 });
const create = (messages, model = 'kutip') => client.chat.completions.create({ model, messages });
const turns = [{ role: 'user', content: QUESTION }];
const first = (await create(turns)).choices[0].message;
const deltas = [];
for await (const chunk of await client.chat.completions.create({ model: 'kutip', messages: turns, stream: true })) {
  deltas.push(chunk.choices[0].delta);
}
const later = await create([...turns, first, { role: 'user', content: FOLLOW_UP }]);
report({
  asked: first.content,
  streamed: deltas.map((delta) => delta.content ?? '').join(''),
  continued: later.choices[0].message.content,
  refused: await errorOf(() => create(turns, NO_MODEL)),
  cited: first.annotations,
  citedInStream: deltas.map((delta) => delta.annotations),
});
