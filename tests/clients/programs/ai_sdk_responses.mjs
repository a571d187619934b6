import { createOpenAI } from '@ai-sdk/openai';
import { generateText, streamText } from 'ai';
import { errorOf, FOLLOW_UP, NO_MODEL, QUESTION, report, URL } from './asking.mjs';

const provider = createOpenAI({ baseURL: `${URL}/v1`, apiKey: 'any' });
const model = provider.responses('kutip');
const first = await generateText({ model, prompt: QUESTION });
const stream = streamText({ model, prompt: QUESTION });
let streamed = '';
for await (const part of stream.textStream) streamed += part;
const later = await generateText({
  model,
  messages: [{ role: 'user', content: QUESTION }, ...first.response.messages, { role: 'user', content: FOLLOW_UP }],
});
const unknown = { model: provider.responses(NO_MODEL), prompt: QUESTION, maxRetries: 0 };
report({
  asked: first.text,
  streamed,
  continued: later.text,
  refused: await errorOf(() => generateText(unknown)),
  cited: first.sources,
  citedInStream: await stream.sources,
});
