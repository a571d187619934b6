"""The door for OpenAI's clients: chat completions and models, over a real connection."""

import asyncio
import json
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
import uvicorn

from api.app import create_app
from api.openai_door.bodies import KutipOptions
from api.openai_door.models import MODELS
from api.schemas import FiltersBody
from rag.language_model.openai_model import OpenAILanguageModel
from tests.chat_shapes import Json, check_shapes, of_stream
from tests.openai_door.chat import (
    ASKED,
    BARE,
    BROKEN_OFF,
    QUOTE,
    TiringCrossEncoder,
    asked,
    check_error,
    chunks_of,
    post,
    schema_format,
    writing,
)
from tests.openai_server import Script, serving
from tests.test_api import COFFEE, as_article, running_service, served

IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
TOOLS = [{"type": "function", "function": {"name": "cari", "parameters": {"type": "object"}}}]
NAMED = {"type": "function", "function": {"name": "cari"}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "cari", "arguments": "{}"}}


# The official client


def test_the_official_client_reads_an_answer(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(model="kutip", messages=asked())
    choice = reply.choices[0]
    assert choice.message.content is not None
    assert choice.message.content.startswith(f"{QUOTE} [1]")
    assert choice.finish_reason == "stop"
    assert reply.usage is not None
    assert reply.usage.total_tokens == 0
    assert choice.message.annotations
    cited = choice.message.annotations[0].url_citation
    assert choice.message.content[cited.start_index : cited.end_index] == QUOTE
    assert cited.url.startswith("https://example.org/kopi#:~:text=Panen%20kopi")
    dumped: Json = reply.to_dict()
    check_shapes(
        choice.message.content,
        annotations=dumped["choices"][0]["message"]["annotations"],
        citations=dumped["citations"],
        search_results=dumped["search_results"],
        kutip=dumped["kutip"],
    )


def test_the_official_client_reads_a_stream(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="kutip", messages=asked(), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text.startswith(f"{QUOTE} [1]")
    assert [chunk.usage is not None for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


def test_the_official_client_merges_a_stream(client: openai.OpenAI) -> None:
    """Its helper merges the deltas, and needs to know which annotation is which."""
    messages = asked("Panen kopi? Harga kopi? Banjir? Bus?")
    with client.chat.completions.stream(model="kutip", messages=messages) as stream:
        texts = [event.delta for event in stream if event.type == "content.delta"]
        final: Json = stream.get_final_completion().to_dict()
    message = final["choices"][0]["message"]
    assert message["content"] == "".join(texts)
    assert len(message["annotations"]) > 1
    whole: Json = client.chat.completions.create(model="kutip", messages=messages).to_dict()
    told = [annotation["url_citation"] for annotation in message["annotations"]]
    expected = whole["choices"][0]["message"]["annotations"]
    assert told == [annotation["url_citation"] for annotation in expected]


def test_the_official_client_finds_the_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == list(MODELS)
    assert client.models.retrieve("kutip-extractive").owned_by == "kutip"
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-4'"):
        client.models.retrieve("gpt-4")


def test_the_official_client_passes_kutip_s_options(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(
        model="kutip",
        messages=asked("Berapa ton panen kopi? Kapan bus listrik jalan?"),
        extra_body={"kutip": {"filters": {"outlet": "LINTANG"}, "top_k": 1, "language": "en"}},
    )
    kutip: Json = reply.to_dict()["kutip"]  # type: ignore[assignment]
    assert [hit["outlet"] for hit in kutip["hits"]] == ["LINTANG"]
    assert kutip["language"] == "en"


def test_the_official_client_raises_its_errors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="The models are kutip") as unknown:
        client.chat.completions.create(model="gpt-4", messages=asked())
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.BadRequestError, match="leave out n") as many:
        client.chat.completions.create(model="kutip", messages=asked(), n=2)
    assert many.value.type == "invalid_request_error"


# Citations in every shape


@pytest.mark.parametrize("question", [ASKED, "Kapan maraton dimulai?", "Di mana gempa?", "Apa itu zz?"])
@pytest.mark.parametrize("markers", ["plain", "links"])
def test_all_citation_formats_agree(url: str, question: str, markers: str) -> None:
    body = {"messages": asked(question), "kutip": {"markers": markers}}
    reply = post(url, body).json()
    message = reply["choices"][0]["message"]
    shapes = {name: reply[name] for name in ("citations", "search_results", "kutip")}
    check_shapes(message["content"], annotations=message["annotations"], **shapes)
    assert ("](" in message["content"]) == (markers == "links" and bool(reply["kutip"]["citations"]))
    streamed = of_stream(chunks_of(post(url, {**body, "stream": True})))
    check_shapes(**streamed)
    assert streamed["content"] == message["content"]
    assert streamed["annotations"] == message["annotations"]
    assert "javascript:" not in json.dumps([message, reply["citations"], reply["search_results"]])


def test_sources_and_annotations_come_as_soon_as_a_claim_is_checked(url: str) -> None:
    chunks = chunks_of(post(url, {"stream": True}))
    assert chunks[0]["kutip"]["hits"][0]["article_id"] == "kopi"
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    kinds = [sorted(chunk["choices"][0]["delta"]) for chunk in chunks[1:]]
    assert kinds[:2] == [["content"], ["annotations"]]
    assert kinds[-1] == []
    assert chunks[2]["kutip"]["claim"]["text"] == QUOTE
    assert not any("usage" in chunk for chunk in chunks)


def test_open_webui_gets_its_events_in_the_order_of_the_numbers(url: str) -> None:
    body = {"stream": True, "messages": asked("Panen kopi? Harga kopi? Banjir? Bus?")}
    chunks = chunks_of(post(url, body, headers={"X-Kutip-Sources": "open-webui"}))
    shapes = of_stream(chunks)
    assert shapes["annotations"] == []  # Open WebUI would list each source twice
    assert shapes["sources"]
    plain = of_stream(chunks_of(post(url, body)))
    assert plain["sources"] is None
    check_shapes(**{**shapes, "annotations": plain["annotations"]})
    asked_in_body = chunks_of(post(url, {**body, "kutip": {"sources": "open-webui"}}))
    assert of_stream(asked_in_body)["sources"] == shapes["sources"]


def test_settings_choose_the_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_CHAT_MARKERS", "links")
    monkeypatch.setenv("KUTIP_CHAT_SOURCES", "open-webui")
    monkeypatch.setenv("KUTIP_PUBLIC_URL", "https://kutip.example.org/baca")
    with running_service(tmp_path) as service:
        list(service.ingestion.ingest([as_article(BARE)]))
        with served(create_app(service)) as address:
            body = {"messages": asked("Kapan maraton dimulai?")}
            shapes = of_stream(chunks_of(post(address, {**body, "stream": True})))
            plain = post(address, {**body, "kutip": {"markers": "plain"}}).json()
    assert "[1](https://kutip.example.org/baca/?article=tanpa+alamat&version=sha256%3A" in shapes["content"]
    assert shapes["sources"]
    assert "](" not in plain["choices"][0]["message"]["content"]


# Answers that a language model writes


def test_unsupported_and_contradicted_claims_are_marked_in_the_text(tmp_path: Path) -> None:
    text = "Panen kopi mencapai 1.500,5 ton. {1} Panen kopi mencapai 9.900 ton. {1} Banjir besar di Roma. {2}"
    with writing(tmp_path, Script([text])) as url:
        reply = post(url, {}).json()
        shapes = of_stream(chunks_of(post(url, {"stream": True})))
    check_shapes(**shapes)
    verdicts = [claim["verdict"] for claim in reply["kutip"]["claims"]]
    assert verdicts == ["supported", "contradicted", "unsupported"]
    assert "9.900 ton. ⚠≠ Banjir besar di Roma. ⚠" in reply["choices"][0]["message"]["content"]
    assert shapes["content"] == reply["choices"][0]["message"]["content"]
    assert reply["usage"] == {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


def test_evidence_that_contradicts_is_in_no_format_for_support(tmp_path: Path) -> None:
    text = "Panen kopi mencapai 9.900 ton pada Senin (3/6). {1} Harga kopi naik menjadi Rp92.000. {1}"
    with writing(tmp_path, Script([text])) as url:
        reply = post(url, {}).json()
        streamed = of_stream(chunks_of(post(url, {"stream": True})))
        sources = of_stream(chunks_of(post(url, {"stream": True, "kutip": {"sources": "open-webui"}})))
        linked = post(url, {"kutip": {"markers": "links"}}).json()
        body = {"model": "kutip", "input": ASKED}
        response = httpx2.post(f"{url}/v1/responses", json=body).json()
        events = httpx2.post(f"{url}/v1/responses", json={**body, "stream": True}).text
        asked_natively = httpx2.post(f"{url}/v1/ask", json={"question": ASKED}).json()
    check_shapes(**streamed)
    check_shapes(**{**sources, "annotations": streamed["annotations"]})
    contradicting, supporting = reply["kutip"]["citations"]
    assert (contradicting["verdict"], contradicting["number"], contradicting["quote"]) == (
        "contradicted",
        2,
        QUOTE,
    )
    assert (supporting["verdict"], supporting["number"]) == ("supported", 1)
    content = reply["choices"][0]["message"]["content"]
    assert content == (
        "Panen kopi mencapai 9.900 ton pada Senin (3/6). ⚠≠ Harga kopi naik menjadi Rp92.000. [1]"
    )
    assert "Senin (3/6). ⚠≠ Harga" in linked["choices"][0]["message"]["content"]
    shown = [reply["choices"], reply["citations"], reply["search_results"], sources["sources"]]
    (part,) = response["output"][0]["content"]
    shown += [part["annotations"], response["citations"], response["search_results"]]
    assert QUOTE not in json.dumps(shown)
    assert [len(items) for items in shown] == [1] * len(shown)
    assert events.count("response.output_text.annotation.added\n") == 1
    assert [claim["citations"] for claim in asked_natively["claims"]] == [[1], [2]]
    assert "(3/6). [1] Harga" in asked_natively["answer"]


def test_sampling_reaches_the_language_model(tmp_path: Path) -> None:
    script = Script([f"{QUOTE} {{1}}"])
    with writing(tmp_path, script) as url:
        post(url, {"max_completion_tokens": 20, "max_tokens": 30, "temperature": 0.7, "stop": "ZZ"})
        post(url, {"max_tokens": 5000, "stop": None, "temperature": None})
    first, second = script.requests
    assert (first["max_tokens"], first["temperature"], first["stop"]) == (20, 0.7, ["ZZ"])
    assert (second["max_tokens"], second["temperature"]) == (100, 0)
    assert "stop" not in second


def test_the_extractive_model_uses_no_language_model(tmp_path: Path) -> None:
    script = Script(["never"])
    with writing(tmp_path, script) as url:
        reply = post(url, {"model": "kutip-extractive"}).json()
    assert script.requests == []
    assert reply["model"] == "kutip-extractive"
    assert reply["kutip"]["mode"] == "extractive"


@pytest.mark.parametrize(
    ("script", "degraded"),
    [
        (
            Script([BROKEN_OFF, "yang "], finish_reason="length"),
            "llm_cut_off",
        ),
        (
            Script([BROKEN_OFF, "yang "], cut_after=1),
            "llm_unavailable",
        ),
    ],
)
def test_sent_text_is_kept_when_the_language_model_fails(
    tmp_path: Path, script: Script, degraded: str
) -> None:
    with writing(tmp_path, script) as url:
        chunks = chunks_of(post(url, {"stream": True}))
        whole = post(url, {}).json()
    shapes = of_stream(chunks)
    check_shapes(**shapes)
    assert shapes["content"] == f"{QUOTE} [1]"
    assert shapes["kutip"]["degraded"] == degraded
    assert shapes["kutip"]["is_cut_short"] is True
    assert chunks[-1]["choices"][0]["finish_reason"] == "length"
    assert whole["choices"][0]["finish_reason"] == "length"
    assert whole["choices"][0]["message"]["content"] == shapes["content"]


def test_a_refusal_after_sent_text_does_not_replace_it(tmp_path: Path) -> None:
    text = "Harga kopi naik karena panen kopi gagal di pasar. "
    with writing(tmp_path, Script([text, "{none}"])) as url:
        shapes = of_stream(chunks_of(post(url, {"stream": True})))
        refused = post(url, {"messages": asked("Kopi?")}).json()
    check_shapes(**shapes)
    assert shapes["content"] == f"{text.strip()} ⚠"
    assert refused["kutip"]["is_refusal"] is False


@pytest.mark.parametrize("stop", ["]", "[[", ":", "1"])
def test_a_stop_sequence_in_a_marker_does_not_cut_markers(tmp_path: Path, stop: str) -> None:
    script = Script(["Panen kopi naik tajam. {1} Warga mengungsi ke sekolah terdekat. {2}"])
    with writing(tmp_path, script) as url:
        shapes = of_stream(chunks_of(post(url, {"stream": True, "stop": stop})))
    assert "stop" not in script.requests[0]
    check_shapes(**shapes)
    assert shapes["content"].startswith("Panen kopi naik tajam.")


def test_a_stop_sequence_in_a_marker_still_ends_the_answer(tmp_path: Path) -> None:
    with writing(tmp_path, Script([f"{QUOTE} {{1}} Harga kopi: naik jauh sekali. {{1}}"])) as url:
        reply = post(url, {"stop": ":"}).json()
    assert reply["choices"][0]["message"]["content"] == f"{QUOTE} [1]"


def test_a_dropped_table_row_leaves_no_bar(tmp_path: Path) -> None:
    table = "| Apa | Berapa |\n| --- | --- |\n| Roma | banjir besar {1} |\n| Panen kopi | 1.500,5 ton {1} |\n"
    with serving(Script([table])) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=model_url, timeout_seconds=5, max_tokens=100
        )
        with running_service(tmp_path, model=model, unsupported="drop") as service:
            list(service.ingestion.ingest([as_article(COFFEE)]))
            with served(create_app(service)) as address:
                content = post(address, {}).json()["choices"][0]["message"]["content"]
    assert content == "| Apa | Berapa |\n| --- | --- |\n| Panen kopi | 1.500,5 ton [1] |"


def test_verbatim_sentences_replace_an_answer_that_was_not_sent(tmp_path: Path) -> None:
    with writing(tmp_path, Script(status=500)) as url:
        shapes = of_stream(chunks_of(post(url, {"stream": True})))
    check_shapes(**shapes)
    assert shapes["content"].startswith(f"{QUOTE} [1]")
    assert shapes["kutip"]["degraded"] == "llm_unavailable"


def test_the_usage_of_a_title_is_that_of_the_language_model(tmp_path: Path) -> None:
    title = asked("### Task:\nGenerate a title.\n<chat_history>\nUSER: Kopi?\n</chat_history>")
    with writing(tmp_path, Script(["Panen kopi"])) as url:
        reply = post(url, {"messages": title}).json()
        body = {"model": "kutip", "input": title}
        response = httpx2.post(f"{url}/v1/responses", json=body).json()
        chunks = chunks_of(
            post(url, {"messages": title, "stream": True, "stream_options": {"include_usage": True}})
        )
    assert reply["choices"][0]["message"]["content"] == "Panen kopi"
    assert reply["usage"] == {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    assert chunks[-1]["usage"] == reply["usage"]
    assert (response["usage"]["input_tokens"], response["usage"]["output_tokens"]) == (7, 3)


# Limits without a language model


def test_a_token_limit_leaves_out_whole_quotes_and_is_reported(url: str) -> None:
    question = asked("Panen kopi mencapai? Harga kopi naik?")
    whole = post(url, {"messages": question}).json()
    limited = post(url, {"messages": question, "max_tokens": 1}).json()
    quotes = whole["choices"][0]["message"]["content"].split("\n")
    assert len(quotes) > 1
    assert limited["choices"][0]["message"]["content"] == quotes[0]
    assert (whole["choices"][0]["finish_reason"], limited["choices"][0]["finish_reason"]) == (
        "stop",
        "length",
    )


def test_a_stop_sequence_ends_the_answer_before_it(url: str) -> None:
    question = asked("Panen kopi mencapai? Harga kopi naik?")
    whole = post(url, {"messages": question}).json()["choices"][0]["message"]["content"].split("\n")
    first = post(url, {"messages": question, "stop": ["\n"]}).json()["choices"][0]
    assert (first["message"]["content"], first["finish_reason"]) == (whole[0], "stop")
    none = post(url, {"messages": question, "stop": whole[0][:5]}).json()
    assert none["choices"][0]["message"]["content"] == ""
    assert none["kutip"]["citations"] == []


@pytest.mark.parametrize(
    "options",
    [dict.fromkeys(KutipOptions.model_fields), {"filters": dict.fromkeys(FiltersBody.model_fields)}],
)
def test_null_is_the_same_as_leaving_an_option_out(url: str, options: Json) -> None:
    reply = post(url, {"kutip": options})
    assert reply.status_code == 200, reply.text
    assert reply.json()["choices"][0]["message"]["content"].startswith(f"{QUOTE} [1]")


# Messages


def test_content_parts_system_messages_and_unknown_fields_are_accepted(url: str) -> None:
    body = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
            {"role": "user", "name": "siti", "content": [{"type": "text", "text": "Berapa ton"}]},
            {"role": "assistant", "content": "Dari apa?", "refusal": None, "annotations": []},
            {"role": "assistant", "content": None},
            {
                "role": "user",
                "content": [{"type": "text", "text": "panen"}, {"type": "text", "text": "kopi?"}],
            },
        ],
        "user": "u1",
        "seed": 3,
        "tools": None,
        "functions": [],
        "response_format": {"type": "text"},
        "stream_options": None,
        "metadata": None,
        "kutip": None,
        "n": 1,
        "logit_bias": {},
    }
    reply = post(url, body).json()
    assert reply["choices"][0]["message"]["content"].startswith(QUOTE)
    assert reply["kutip"]["question"] == "panen\nkopi?"


MANY_TOOLS = [
    {"type": "function", "function": {"name": f"alat_{n}", "description": "x" * 2000, "parameters": {}}}
    for n in range(1000)
]


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": TOOLS},
        {"tools": TOOLS, "tool_choice": "auto", "parallel_tool_calls": True},
        {"tools": TOOLS, "tool_choice": "none"},
        {"tools": TOOLS, "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto"}}},
        {"tools": MANY_TOOLS},
        {"tools": "nonsense"},
        {"functions": [{"name": "cari"}], "function_call": "auto"},
        {"web_search_options": {}},
    ],
)
def test_tools_are_accepted_and_not_called(url: str, fields: Json) -> None:
    reply = post(url, fields).json()["choices"][0]
    assert reply["message"]["content"].startswith(f"{QUOTE} [1]")
    assert (reply["finish_reason"], "tool_calls" in reply["message"]) == ("stop", False)
    chunks = chunks_of(post(url, {**fields, "stream": True}))
    assert of_stream(chunks)["content"] == reply["message"]["content"]


