import { Agent, OpenAIProvider, Runner, user } from '@openai/agents';
import { errorOf, FOLLOW_UP, NO_MODEL, QUESTION, report, URL } from './asking.mjs';

const modelProvider = new OpenAIProvider({ baseURL: `${URL}/v1`, apiKey: 'any', useResponses: true });
const runner = new Runner({ modelProvider, tracingDisabled: true });
const agent = new Agent({ name: 'Kutip', model: 'kutip-sources' });
const first = await runner.run(agent, QUESTION);
const stream = await runner.run(agent, QUESTION, { stream: true });
let streamed = '';
for await (const part of stream.toTextStream()) streamed += part;
await stream.completed;
const later = await runner.run(agent, [...first.history, user(FOLLOW_UP)]);
report({
  asked: first.finalOutput,
  streamed,
  continued: later.finalOutput,
  refused: await errorOf(() => runner.run(new Agent({ name: 'Lain', model: NO_MODEL }), QUESTION)),
  cited: first.finalOutput,
});
