"""Markers and sources as Open WebUI numbers them: first its own sources, then those of the reply."""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.openai_door.messages import MessageBody, extract_question, sources_before
from tests.chat_shapes import Json, of_stream
from tests.openai_door.chat import ASKED, asked, chunks_of, post

HEADERS = {"X-Kutip-Sources": "open-webui"}
BUS, FERRY = {"name": "bus.txt"}, {"name": "feri.md"}
EXAMPLE = 'Cite by the id of a source, as in <source id="1">.'
DEFAULT = f"### Task:\nRespond to the user query using the context. {EXAMPLE}\n\n"
TASKS = {"default": DEFAULT, "replaced": "Answer in one sentence.\n\n", "empty": ""}

Passage = tuple[dict[str, str], str]  # a file and one of its passages


def context(passages: Sequence[Passage]) -> str:
    """Return passages in a context, in which all passages of a file have its number."""
    names = list(dict.fromkeys(file["name"] for file, _ in passages))
    sources = [
        f'<source id="{names.index(file["name"]) + 1}" name="{file["name"]}" file_id="5">{text}</source>'
        for file, text in passages
    ]
    return "<context>\n" + "\n".join(sources) + "\n</context>\n"


def listed(passages: Sequence[Passage], chunks: Sequence[Json]) -> tuple[list[str], list[str]]:
    """Return the sources that a marker opens and the labels that it shows, by the numbers from 1."""
    own = [
        {"source": file, "document": [text], "metadata": [{"source": file["name"], "name": file["name"]}]}
        for file, text in passages
    ]
    shapes = of_stream(chunks)
    sent = shapes["sources"] or [_of_annotation(one) for one in shapes["annotations"]]
    opened: dict[str, str] = {}
    for source in (*own, *sent):
        opened.setdefault(source["metadata"][0]["source"], source["document"][0])
    labels = dict.fromkeys(source["metadata"][0]["name"] for source in (*own, *sent))
    return list(opened.values()), list(labels)


def _of_annotation(annotation: Json) -> Json:
    title, page = annotation["url_citation"]["title"], annotation["url_citation"]["url"]
    return {"source": {}, "document": [title], "metadata": [{"source": page, "name": title}]}


def markers_of(chunks: Sequence[Json]) -> list[int]:
    content = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])
    return [int(number) for number in re.findall(r"\[(\d+)\]", content)]


def answered(chunks: Sequence[Json]) -> Json:
    """Return Kutip's own object of the answer."""
    kutip: Json = chunks[-1]["kutip"]
    return kutip


def ask(url: str, messages: Sequence[Any], *, headers: dict[str, str] | None = None) -> list[Json]:
    body = {"messages": list(messages), "stream": True}
    return chunks_of(post(url, body, headers=HEADERS if headers is None else headers))


@pytest.mark.parametrize("question", [ASKED, "Panen kopi? Harga kopi? Banjir? Bus?"])
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    "passages",
    [
        [(BUS, "Bus mulai jalan.")],
        [(BUS, "Bus mulai jalan."), (FERRY, "Feri berhenti."), (BUS, "Bus berhenti.")],
        [(BUS, 'A page says <source id="2"> and <context> here.'), (FERRY, "</context> and [7]")],
        [
            (BUS, 'Tags:\n<source id="1">\n<source id="2">\n</source>'),
            (FERRY, '\n<source id="3">a</source> b'),
        ],
        [(BUS, f"Halte {n}.\n\n<user_query>Kapan?</user_query>") for n in range(12)],
    ],
)
def test_each_marker_opens_its_own_quote(
    url: str, passages: Sequence[Passage], task: str, question: str
) -> None:
    chunks = ask(url, asked(f"{TASKS[task]}{context(passages)}\n{question}"))
    kutip = answered(chunks)
    assert kutip["question"] == question
    opened, labels = listed(passages, chunks)
    cited = {citation["number"]: citation for citation in kutip["citations"]}
    own = len({file["name"] for file, _ in passages})
    assert markers_of(chunks)[0] == own + 1
    for marker in markers_of(chunks):
        assert opened[marker - 1] == cited[marker]["quote"]
        assert labels[marker - 1].startswith(cited[marker]["title"] or cited[marker]["article_id"])


def test_quotes_of_one_article_have_labels_of_their_own(url: str) -> None:
    chunks = ask(url, asked("Berapa ton panen kopi dan berapa harga kopi?"))
    cited = answered(chunks)["citations"]
    assert [citation["article_id"] for citation in cited[:2]] == ["kopi", "kopi"]
    _, labels = listed([], chunks)
    assert labels[:2] == ["Panen kopi · KABAR", "Panen kopi · KABAR (2)"]
    assert len(labels) == max(markers_of(chunks))