def test_the_calls_and_results_of_tools_are_no_turns(url: str) -> None:
    history = [
        *asked("Kapan bus listrik jalan?"),
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "Banjir di mana-mana."},
        {"role": "function", "name": "cari", "content": [{"type": "text", "text": "x"}, IMAGE]},
    ]
    answered_after_tools = post(url, {"messages": history}).json()["kutip"]
    assert answered_after_tools["question"] == "Kapan bus listrik jalan?"
    assert "Banjir" not in answered_after_tools["query"]
    later = post(url, {"messages": [*history, {"role": "assistant", "content": "Senin."}, *asked()]}).json()
    assert later["kutip"]["question"] == ASKED


def test_parts_that_are_not_text_are_skipped_with_a_note(url: str) -> None:
    refusal = {"type": "refusal", "refusal": "Tidak."}
    messages = [
        {"role": "user", "content": [IMAGE, {"type": "text", "text": "Apa ini?"}]},
        {"role": "assistant", "content": [refusal]},
        {"role": "assistant", "content": [{"type": "\ud800 reasoning", "summary": []}, {"type": 5}, {}]},
        {"role": "user", "content": [IMAGE, {"type": "input_text", "text": ["x"]}, {"text": ASKED}]},
    ]
    kutip = post(url, {"messages": messages}).json()["kutip"]
    assert kutip["question"] == ASKED
    kinds = ["image_url", "refusal", "reasoning", "5", "unknown", "image_url", "text that is not a string"]
    assert [note.split("this is ")[1] for note in kutip["notes"]] == [f"{kind}." for kind in kinds]
    assert kutip["notes"][0].startswith("messages[0].content[0] was skipped")
    streamed = of_stream(chunks_of(post(url, {"messages": messages, "stream": True})))
    assert streamed["kutip"]["notes"] == kutip["notes"]


