import { assistant, checkConnected, FOLLOW_UP, QUESTION, report, URL } from './asking.mjs';

const { run } = assistant('claude', {
  ANTHROPIC_BASE_URL: URL,
  ANTHROPIC_API_KEY: 'any',
  ANTHROPIC_MODEL: 'kutip-sources',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
});
run('mcp', 'add', '--transport', 'http', 'kutip', `${URL}/mcp`);
checkConnected(run('mcp', 'list').all);

// Without this format, `-p` prints only the last block of an answer.
function textOf(...words) {
  const lines = run('-p', '--output-format', 'stream-json', '--verbose', ...words).text.split('\n');
  const messages = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'assistant');
  return messages.flatMap(({ message }) => message.content.map(({ text }) => text)).join('');
}

const asked = textOf(QUESTION); // it reads each answer from a stream
report({
  asked,
  streamed: asked,
  continued: textOf('--continue', FOLLOW_UP),
  refused: run('-p', '?!').all,
  cited: asked,
});
