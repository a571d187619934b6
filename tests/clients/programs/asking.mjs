// What every program for Node asks, and how it reports; see asking.py.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const URL = process.env.KUTIP_URL;
export const QUESTION = 'Berapa luas terumbu karang yang pulih di Pulau Tebing Biru?';
export const FOLLOW_UP = 'Dan kapan itu?';
export const NO_MODEL = 'kutip-lain';

// Returns what a client says of a request that the server refuses.
export async function errorOf(ask) {
  try {
    await ask();
  } catch (error) {
    return String(error?.message ?? error);
  }
  return '';
}

export function report({ asked, streamed = null, continued, refused, cited, citedInStream = streamed }) {
  const text = (value) => (value === null || typeof value === 'string' ? value : JSON.stringify(value));
  const told = { asked, streamed, continued, refused, cited: text(cited), cited_in_stream: text(citedInStream) };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

// Gives a folder for the settings of a coding assistant, and what runs its command there without an account.
export function assistant(name, variables = {}) {
  const home = mkdtempSync(join(tmpdir(), 'assistant-'));
  const folder = join(home, 'project');
  mkdirSync(folder);
  const program = join(dirname(fileURLToPath(import.meta.url)), 'node_modules', '.bin', name);
  const env = { PATH: process.env.PATH, HOME: home, ...variables };
  const run = (...words) => {
    const done = spawnSync(program, words, { cwd: folder, env, input: '', encoding: 'utf8', timeout: 200_000 });
    return { text: (done.stdout ?? '').trim(), all: `${done.stdout}${done.stderr}${done.error ?? ''}` };
  };
  return { home, folder, run };
}

// Ends the program if an assistant did not connect to the MCP server.
export function checkConnected(listed) {
  const plain = listed.replace(/\u001b\[\d*m/g, '');
  if (!/kutip.*\bconnected/is.test(plain)) throw new Error(`the MCP server is not connected: ${listed}`);
}
