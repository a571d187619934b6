"""The door for Anthropic's clients, over a real connection."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest
from pydantic import BaseModel

from api.app import create_app
from rag.access_keys import key_hash
from tests.chat_shapes import Json, check_message, supporting
from tests.guards.test_access import service_app
from tests.openai_door.chat import (
    ASKED,
    BROKEN_OFF,
    QUOTE,
    TiringCrossEncoder,
    asked,
    serving_articles,
    writing,
)
from tests.openai_server import Script
from tests.test_api import COFFEE, as_article, running_service, served

SEVERAL = "Panen kopi? Harga kopi? Banjir? Bus?"
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "Banjir."}]}
TOOLS = [{"name": "cari", "description": "Cari.", "input_schema": {"type": "object"}}]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server with five articles and no language model."""
    with serving_articles(tmp_path_factory.mktemp("messages")) as address:
        yield address


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client:
        yield client


def post(url: str, body: Json, **headers: str) -> httpx2.Response:
    body = {"model": "kutip", "max_tokens": 500, "messages": asked(), **body}
    headers = {"Content-Type": "application/json", **headers}
    return httpx2.post(f"{url}/v1/messages", content=json.dumps(body).encode(), headers=headers, timeout=30)


def events_of(response: httpx2.Response) -> list[Json]:
    """Read a stream, and hold its events against the order that every client relies on."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    *entries, end = response.text.split("\n\n")
    assert end == ""
    events: list[Json] = []
    for entry in entries:
        name, data = entry.split("\n")
        events.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {events[-1]['type']}"
    kinds = [event["type"] for event in events]
    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]
    starts = [event["index"] for event in events if event["type"] == "content_block_start"]
    assert starts == list(range(len(starts)))
    assert starts == [event["index"] for event in events if event["type"] == "content_block_stop"]
    return events


def collected(client: anthropic.Anthropic, **fields: Any) -> Json:
    """Return the message that the client's helper puts together from a stream."""
    body: Any = {"model": "kutip", "max_tokens": 500, **fields}
    with client.messages.stream(**body) as stream:
        extras = [event.to_dict() for event in stream if event.type == "message_delta"]
        message: Json = stream.get_final_message().to_dict()
    (last,) = extras
    return {**message, **{name: last[name] for name in ("kutip", "search_results")}}


# The official client


@pytest.mark.parametrize(
    "question", [ASKED, SEVERAL, "Kapan maraton dimulai?", "Di mana gempa?", "Apa itu zz?"]
)
def test_the_official_client_reads_a_message(client: anthropic.Anthropic, question: str) -> None:
    fields: Any = {"model": "kutip", "max_tokens": 500, "messages": asked(question)}
    message = client.messages.create(**fields)
    assert (message.type, message.role, message.stop_reason) == ("message", "assistant", "end_turn")
    dumped: Json = message.to_dict()
    check_message(dumped)
    streamed = collected(client, messages=asked(question))
    check_message(streamed)
    assert streamed["content"] == dumped["content"]
    assert streamed["stop_reason"] == "end_turn"
    assert "javascript:" not in json.dumps([dumped["content"], dumped["search_results"]])


def test_the_citations_have_the_client_s_types(client: anthropic.Anthropic) -> None:
    fields: Any = {"model": "kutip", "max_tokens": 500, "messages": asked()}
    block = client.messages.create(**fields).content[0]
    assert isinstance(block, anthropic.types.TextBlock)
    assert block.citations
    place, result = block.citations[:2]
    assert isinstance(place, anthropic.types.CitationCharLocation)
    assert isinstance(result, anthropic.types.CitationsSearchResultLocation)
    assert (block.text, place.cited_text, place.document_title) == (QUOTE, QUOTE, "Panen kopi")
    assert result.source.startswith("https://example.org/kopi#:~:text=Panen%20kopi")


@pytest.mark.parametrize("is_stream", [False, True])
def test_the_ai_sdk_gets_the_citations_that_it_knows(url: str, is_stream: bool) -> None:
    agent = {"User-Agent": "ai/6.0.326 ai-sdk/provider-utils/4.0.65 runtime/node.js/v20"}
    reply = post(url, {"stream": is_stream}, **agent)
    if is_stream:
        deltas = [event["delta"] for event in events_of(reply) if event["type"] == "content_block_delta"]
        place, result = [delta["citation"] for delta in deltas if "citation" in delta][:2]
    else:
        place, result = reply.json()["content"][0]["citations"][:2]
        assert "citations" not in reply.json()["content"][1]
    assert (place["type"], place["cited_text"]) == ("char_location", QUOTE)
    assert result["type"] == "web_search_result_location"
    assert result["cited_text"] == QUOTE
    assert result["url"].startswith("https://example.org/kopi#:~:text=Panen%20kopi")