@pytest.mark.parametrize("begun", ["Panen kopi", "{", ""])
def test_a_last_message_of_the_assistant_is_answered_as_a_new_turn(url: str, begun: str) -> None:
    earlier = [*asked("Kapan bus listrik jalan?"), {"role": "assistant", "content": "Entahlah."}]
    messages = [*earlier, *asked(), {"role": "assistant", "content": begun}]
    reply = post(url, {"messages": messages}).json()
    assert reply["choices"][0]["message"]["content"].startswith(f"{QUOTE} [1]")
    assert reply["kutip"]["notes"] == [
        "messages[2] was answered again: Kutip does not continue an answer.",
    ]


def test_a_thousand_messages_are_accepted(url: str) -> None:
    turns = [{"role": ("user", "assistant")[n % 2], "content": f"Giliran {n} " * 20} for n in range(999)]
    assert post(url, {"messages": [*turns[:-1], *asked()]}).status_code == 200
    too_many = post(url, {"messages": [*turns, *turns]})
    check_error(too_many, 400, param="messages", says="at most 1000 items")


FRAMED = "### Task:\nRespond to the user query using the provided context.\n<context>\nBus.\n</context>\n"


@pytest.mark.parametrize("framed", [f"{FRAMED}<user_query>\n{ASKED}\n</user_query>", f"{FRAMED}\n{ASKED}"])
def test_the_question_is_extracted_from_open_webui_s_prompt(url: str, framed: str) -> None:
    assert post(url, {"messages": asked(framed)}).json()["kutip"]["question"] == ASKED


