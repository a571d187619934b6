import { HumanMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { errorOf, FOLLOW_UP, NO_MODEL, QUESTION, report, URL } from './asking.mjs';

const modelOf = (model) =>
  new ChatOpenAI({ model, apiKey: 'any', maxRetries: 0, configuration: { baseURL: `${URL}/v1` } });
const model = modelOf('kutip-sources');
const first = await model.invoke(QUESTION);
let streamed = '';
for await (const chunk of await model.stream(QUESTION)) streamed += chunk.content;
const later = await model.invoke([new HumanMessage(QUESTION), first, new HumanMessage(FOLLOW_UP)]);
report({
  asked: first.content,
  streamed,
  continued: later.content,
  refused: await errorOf(() => modelOf(NO_MODEL).invoke(QUESTION)),
  cited: first.content,
});