@pytest.mark.parametrize("is_stream", [False, True])
def test_the_same_question_has_the_same_citations_in_every_door(url: str, is_stream: bool) -> None:
    native = httpx2.post(f"{url}/v1/ask", json={"question": SEVERAL}).json()
    if is_stream:
        events = events_of(post(url, {"messages": asked(SEVERAL), "stream": True}))
        kutip = next(event["kutip"] for event in events if event["type"] == "message_delta")
    else:
        kutip = post(url, {"messages": asked(SEVERAL)}).json()["kutip"]
    chat = {"model": "kutip", "messages": asked(SEVERAL)}
    openai_reply = httpx2.post(f"{url}/v1/chat/completions", json=chat).json()
    assert native["citations"] == kutip["citations"] == openai_reply["kutip"]["citations"]
    assert native["answer"] == kutip["answer"]


def test_the_official_client_finds_the_models(client: anthropic.Anthropic) -> None:
    assert [model.id for model in client.models.list()][:2] == ["kutip", "kutip-extractive"]
    assert client.models.retrieve("kutip").display_name == "kutip"


def test_the_official_client_raises_its_errors(client: anthropic.Anthropic, url: str) -> None:
    fields: Any = {"max_tokens": 500, "messages": asked()}
    demanding: Any = {"tools": TOOLS, "tool_choice": {"type": "any"}}
    with pytest.raises(anthropic.NotFoundError, match="The models are kutip"):
        client.messages.create(model="claude", **fields)
    with pytest.raises(anthropic.BadRequestError, match="calls no tools"):
        client.messages.create(model="kutip", **fields, **demanding)


class Reply(BaseModel):
    """An answer, as an application may declare it."""

    answer: str
    citations: list[str]


def test_the_official_client_parses_json(client: anthropic.Anthropic) -> None:
    fields: Any = {"model": "kutip", "max_tokens": 500, "messages": asked()}
    parsed = client.messages.parse(output_format=Reply, **fields)
    assert parsed.parsed_output is not None
    assert parsed.parsed_output.citations[0].startswith("https://example.org/kopi")
    with client.messages.stream(output_format=Reply, **fields) as stream:
        final = stream.get_final_message()
    assert final.parsed_output == parsed.parsed_output


def test_a_key_in_the_header_of_anthropic_s_clients_is_accepted(tmp_path: Path) -> None:
    with service_app(tmp_path, api_keys=key_hash("kunci")) as app, served(app) as url:
        assert post(url, {}, **{"x-api-key": "kunci"}).status_code == 200
        assert post(url, {}, Authorization="Bearer kunci").status_code == 200
        refused = post(url, {}, **{"x-api-key": "lain"})
        without = post(url, {})
        malformed = post(url, {}, **{"x-api-key": "kun ci"})
        twice = httpx2.post(f"{url}/v1/messages", headers=[("x-api-key", "kunci"), ("x-api-key", "kunci")])
    check_error(refused, 401, "authentication_error", says="does not know the key")
    check_error(without, 401, "authentication_error", says="requires a key")
    check_error(twice, 401, "authentication_error", says="2 x-api-key headers")
    check_error(malformed, 401, "authentication_error", says="The x-api-key header holds no key")


# What a language model writes


@pytest.mark.parametrize("tear", [None, 7])
def test_verdicts_and_offsets_of_a_written_answer(tmp_path: Path, tear: int | None) -> None:
    text = (
        f"## Kopi\n\n- 😀 {QUOTE} {{1}}\n- Panen kopi mencapai 9.900 ton pada Senin (3/6). {{1}}\n"
        "- Harga kopi naik menjadi Rp92.000. {1}\n- Banjir besar di Roma. {2}\n"
    )
    with writing(tmp_path, Script([text], tear=tear)) as url:
        message = post(url, {}).json()
        with anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client:
            streamed = collected(client, messages=asked())
    check_message(message)
    check_message(streamed)
    assert streamed["content"] == message["content"]
    verdicts = [claim["verdict"] for claim in message["kutip"]["claims"]]
    assert verdicts == ["supported", "contradicted", "supported", "unsupported"]
    assert len(supporting(message["kutip"])) == 2
    assert "9.900 ton pada Senin (3/6). ⚠≠\n" in "".join(block["text"] for block in message["content"])
    assert message["usage"] == streamed["usage"] == {"input_tokens": 7, "output_tokens": 3}


def test_sampling_reaches_the_language_model(tmp_path: Path) -> None:
    script = Script([f"{QUOTE} {{1}}"])
    with writing(tmp_path, script) as url:
        post(url, {"max_tokens": 20, "temperature": 0.7, "stop_sequences": ["ZZ"]})
    (request,) = script.requests
    assert (request["max_tokens"], request["temperature"], request["stop"]) == (20, 0.7, ["ZZ"])