# Bad requests

HISTORY = "<chat_history>\ud800</chat_history>"


@pytest.mark.parametrize(
    ("body", "param", "says"),
    [
        ({"messages": []}, "messages", "at least 1 item"),
        ({"messages": None}, "messages", "valid list"),
        ({"messages": "Kopi?"}, "messages", "valid list"),
        (
            {"messages": [{"role": "system", "content": "Be brief."}]},
            "messages",
            "no message with the role user",
        ),
        ({"messages": asked("   ")}, "messages[0].content", "empty"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "messages[0].content", "only image_url"),
        ({"messages": [{"role": "user", "content": [5]}]}, "messages[0].content[0]", "valid dictionary"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "empty"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "must be a text"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages", "no message with the role user"),
        ({"messages": [{"role": "critic", "content": "x"}]}, "messages[0].role", "should be 'user'"),
        ({"messages": asked("a\0b")}, "messages[0].content", "U+0000"),
        ({"messages": asked("?!")}, "messages[0].content", "no word"),
        ({"tools": TOOLS, "tool_choice": "required"}, "tool_choice", "calls no tools"),
        ({"tools": TOOLS, "tool_choice": NAMED}, "tool_choice", "calls no tools"),
        ({"tool_choice": {"type": "function", "function": {"name": "nihil"}}}, "tool_choice", "calls no"),
        (
            {"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required"}}},
            "tool_choice",
            "",
        ),
        ({"tool_choice": "cari"}, "tool_choice", "calls no tools"),
        ({"tool_choice": 5}, "tool_choice", "calls no tools"),
        ({"functions": [{"name": "cari"}], "function_call": {"name": "cari"}}, "function_call", "calls no"),
        ({"response_format": {"type": "xml"}}, "response_format", "not a format"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format", "with a schema"),
        (
            {"response_format": schema_format({"required": ["x"]})},
            "response_format",
            "Without a language model",
        ),
        ({"n": 3}, "n", "leave out n"),
        ({"max_tokens": 0}, "max_tokens", "greater than or equal to 1"),
        ({"temperature": 9}, "temperature", "less than or equal to 2"),
        ({"stop": ["a"] * 5}, "stop", "at most 4 items"),
        ({"stop": [3]}, "stop[0]", "valid string"),
        ({"stream": "perhaps"}, "stream", "valid boolean"),
        ({"model": None}, "model", "valid string"),
        ({"kutip": {"topk": 3}}, "kutip.topk", "not permitted"),
        ({"kutip": {"filters": {"language": "?"}}}, "kutip.filters.language", "BCP 47"),
        ({"kutip": {"language": "?"}}, "kutip.language", "BCP 47"),
        ({"stop": "\ud800"}, "stop", "U+D800"),
        (
            {"messages": asked("### Task:\n<chat_history>\ud800</chat_history>")},
            "messages[0].content",
            "U+D800",
        ),
        ({"kutip": {"markers": "html"}}, "kutip.markers", "'plain' or 'links'"),
    ],
)
def test_an_invalid_request_is_reported_with_its_field(url: str, body: Json, param: str, says: str) -> None:
    error = check_error(post(url, body), 400, param=param, says=says)
    assert error["type"] == "invalid_request_error"
    check_error(post(url, {**body, "stream": body.get("stream", True)}), 400, param=param, says=says)


