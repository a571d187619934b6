import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assistant, FOLLOW_UP, NO_MODEL, QUESTION, report, URL } from './asking.mjs';

const { home, run } = assistant('codex', { KUTIP_KEY: 'any' });
mkdirSync(join(home, '.codex'));
writeFileSync(
  join(home, '.codex', 'config.toml'),
  `model = "kutip-sources"
model_provider = "kutip"
[model_providers.kutip]
name = "Kutip"
base_url = "${URL}/v1"
wire_api = "responses"
env_key = "KUTIP_KEY"
[mcp_servers.kutip]
url = "${URL}/mcp"
`,
);
const options = ['--skip-git-repo-check'];
const asked = run('exec', ...options, QUESTION).text; // it reads each answer from a stream
report({
  asked,
  streamed: asked,
  continued: run('exec', 'resume', '--last', ...options, FOLLOW_UP).text,
  refused: run('exec', ...options, '--model', NO_MODEL, QUESTION).all,
  cited: asked,
});