def test_the_first_four_of_many_stop_sequences_reach_the_language_model(tmp_path: Path) -> None:
    script = Script([f"{QUOTE} {{1}}"])
    with writing(tmp_path, script) as url:
        reply = post(url, {"stop_sequences": ["", *(f"Z{number}" for number in range(63))]})
        few = post(url, {"stop_sequences": ["Z0", "Z1", "Z2", "Z3"]})
    assert [request["stop"] for request in script.requests] == [["Z0", "Z1", "Z2", "Z3"]] * 2
    assert reply.json()["kutip"]["notes"] == [
        "stop_sequences: only the first 4 end an answer; the others were ignored."
    ]
    assert few.json()["kutip"]["notes"] == []


def test_an_answer_that_is_cut_short_says_so(tmp_path: Path) -> None:
    with writing(tmp_path, Script([BROKEN_OFF, "yang "], finish_reason="length")) as url:
        whole = post(url, {}).json()
        events = events_of(post(url, {"stream": True}))
    assert whole["stop_reason"] == "max_tokens"
    assert events[-2]["delta"] == {"stop_reason": "max_tokens", "stop_sequence": None}


@pytest.mark.parametrize("is_stream", [False, True])
def test_a_title_is_written_without_a_search(tmp_path: Path, is_stream: bool) -> None:
    task = asked("### Task:\nGenerate a title.\n<chat_history>\nUSER: Kopi?\n</chat_history>")
    with writing(tmp_path, Script(["Panen kopi"])) as url:
        response = post(url, {"messages": task, "stream": is_stream})
    if is_stream:
        texts = [
            event["delta"].get("text", "")
            for event in events_of(response)
            if event["type"] == "content_block_delta"
        ]
        assert "".join(texts) == "Panen kopi"
    else:
        assert response.json()["content"] == [{"type": "text", "text": "Panen kopi"}]
        assert response.json()["kutip"] is None


def test_the_sources_may_end_the_text(url: str) -> None:
    message = post(url, {"model": "kutip-sources"}).json()
    events = events_of(post(url, {"model": "kutip-sources", "stream": True}))
    texts = [event["delta"].get("text", "") for event in events if event["type"] == "content_block_delta"]
    content = "".join(block["text"] for block in message["content"])
    assert content == "".join(texts)
    assert content.startswith(f"{message['kutip']['answer']}\n\n1. Panen kopi, KABAR")


def test_an_error_during_a_stream_is_in_anthropic_s_format(tmp_path: Path) -> None:
    with running_service(tmp_path, cross_encoder=TiringCrossEncoder()) as service:
        list(service.ingestion.ingest([as_article(COFFEE)]))
        with served(create_app(service)) as address:
            text = post(address, {"stream": True}).text
    assert "event: error\ndata: " in text
    error = json.loads(text.split("event: error\ndata: ")[1])
    assert (error["type"], error["error"]["type"]) == ("error", "api_error")


# Requests


@pytest.mark.parametrize(
    "fields",
    [
        {"system": "Be brief."},
        {"system": [{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}]},
        {"tools": TOOLS},
        {"tools": TOOLS, "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}},
        {"tools": TOOLS, "tool_choice": {"type": "none"}},
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {
            "tools": [
                {"name": f"alat_{n}", "description": "x" * 2000, "input_schema": {}} for n in range(1000)
            ]
        },
        {"thinking": {"type": "enabled", "budget_tokens": 1024}},
        {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}},
        {"metadata": {"user_id": "u1"}, "service_tier": "auto", "top_k": 5, "top_p": 0.9, "container": None},
        {"output_config": None, "stop_sequences": None, "stream": None, "temperature": None},
        {"messages": [{"role": "system", "content": "Be brief."}, *asked()]},
    ],
)
def test_what_clients_send_besides_messages_is_tolerated(url: str, fields: Json) -> None:
    for version in ({}, {"anthropic-version": "2023-06-01", "anthropic-beta": "context-1m-2025-08-07"}):
        reply = post(url, fields, **version)
        assert reply.status_code == 200, reply.text
        assert reply.json()["content"][0]["text"] == QUOTE
    assert events_of(post(url, {**fields, "stream": True}))


def test_the_calls_and_results_of_tools_are_no_turns(url: str) -> None:
    messages = [
        *asked("Kapan bus listrik jalan?"),
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "…", "signature": "x"},
                {"type": "tool_use", "id": "toolu_1", "name": "cari", "input": {}},
            ],
        },
        {"role": "user", "content": [RESULT]},
    ]
    kutip = post(url, {"messages": messages}).json()["kutip"]
    assert kutip["question"] == "Kapan bus listrik jalan?"
    asked_later = [{"role": "user", "content": [RESULT, IMAGE, {"type": "text", "text": ASKED}]}]
    later = post(url, {"messages": [*messages[:2], *asked_later]}).json()["kutip"]
    assert later["question"] == ASKED
    assert [note.split("this is ")[1] for note in later["notes"]] == [
        f"{kind}." for kind in ("thinking", "tool_use", "tool_result", "image")
    ]


