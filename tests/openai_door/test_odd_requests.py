"""Requests of unusual size or origin, through each door: answered, or refused in the door's own format."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.chat_shapes import Json
from tests.openai_door.chat import ASKED, QUOTE
from tests.test_api import served_with

TOOLS = [
    {"type": "function", "name": f"alat_{number}", "description": "x" * 2000, "parameters": {}}
    for number in range(1000)
]
LARGE = {
    "type": "object",
    "properties": {"answer": {"type": "string", "description": "x" * 2_000_000}},
    "required": ["answer"],
    "additionalProperties": False,
}
UNFIT = {**LARGE, "required": [f"medan_{number}" for number in range(100_000)]}
FORMAT = {"type": "json_schema", "name": "jawaban", "schema": LARGE}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_with(tmp_path_factory.mktemp("odd")) as address:
        yield address


def post(url: str, path: str, body: Json) -> httpx2.Response:
    return httpx2.post(f"{url}/v1/{path}", json={"model": "kutip", "max_tokens": 500, **body}, timeout=60)


def asked(path: str) -> Json:
    messages = [{"role": "user", "content": ASKED}]
    return {"input": messages} if path == "responses" else {"messages": messages}


def text_of(path: str, reply: Json) -> str:
    """Return the beginning of an answer."""
    if path == "responses":
        return str(reply["output"][0]["content"][0]["text"])
    return str(
        reply["content"][0]["text"] if path == "messages" else reply["choices"][0]["message"]["content"]
    )


def with_schema(path: str, schema: Json) -> Json:
    named: dict[str, Json] = {
        "chat/completions": {
            "response_format": {"type": "json_schema", "json_schema": {**FORMAT, "schema": schema}}
        },
        "responses": {"text": {"format": {**FORMAT, "schema": schema}}},
        "messages": {"output_config": {"format": {**FORMAT, "schema": schema}}},
    }
    return named[path]


PATHS = ["chat/completions", "responses", "messages"]


@pytest.mark.parametrize("path", PATHS)
def test_two_megabytes_of_a_schema_are_read(url: str, path: str) -> None:
    reply = post(url, path, {**asked(path), **with_schema(path, LARGE)})
    assert reply.status_code == 200, reply.text[:500]
    assert text_of(path, reply.json()).startswith('{"answer": "')


@pytest.mark.parametrize("path", PATHS)
def test_a_large_schema_that_does_not_fit_is_refused_in_few_words(url: str, path: str) -> None:
    reply = post(url, path, {**asked(path), **with_schema(path, UNFIT)})
    assert reply.status_code == 400
    assert "Without a language model" in reply.json()["error"]["message"]
    assert len(reply.content) < 2000


@pytest.mark.parametrize("path", PATHS)
def test_a_thousand_tools_are_accepted(url: str, path: str) -> None:
    assert text_of(path, post(url, path, {**asked(path), "tools": TOOLS}).json()).startswith(QUOTE)


CHAT_OF_ANTHROPIC: list[Any] = [
    {"role": "user", "content": "Kapan bus listrik jalan?"},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "EqQB"},
            {"type": "text", "text": "Sebentar.", "citations": None},
            {"type": "tool_use", "id": "toolu_01A", "name": "cari", "input": {}},
        ],
    },
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_01A", "content": "Senin."}]},
    {"role": "assistant", "content": [{"type": "text", "text": "Senin."}]},
    {"role": "user", "content": ASKED},
]
CHAT_OF_OPENAI: list[Any] = [
    {"role": "user", "content": "Kapan bus listrik jalan?"},
    {
        "role": "assistant",
        "id": "chatcmpl-B9MBs8",
        "content": "Senin.",
        "refusal": None,
        "annotations": [{"type": "file_citation", "file_id": "file-abc", "index": 1}],
        "audio": {"id": "audio_abc"},
    },
    {"role": "user", "content": ASKED},
]
ITEMS_OF_OPENAI: list[Any] = [
    {
        "id": "msg_67ccd2",
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "Bus?"}],
    },
    {"id": "rs_67ccd3", "type": "reasoning", "summary": [], "encrypted_content": "gAAAA"},
    {
        "id": "fs_67ccd4",
        "type": "file_search_call",
        "queries": ["bus"],
        "status": "completed",
        "results": None,
    },
    {"type": "item_reference", "id": "msg_67ccd5"},
    {
        "id": "msg_67ccd6",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "Senin.", "annotations": [], "logprobs": []}],
    },
    {"role": "user", "content": ASKED},
]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("chat/completions", {"messages": CHAT_OF_OPENAI}),
        ("chat/completions", {"messages": CHAT_OF_ANTHROPIC}),
        ("messages", {"messages": CHAT_OF_OPENAI}),
        ("messages", {"messages": CHAT_OF_ANTHROPIC}),
        ("responses", {"input": ITEMS_OF_OPENAI}),
        ("responses", {"input": CHAT_OF_OPENAI}),
        ("responses", {"input": CHAT_OF_ANTHROPIC}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_conversation_of_another_provider_is_continued(url: str, path: str, body: Json) -> None:
    reply = post(url, path, body)
    assert reply.status_code == 200, reply.text
    assert (text_of(path, reply.json())[: len(QUOTE)], reply.json()["kutip"]["question"]) == (QUOTE, ASKED)


def test_a_request_without_the_version_of_anthropic_s_api_is_answered(url: str) -> None:
    reply = post(url, "messages", asked("messages"))
    assert "anthropic-version" not in reply.request.headers
    assert text_of("messages", reply.json()).startswith(QUOTE)


@pytest.mark.parametrize("path", ["chat/completions", "responses"])
@pytest.mark.parametrize("reference", ["r1", "\ud800", {"a": 1}])
def test_a_field_of_a_message_that_nobody_knows_is_ignored(url: str, path: str, reference: object) -> None:
    message = {"role": "user", "content": ASKED, "reference": reference}
    content = json.dumps({"model": "kutip", "input" if path == "responses" else "messages": [message]})
    headers = {"Content-Type": "application/json"}
    reply = httpx2.post(f"{url}/v1/{path}", content=content.encode(), headers=headers, timeout=60)
    assert reply.status_code == 200, reply.text
    assert text_of(path, reply.json())


@pytest.mark.parametrize("value", ["\ud800", float("nan")])
def test_a_schema_that_no_server_can_be_sent_is_refused(url: str, value: object) -> None:
    schema = {**LARGE, "default": value}
    body = {"model": "kutip", **asked("chat/completions")}
    body["response_format"] = {"type": "json_schema", "json_schema": {**FORMAT, "schema": schema}}
    headers = {"Content-Type": "application/json"}
    content = json.dumps(body).encode()
    reply = httpx2.post(f"{url}/v1/chat/completions", content=content, headers=headers, timeout=60)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["param"] == "response_format"
    assert "The schema holds NaN" in error["message"]
