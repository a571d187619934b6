"""Texts that end with their sources, for clients that show nothing else."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from api.app import create_app
from api.openai_door.endings import failure_note
from rag.pipeline import Question
from tests.chat_shapes import of_stream
from tests.openai_door.chat import BARE, BROKEN_OFF, asked, chunks_of, post, writing
from tests.openai_server import Script
from tests.test_api import BUS, COFFEE, as_article, running_service, served

HOSTILE = {
    **BARE,
    "id": "jahat",
    "title": "Gempa](http://jahat.example)\n\n2. [Klik",
    "text": "Gempa terasa di tiga desa.",
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server without a language model."""
    with running_service(tmp_path_factory.mktemp("endings")) as service:
        list(service.ingestion.ingest(map(as_article, [COFFEE, BUS, BARE, HOSTILE])))
        with served(create_app(service)) as address:
            yield address


def list_in(content: str) -> list[str]:
    return re.findall(r"(?m)^\d+\. .*$", content)


@pytest.mark.parametrize("model", ["kutip-sources", "kutip-extractive-sources"])
def test_the_text_ends_with_the_sources(url: str, model: str) -> None:
    body = {"model": model, "messages": asked("Panen kopi? Bus?")}
    reply = post(url, body).json()
    content = reply["choices"][0]["message"]["content"]
    assert content.startswith(
        reply["kutip"]["answer"] + "\n\n1. Panen kopi, KABAR, 2025-06-03: https://example.org/kopi#:~:text="
    )
    numbers = [line.split(".")[0] for line in list_in(content)]
    assert numbers == [str(number) for number in range(1, len(reply["citations"]) + 1)]
    assert all(address in line for address, line in zip(reply["citations"], list_in(content), strict=True))
    assert of_stream(chunks_of(post(url, {**body, "stream": True})))["content"] == content
    given = {"model": model, "input": "Panen kopi? Bus?"}
    response = httpx2.post(f"{url}/v1/responses", json=given).json()
    assert response["output"][0]["content"][0]["text"] == content
    streamed = httpx2.post(f"{url}/v1/responses", json={**given, "stream": True}).text
    events = [json.loads(line[6:]) for line in streamed.splitlines() if line.startswith("data: ")]
    deltas = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
    assert "".join(deltas) == content


def test_an_article_without_a_title_or_address_is_listed_too(url: str) -> None:
    content = post(url, {"model": "kutip-sources", "messages": asked("Kapan maraton dimulai?")}).json()[
        "choices"
    ][0]["message"]["content"]
    assert list_in(content)[0].startswith(f"1. tanpa alamat: {url}/?article=tanpa+alamat&version=")


def test_a_title_makes_no_link_and_no_line_of_its_own(url: str) -> None:
    reply = post(url, {"model": "kutip-sources", "messages": asked("Di mana gempa?")}).json()
    content = reply["choices"][0]["message"]["content"]
    assert list_in(content)[0].startswith("1. Gempa)(http://jahat.example) 2. (Klik: ")
    assert len(list_in(content)) == len(reply["citations"])


def test_a_refusal_has_no_sources(url: str) -> None:
    reply = post(url, {"model": "kutip-sources", "messages": asked("Apa itu zz?")}).json()
    assert reply["choices"][0]["message"]["content"] == reply["kutip"]["answer"]


FAILED = "Model bahasa tidak tersedia. Jawaban ini adalah kutipan kata demi kata dari artikel."


def test_the_text_says_that_the_language_model_failed(tmp_path: Path) -> None:
    with writing(tmp_path, Script(status=500)) as url:
        reply = post(url, {"model": "kutip-sources"}).json()
        english = post(url, {"model": "kutip-sources", "kutip": {"language": "en"}}).json()
        plain = post(url, {}).json()
        chunks = chunks_of(post(url, {"stream": True, "kutip": {"sources": "open-webui"}}))
    assert f"\n\n⚠ {FAILED}\n\n1. Panen kopi" in reply["choices"][0]["message"]["content"]
    assert "⚠ The language model is not available." in english["choices"][0]["message"]["content"]
    assert plain["choices"][0]["message"]["content"] == plain["kutip"]["answer"]
    told = [chunk["event"]["data"] for chunk in chunks if chunk.get("event", {}).get("type") == "status"]
    assert told == [{"description": FAILED, "done": True}]


def test_a_refusal_after_a_failure_claims_no_verbatim_sentences(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        refused = asyncio.run(service.pipeline.answer(Question(text="Apa itu zz?", language="id")))
    assert failure_note(refused) is None
    failed = replace(refused, degraded="llm_error")
    assert failure_note(failed) == "Model bahasa tidak tersedia."
    assert failure_note(replace(failed, is_refusal=False)) == FAILED


def test_the_text_says_that_the_language_model_stopped(tmp_path: Path) -> None:
    with writing(tmp_path, Script([BROKEN_OFF, "yang "], finish_reason="length")) as url:
        reply = post(url, {"model": "kutip-sources"}).json()
    assert "⚠ Model bahasa berhenti sebelum jawaban ini selesai." in reply["choices"][0]["message"]["content"]