def test_other_requests_get_openai_errors(url: str) -> None:
    endpoint = f"{url}/v1/chat/completions"
    json_type = {"Content-Type": "application/json"}
    check_error(httpx2.post(endpoint, content=b"{", headers=json_type), 400, param=None, says="not JSON")
    check_error(
        httpx2.post(endpoint, content=b"\xff", headers=json_type),
        400,
        param=None,
        says="cannot be read as JSON",
    )
    check_error(httpx2.post(endpoint, content=b"[" * 100_000, headers=json_type), 400, param=None, says="")
    check_error(httpx2.post(endpoint, json=[]), 400, param=None, says="dictionary")
    check_error(httpx2.get(endpoint), 405, param=None, says="Method Not Allowed")
    check_error(httpx2.get(f"{url}/v1/chat/nothing"), 404, param=None, says="Not Found")
    check_error(
        post(url, {"messages": asked("kopi " * 1000)}),
        413,
        param="messages[0].content",
        says="limit is 2000",
    )
    check_error(
        post(url, {"messages": asked(f"{FRAMED}\n{'kopi ' * 1000}")}),
        413,
        param="messages[0].content",
        says="limit is 2000",
    )
    check_error(post(url, {"messages": asked("x" * 10_000_000)}), 413, param=None, says="larger than 8 MiB")
    bad_header = post(url, {}, headers={"X-Kutip-Markers": "html"})
    check_error(bad_header, 400, param="x-kutip-markers", says="'plain' or 'links'")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "", "x/y;q=0", "\xe9"])