@pytest.mark.parametrize("is_stream", [False, True])
def test_numbers_mean_the_same_in_every_part_of_a_reply(url: str, is_stream: bool) -> None:
    passages = [(BUS, "Bus mulai jalan."), (FERRY, "Feri berhenti.")]
    messages = asked(f"{DEFAULT}{context(passages)}\nPanen kopi? Harga kopi? Bus?")
    body = {"model": "kutip-sources", "messages": messages, "stream": is_stream}
    response = post(url, body)
    chunks = chunks_of(response) if is_stream else [response.json()]
    reply = chunks[-1]
    content = of_stream(chunks)["content"] if is_stream else reply["choices"][0]["message"]["content"]
    kutip = reply["kutip"]
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]", kutip["answer"])]
    assert min(numbers) == 3
    assert [number for claim in kutip["claims"] for number in claim["citations"]] == numbers
    assert [citation["number"] for citation in kutip["citations"]] == numbers
    shown = [one for chunk in chunks for one in (chunk.get("kutip") or {}).get("citations", [])]
    assert {citation["number"] for citation in shown} == set(numbers)
    listed_numbers = [int(number) for number in re.findall(r"(?m)^(\d+)\. ", content)]
    assert listed_numbers == list(dict.fromkeys(numbers))
    assert reply["citations"][:2] == ["", ""]
    assert len(reply["citations"]) == max(numbers)
    assert [result["snippet"] for result in reply["search_results"][:2]] == ["", ""]
    for citation in kutip["citations"]:
        assert reply["search_results"][citation["number"] - 1]["snippet"] == citation["quote"]


def test_numbers_in_json_are_those_of_the_markers(url: str) -> None:
    messages = asked(f"{DEFAULT}{context([(BUS, 'Bus mulai jalan.')])}\n{ASKED}")
    reply = post(url, {"messages": messages, "response_format": {"type": "json_object"}}).json()
    written = json.loads(reply["choices"][0]["message"]["content"])
    assert written["citations"][0]["number"] == 2
    assert "[2]" in written["answer"]


def test_markers_follow_the_sources_of_the_default_prompt_without_the_header_too(url: str) -> None:
    passages = [(BUS, "Bus mulai jalan."), (FERRY, "Feri berhenti.")]
    for place in ("user", "system"):
        prompt = f"{DEFAULT}{context(passages)}"
        messages = (
            asked(f"{prompt}\n{ASKED}")
            if place == "user"
            else [{"role": "system", "content": f"Be brief.\n{prompt}"}, *asked()]
        )
        chunks = ask(url, messages, headers={})
        assert markers_of(chunks)[0] == 3
        assert listed(passages, chunks)[0][2] == "Panen kopi"


def test_sources_of_another_client_s_prompt_do_not_move_the_numbers(url: str) -> None:
    messages = [{"role": "system", "content": context([(BUS, "Bus mulai jalan.")])}, *asked()]
    assert markers_of(ask(url, messages, headers={}))[0] == 1
    assert markers_of(ask(url, messages))[0] == 2


def test_sources_of_earlier_turns_do_not_move_the_numbers(url: str) -> None:
    earlier = asked(f"{DEFAULT}{context([(BUS, 'Bus mulai jalan.')])}\nKapan bus jalan?")
    messages = [*earlier, {"role": "assistant", "content": "Senin. [1]"}, *asked()]
    assert markers_of(ask(url, messages))[0] == 1


def test_a_text_part_holds_the_sources_too(url: str) -> None:
    text = f"{DEFAULT}{context([(BUS, 'Bus mulai jalan.')])}\n{ASKED}"
    parts: list[dict[str, Any]] = [{"type": "text", "text": text}, {"type": "image_url", "image_url": {}}]
    chunks = ask(url, [{"role": "user", "content": parts}])
    assert markers_of(chunks)[0] == 2


TEXTS = st.text() | st.sampled_from(
    ['\n<source id="3"', '<source id="2">', "</source> ", "<context>", "</context>\n"]
)


@given(st.lists(st.tuples(st.sampled_from([BUS, FERRY, {"name": "c"}]), TEXTS), max_size=8), st.text())
def test_the_sources_are_counted_whatever_they_hold(passages: list[Passage], question: str) -> None:
    prompt = f"{DEFAULT}{context(passages)}\n{question}"
    messages = [MessageBody.model_validate({"role": "user", "content": prompt})]
    expected = len({file["name"] for file, _ in passages})
    assert sources_before(messages, is_open_webui=False) == expected
    if question.strip() and not re.search(r"</context>|<user_query>", question):
        assert extract_question(prompt) == question.strip()
