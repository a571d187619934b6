// The official client against a running server. Run by tests/openai_door/test_openai_npm.py, which names the servers:
// KUTIP_URL answers with verbatim sentences, WRITING_URL with a language model that follows a script,
// SLOW_URL with one that takes its time.

import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

const { KUTIP_URL, WRITING_URL, SLOW_URL } = process.env;
const QUESTION = "Berapa ton panen kopi?";
const QUOTE = "Panen kopi mencapai 1.500,5 ton pada Senin (3/6).";
const messages = [{ role: "user", content: QUESTION }];

const at = (url) => new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
const kutip = at(KUTIP_URL);

// Offsets count code points, JavaScript's strings count UTF-16 units.
const span = (text, { start_index, end_index }) => [...text].slice(start_index, end_index).join("");

async function collected(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const choices = chunks.flatMap((chunk) => chunk.choices);
  return {
    chunks,
    content: choices.map(({ delta }) => delta.content ?? "").join(""),
    annotations: choices.flatMap(({ delta }) => delta.annotations ?? []),
    last: chunks.find((chunk) => chunk.choices[0]?.finish_reason),
  };
}

test("models", async () => {
  const { data } = await kutip.models.list();
  assert.deepEqual(
    data.map(({ id }) => id),
    ["kutip", "kutip-extractive", "kutip-sources", "kutip-extractive-sources"],
  );
  assert.equal((await kutip.models.retrieve("kutip")).owned_by, "kutip");
});

test("chat", async () => {
  const reply = await kutip.chat.completions.create({ model: "kutip", messages });
  const { message, finish_reason } = reply.choices[0];
  assert.ok(message.content.startsWith(`${QUOTE} [1]`));
  assert.equal(finish_reason, "stop");
  assert.equal(reply.usage.total_tokens, 0);
  assert.equal(span(message.content, message.annotations[0].url_citation), QUOTE);
  assert.match(message.annotations[0].url_citation.url, /^https:\/\/example\.org\/kopi#:~:text=/);
  assert.equal(reply.citations[0], "https://example.org/kopi");
  assert.equal(reply.search_results[0].snippet, QUOTE);
  assert.equal(reply.kutip.citations[0].quote, QUOTE);
});

test("what is ours goes along", async () => {
  const body = { model: "kutip-extractive", messages, kutip: { markers: "links", filters: { outlet: "LINTANG" } } };
  const reply = await kutip.chat.completions.create(body);
  assert.ok(reply.kutip.hits.every(({ outlet }) => outlet === "LINTANG"));
  const headers = { "X-Kutip-Markers": "links" };
  const linked = await kutip.chat.completions.create({ model: "kutip", messages }, { headers });
  assert.ok(linked.choices[0].message.content.includes("[1](https://example.org/kopi"));
});

test("chat, streamed", async () => {
  const { chunks, content, annotations, last } = await collected(
    await kutip.chat.completions.create({ model: "kutip", messages, stream: true }),
  );
  assert.ok(content.startsWith(`${QUOTE} [1]`));
  assert.equal(span(content, annotations[0].url_citation), QUOTE);
  assert.ok(chunks.every(({ choices, usage }) => choices.length === 1 && usage === undefined));
  assert.equal(last, chunks.at(-1));
  assert.equal(last.citations[0], "https://example.org/kopi");
  assert.equal(last.search_results[0].snippet, QUOTE);
  assert.equal(last.kutip.answer, content);
});

test("usage in the stream, where it is asked for", async () => {
  const stream_options = { include_usage: true };
  const { chunks } = await collected(
    await at(WRITING_URL).chat.completions.create({ model: "kutip", messages, stream: true, stream_options }),
  );
  const { choices, usage } = chunks.at(-1);
  assert.deepEqual(choices, []);
  assert.deepEqual(usage, { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
  assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === undefined));
});

test("the client puts a stream together", async () => {
  const runner = at(WRITING_URL).chat.completions.stream({ model: "kutip", messages });
  const completion = await runner.finalChatCompletion();
  assert.ok(completion.choices[0].message.content.startsWith(`😀 ${QUOTE} [1]`));
});

test("what a language model wrote", async () => {
  const { content, annotations, last } = await collected(
    await at(WRITING_URL).chat.completions.create({ model: "kutip", messages, stream: true }),
  );
  assert.ok(content.startsWith(`😀 ${QUOTE} [1]`));
  assert.ok(content.includes("9.900 ton. ⚠≠"));
  const spans = annotations.map(({ url_citation }) => span(content, url_citation));
  assert.ok(spans[0].endsWith(QUOTE));
  assert.equal(spans.length, 1); // evidence that contradicts a claim is no annotation
  assert.deepEqual(
    last.kutip.claims.map(({ verdict }) => verdict),
    ["supported", "contradicted"],
  );
});

test("responses", async () => {
  const reply = await kutip.responses.create({ model: "kutip", input: QUESTION });
  assert.ok(reply.output_text.startsWith(`${QUOTE} [1]`));
  const [{ type, annotations }] = reply.output[0].content;
  assert.equal(type, "output_text");
  assert.equal(annotations[0].type, "url_citation");
  assert.equal(span(reply.output_text, annotations[0]), QUOTE);
});

test("responses, streamed", async () => {
  const events = [];
  for await (const event of await kutip.responses.create({ model: "kutip", input: QUESTION, stream: true })) {
    events.push(event);
  }
  assert.equal(events[0].type, "response.created");
  const { type, response } = events.at(-1);
  assert.equal(type, "response.completed");
  const of = (kind) => events.filter((event) => event.type === `response.output_text.${kind}`);
  const text = of("delta").map(({ delta }) => delta).join("");
  assert.ok(text.startsWith(`${QUOTE} [1]`));
  const [{ text: whole, annotations }] = response.output[0].content;
  assert.equal(whole, text);
  assert.deepEqual(of("annotation.added").map(({ annotation }) => annotation), annotations);
  assert.equal(span(text, annotations[0]), QUOTE);
});

test("a model that does not exist", async () => {
  for (const stream of [false, true]) {
    await assert.rejects(kutip.chat.completions.create({ model: "gpt-4", messages, stream }), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      assert.deepEqual([error.code, error.param], ["model_not_found", "model"]);
      return true;
    });
  }
  await assert.rejects(kutip.models.retrieve("gpt-4"), OpenAI.NotFoundError);
});

test("a request that cannot be answered", async () => {
  await assert.rejects(kutip.chat.completions.create({ model: "kutip", messages, n: 2 }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.param, error.type], ["n", "invalid_request_error"]);
    return true;
  });
  await assert.rejects(kutip.responses.create({ model: "kutip", input: "" }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, "input[0].content");
    return true;
  });
});

test("going away in the middle", async () => {
  const client = at(SLOW_URL);
  const stream = await client.chat.completions.create({ model: "kutip", messages, stream: true });
  let content = "";
  for await (const chunk of stream) {
    content += chunk.choices[0].delta.content ?? "";
    if (content) stream.controller.abort();
  }
  assert.ok(content.startsWith(QUOTE));
  assert.ok(!content.includes("Harga"));
  const reply = await client.chat.completions.create({ model: "kutip-extractive", messages });
  assert.ok(reply.choices[0].message.content.startsWith(QUOTE));
});
