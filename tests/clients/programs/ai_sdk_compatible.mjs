import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, streamText } from 'ai';
import { errorOf, FOLLOW_UP, NO_MODEL, QUESTION, report, URL } from './asking.mjs';

const provider = createOpenAICompatible({ name: 'kutip', baseURL: `${URL}/v1`, apiKey: 'any' });
const model = provider('kutip-sources');
const first = await generateText({ model, prompt: QUESTION });
let streamed = '';
for await (const part of streamText({ model, prompt: QUESTION }).textStream) streamed += part;
const later = await generateText({
  model,
  messages: [
    { role: 'user', content: QUESTION },
    { role: 'assistant', content: first.text },
    { role: 'user', content: FOLLOW_UP },
  ],
});
const unknown = { model: provider(NO_MODEL), prompt: QUESTION, maxRetries: 0 };
report({
  asked: first.text,
  streamed,
  continued: later.text,
  refused: await errorOf(() => generateText(unknown)),
  cited: first.text,
});
