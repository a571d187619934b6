import OpenAI from 'openai';
import { errorOf, FOLLOW_UP, NO_MODEL, QUESTION, report, URL } from './asking.mjs';

const client = new OpenAI({ baseURL: `${URL}/v1`, apiKey: 'any', maxRetries: 0 });
const create = (input, model = 'kutip') => client.responses.create({ model, input });
const first = await create(QUESTION);
const stream = client.responses.stream({ model: 'kutip', input: QUESTION });
const last = await stream.finalResponse();
const later = await create([
  { role: 'user', content: QUESTION },
  ...first.output,
  { role: 'user', content: FOLLOW_UP },
]);
report({
  asked: first.output_text,
  streamed: last.output[0].content[0].text,
  continued: later.output_text,
  refused: await errorOf(() => create(QUESTION, NO_MODEL)),
  cited: first.output[0].content[0].annotations,
  citedInStream: last.output[0].content[0].annotations,
});
