import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assistant, checkConnected, FOLLOW_UP, NO_MODEL, QUESTION, report, URL } from './asking.mjs';

const { folder, run } = assistant('opencode');
const provider = {
  npm: '@ai-sdk/openai-compatible',
  name: 'Kutip',
  options: { baseURL: `${URL}/v1`, apiKey: 'any' },
  models: { 'kutip-sources': {}, [NO_MODEL]: {} },
};
const settings = {
  autoupdate: false,
  model: 'kutip/kutip-sources',
  provider: { kutip: provider },
  mcp: { kutip: { type: 'remote', url: `${URL}/mcp` } },
};
writeFileSync(join(folder, 'opencode.json'), JSON.stringify(settings));
checkConnected(run('mcp', 'list').all);
const asked = run('run', QUESTION).text; // it reads each answer from a stream
report({
  asked,
  streamed: asked,
  continued: run('run', '--continue', FOLLOW_UP).text,
  refused: run('run', '--model', `kutip/${NO_MODEL}`, QUESTION).all,
  cited: asked,
});
