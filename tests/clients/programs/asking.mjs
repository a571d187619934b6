// What every program for Node asks, and how it reports; see asking.py.

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
