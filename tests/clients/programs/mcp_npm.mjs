import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { NO_MODEL, QUESTION, report, URL as SERVER } from './asking.mjs';

const client = new Client({ name: 'kutip-test', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(`${SERVER}/mcp`)));
const call = async (name, given) => (await client.callTool({ name, arguments: given })).content[0].text;
const asked = await call('ask', { question: QUESTION });
report({
  asked,
  continued: await call('search', { query: 'terumbu karang', top_k: 1 }),
  refused: await call('ask', { question: QUESTION, mode: NO_MODEL }),
  cited: asked,
});
await client.close();