def test_an_earlier_answer_with_citations_and_a_begun_answer_are_read(url: str) -> None:
    first = post(url, {}).json()
    follow_up = {"role": "user", "content": "Dan kapan itu?"}
    messages = [*asked(), {"role": "assistant", "content": first["content"]}, follow_up]
    kutip = post(url, {"messages": [*messages, {"role": "assistant", "content": "Pada"}]}).json()["kutip"]
    assert (kutip["question"], kutip["query"]) == ("Dan kapan itu?", "ton panen kopi: Dan kapan itu?")
    assert kutip["notes"] == ["messages[2] was answered again: Kutip does not continue an answer."]


def check_error(response: httpx2.Response, status: int, kind: str, *, says: str) -> None:
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json")
    body = response.json()
    assert set(body) == {"type", "error", "request_id"}
    assert (body["type"], body["error"]["type"]) == ("error", kind)
    assert body["request_id"] == response.headers["x-request-id"]
    assert says in body["error"]["message"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"messages": []}, "messages: List should have at least 1 item"),
        ({"messages": None}, "messages"),
        ({"messages": [RESULT]}, "messages.0.role: Field required"),
        ({"messages": [{"role": "user", "content": [RESULT]}]}, "no message with the role user"),
        (
            {"messages": [{"role": "user", "content": [IMAGE]}]},
            "messages.0.content: The last message holds only image",
        ),
        ({"messages": [{"role": "user", "content": 5}]}, "must be a text or a list"),
        ({"messages": asked("?!")}, "no word"),
        ({"messages": asked("a\0b")}, "U+0000"),
        ({"tool_choice": {"type": "tool", "name": "nihil"}}, "calls no tools"),
        ({"tool_choice": {"type": "any"}}, "calls no tools"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater"),
        ({"stop_sequences": ["a"] * 65}, "stop_sequences: "),
        ({"stop_sequences": ["a\0"]}, "stop_sequences: The stop sequence holds U+0000"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"required": ["x"]}}}},
            "output_config.format: Without a language model",
        ),
        ({"output_config": {"format": {"type": "xml"}}}, "output_config: This is not a format"),
        ({"output_config": 5}, "output_config: This is not an object"),
        ({"kutip": {"language": "Indonesian!"}}, "kutip.language: "),
        ({"kutip": {"filters": {"outlet": "a\0"}}}, "kutip.filters.outlet: The filter outlet holds"),
        ({"kutip": {"topk": 3}}, "kutip.topk"),
    ],
)
def test_an_invalid_request_is_refused_in_anthropic_s_format(url: str, body: Json, says: str) -> None:
    for is_stream in (False, True):
        reply = post(url, {**body, "stream": is_stream})
        check_error(reply, 400, "invalid_request_error", says=says)


def test_other_errors_are_in_anthropic_s_format_too(url: str) -> None:
    too_long = post(url, {"messages": asked("x" * 10_000_000)})
    check_error(too_long, 413, "request_too_large", says="larger than 8 MiB")
    check_error(httpx2.get(f"{url}/v1/messages"), 405, "invalid_request_error", says="Method Not Allowed")
    unknown = httpx2.post(f"{url}/v1/messages/count_tokens", json={})
    check_error(unknown, 404, "not_found_error", says="Not Found")


def test_the_day_that_claude_code_sends_is_no_part_of_the_question(url: str) -> None:
    note = "<system-reminder>\n# currentDate\nToday's date is 2026-11-29.\n</system-reminder>\n\n"
    parts = [{"type": "text", "text": note}, {"type": "text", "text": ASKED}]
    reply = post(
        url,
        {
            "messages": [{"role": "user", "content": parts}, {"role": "system", "content": "Agents: none."}],
            "system": [{"type": "text", "text": "You are an agent.", "cache_control": {"type": "ephemeral"}}],
            "tools": TOOLS,
            "thinking": {"type": "adaptive"},
            "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
            "output_config": {"effort": "high"},
        },
    ).json()
    assert (reply["kutip"]["question"], reply["kutip"]["is_refusal"]) == (ASKED, False)
    assert reply["kutip"]["understood"]["time"] is None
    follow_up = [
        {"role": "user", "content": [{"type": "text", "text": note}]},
        {"role": "user", "content": parts},
        {"role": "assistant", "content": reply["content"]},
        {"role": "user", "content": f"Dan kapan itu?\n{note}"},
    ]
    later = post(url, {"messages": follow_up}).json()["kutip"]
    assert (later["question"], later["understood"]["kind"]) == ("Dan kapan itu?", "follow_up")
