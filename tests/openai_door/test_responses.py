"""The door for OpenAI's Responses API, over a real connection."""

import json
from pathlib import Path

import httpx2
import openai
import pytest
from openai.types.responses import ResponseOutputMessage, ResponseOutputText

from tests.chat_shapes import Json, check_shapes
from tests.openai_door.chat import ASKED, BROKEN_OFF, QUOTE, check_error, writing
from tests.openai_server import Script


def test_a_response_skips_the_items_of_tools(url: str) -> None:
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "Kapan bus listrik jalan?"}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "function_call", "call_id": "call_1", "name": "cari", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call_1", "output": "Banjir."},
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Entahlah."}]},
        {"role": "user", "content": [{"type": "input_image"}, {"type": "input_text", "text": ASKED}]},
    ]
    body = {"model": "kutip", "input": items, "tools": [{"type": "web_search"}, {"type": "file_search"}]}
    reply = httpx2.post(f"{url}/v1/responses", json={**body, "parallel_tool_calls": True}).json()
    assert reply["output"][0]["content"][0]["text"].startswith(f"{QUOTE} [1]")
    assert reply["kutip"]["notes"] == [
        "input[6].content[0] was skipped: Kutip reads only text, and this is input_image."
    ]


def test_the_official_client_reads_a_response(client: openai.OpenAI) -> None:
    reply = client.responses.create(model="kutip", input=ASKED, metadata={"chat": "7"})
    assert reply.output_text.startswith(f"{QUOTE} [1]")
    assert (reply.status, reply.metadata) == ("completed", {"chat": "7"})
    (message,) = reply.output
    assert isinstance(message, ResponseOutputMessage)
    (part,) = message.content
    assert isinstance(part, ResponseOutputText)
    dumped: Json = reply.to_dict()
    check_shapes(
        reply.output_text,
        annotations=[
            {"type": "url_citation", "url_citation": {k: v for k, v in a.to_dict().items() if k != "type"}}
            for a in part.annotations
        ],
        citations=dumped["citations"],
        search_results=dumped["search_results"],
        kutip=dumped["kutip"],
    )


def test_the_official_client_reads_a_streamed_response(client: openai.OpenAI) -> None:
    with client.responses.stream(
        model="kutip",
        input=[
            {"role": "user", "content": [{"type": "input_text", "text": "Berapa ton panen kopi?"}]},
            {"role": "assistant", "content": "1.500,5 ton. [1]"},
            {"role": "user", "content": "Dan kapan itu?"},
        ],
    ) as stream:
        events = list(stream)
        final = stream.get_final_response()
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert deltas == final.output_text
    added = [e for e in events if e.type == "response.output_text.annotation.added"]
    assert [event.annotation_index for event in added] == list(range(len(added)))
    told: Json = final.to_dict()
    assert [event.to_dict()["annotation"] for event in added] == told["output"][0]["content"][0][
        "annotations"
    ]
    assert told["kutip"]["query"] == "ton panen kopi: Dan kapan itu?"


def test_a_streamed_response_reports_each_claim(tmp_path: Path) -> None:
    written = "Panen kopi mencapai 1.500,5 ton. {1} Banjir besar di Roma. {2}"
    with writing(tmp_path, Script([written])) as url:
        body = {"model": "kutip", "input": ASKED, "stream": True}
        text = httpx2.post(f"{url}/v1/responses", json=body).text
    events = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]
    told = [event["kutip"]["claim"]["verdict"] for event in events if "claim" in event.get("kutip", {})]
    assert told == ["supported", "unsupported"]


def test_a_response_that_is_cut_short_is_incomplete(tmp_path: Path) -> None:
    with writing(tmp_path, Script([BROKEN_OFF], finish_reason="length")) as url:
        body = {"model": "kutip", "input": ASKED, "max_output_tokens": 30}
        reply = httpx2.post(f"{url}/v1/responses", json=body).json()
        streamed = httpx2.post(f"{url}/v1/responses", json={**body, "stream": True}).text
    assert reply["status"] == "incomplete"
    assert reply["incomplete_details"] == {"reason": "max_output_tokens"}
    assert "event: response.incomplete" in streamed


@pytest.mark.parametrize(
    ("body", "param", "says"),
    [
        ({"input": ""}, "input[0].content", "empty"),
        ({"input": []}, "input", "at least 1 item"),
        ({}, "input", "required"),
        ({"input": [{"type": "function_call_output", "output": "x"}]}, "input", "role user"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
            "input[0].content",
            "only input",
        ),
        ({"input": ASKED, "conversation": "conv_1"}, "conversation", "not stored"),
        ({"input": ASKED, "metadata": {"a": "\ud800"}}, "metadata", "U+D800"),
        ({"input": ASKED, "previous_response_id": "resp_1"}, "previous_response_id", "not stored"),
        ({"input": ASKED, "tool_choice": {"type": "web_search"}}, "tool_choice", "calls no tools"),
        ({"input": ASKED, "tool_choice": "required"}, "tool_choice", "calls no tools"),
        ({"input": ASKED, "tool_choice": {"type": "allowed_tools", "mode": "required"}}, "tool_choice", ""),
        ({"input": ASKED, "text": {"format": {"type": "json_schema"}}}, "text", "with a schema"),
        (
            {"input": ASKED, "text": {"format": {"type": "json_schema", "schema": {"enum": [1]}}}},
            "text.format",
            "Without a language model",
        ),
        ({"input": ASKED, "max_output_tokens": 0}, "max_output_tokens", "greater than or equal"),
    ],
)
def test_an_invalid_response_request_is_refused(url: str, body: Json, param: str, says: str) -> None:
    content = json.dumps({"model": "kutip", **body}).encode()
    reply = httpx2.post(f"{url}/v1/responses", content=content, headers={"Content-Type": "application/json"})
    check_error(reply, 400, param=param, says=says)