def test_the_accept_header_does_not_change_the_format(url: str, accept: str) -> None:
    headers = {"Accept": accept.encode("latin-1")}
    assert post(url, {}, headers=headers).json()["object"] == "chat.completion"
    chunks_of(post(url, {"stream": True}, headers=headers))


def test_an_error_during_a_stream_ends_it_in_openai_s_error_format(tmp_path: Path) -> None:
    with running_service(tmp_path, cross_encoder=TiringCrossEncoder()) as service:
        list(service.ingestion.ingest([as_article(COFFEE)]))
        with served(create_app(service)) as address:
            text = post(address, {"stream": True}).text
            responses = httpx2.post(
                f"{address}/v1/responses", json={"model": "kutip", "input": ASKED, "stream": True}
            ).text
    assert '"error": {"message": "An unexpected error occurred' in text
    assert "event: error" in responses


# Clients that go away


async def until(condition: Any) -> None:
    """Wait for what must come soon."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        await asyncio.sleep(0.01)


WRITING = Script([f"{QUOTE} {{1}} ", *["dan seterusnya "] * 500], drip_seconds=0.05)
REWRITING = Script(["never"], rewriting=Script(["never"], hang_seconds=5))
TURNS = [*asked(), {"role": "assistant", "content": QUOTE}, *asked("Dan kapan itu?")]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses", "/v1/ask"])
@pytest.mark.parametrize("is_stream", [True, False])
@pytest.mark.parametrize("is_rewriting", [True, False])
def test_work_stops_when_the_client_goes_away(
    tmp_path: Path, path: str, is_stream: bool, is_rewriting: bool
) -> None:
    """The server runs in the test's own loop, so that every task that is left can be seen."""
    script = replace(REWRITING if is_rewriting else WRITING, requests=[])
    heard = script.rewriting or script
    turns = TURNS if is_rewriting else asked()
    body: Json = {"model": "kutip", "messages": turns, "stream": is_stream}
    if path == "/v1/responses":
        body["input"] = body.pop("messages")
    if path == "/v1/ask":
        del body["model"]

    async def run(url: str, server: uvicorn.Server, listener: socket.socket) -> None:
        serving_task = asyncio.create_task(server.serve(sockets=[listener]))
        await until(lambda: server.started)
        before = asyncio.all_tasks()
        async with httpx2.AsyncClient() as client:
            request = asyncio.create_task(_read(client, f"{url}{path}", body))
            await until(lambda: heard.requests)
            await asyncio.sleep(0.2)
            assert not request.done()
            request.cancel()
        await until(lambda: asyncio.all_tasks() <= before)
        server.should_exit = True
        await serving_task

    with serving(script) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=model_url, timeout_seconds=30, max_tokens=100
        )
        with running_service(tmp_path, model=model) as service:
            list(service.ingestion.ingest([as_article(COFFEE)]))
            listener = socket.create_server(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(create_app(service), log_level="warning"))
            asyncio.run(run(f"http://127.0.0.1:{listener.getsockname()[1]}", server, listener))


async def _read(client: httpx2.AsyncClient, url: str, body: Json) -> None:
    async with client.stream("POST", url, json=body, timeout=30) as response:
        async for _ in response.aiter_lines():
            pass


def test_a_slow_reader_does_not_delay_others(tmp_path: Path) -> None:
    script = Script(
        [f"{QUOTE} {{1}}\n", *[f"- Harga kopi naik menjadi Rp92.000. {{1}} {'x' * 2000}\n"] * 200]
    )
    with writing(tmp_path, script) as url:
        host, port = url.removeprefix("http://").split(":")
        body = json.dumps({"model": "kutip", "messages": asked(), "stream": True}).encode()
        with socket.create_connection((host, int(port))) as slow:
            head = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            slow.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            assert slow.recv(1)
            assert post(url, {"model": "kutip-extractive"}).status_code == 200
            slow.settimeout(20)
            received = b""
            while b"[DONE]" not in received:
                part = slow.recv(65536)
                assert part, "the stream ended before its end"
                received += part
    assert b"Harga kopi" in received
