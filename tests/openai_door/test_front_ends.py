"""Requests as Open WebUI and LibreChat send them, replayed against a running server."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from api.app import create_app
from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.ingestion import Ingestion
from rag.language_model.openai_model import OpenAILanguageModel
from rag.pipeline import Pipeline
from rag.service import Service
from rag.settings import load_settings
from tests.chat_shapes import Json, check_shapes, of_stream
from tests.conftest import TopicEncoder, identity
from tests.openai_door.chat import ASKED, QUOTE, asked, check_error, chunks_of, post
from tests.openai_door.front_ends import names, recorded
from tests.openai_server import Script, serving
from tests.test_api import BUS, COFFEE, FLOOD, as_article, served
from tests.word_cross_encoder import reading_words

# Each housekeeping request, with the field that it asks for, None for a plain text.
TASKS = {
    "open-webui/title": "title",
    "open-webui/tags": "tags",
    "open-webui/follow-ups": "follow_ups",
    "open-webui/queries": "queries",
    "open-webui/autocomplete": "text",
    "open-webui/image-prompt": "prompt",
    "open-webui/tools-by-prompt": "tool_calls",
    "open-webui/emoji": None,
    "open-webui/merge": None,
    "librechat/title": None,
    "librechat/title-immediate": None,
    "librechat/title-with-language": None,
    "librechat/title-older": None,
}
CHATS = {
    "open-webui/chat": ASKED,
    "open-webui/chat-follow-up": "Dan kapan itu?",
    "open-webui/chat-with-file": ASKED,
    "open-webui/chat-with-file-older": ASKED,
    "open-webui/chat-with-native-tools": ASKED,
    "librechat/chat": ASKED,
    "librechat/chat-with-parts": "Dan kapan itu?",
}
# Open WebUI has put passages of its own before the question, and numbers them first.
WITH_OWN_SOURCES = {"open-webui/chat-with-file", "open-webui/chat-with-file-older"}
REFUSED = {"librechat/title-structured"}
BY_RULE = {
    **{field: [] for field in ("tags", "follow_ups", "queries", "tool_calls")},
    "text": "",
    "prompt": "",
    "title": "Berapa ton panen kopi",
}


class ListeningEncoder(TopicEncoder):
    """Remembers what was searched for."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Count topics."""
        self.queries += texts
        return super().encode_queries(texts)


@contextmanager
def listening(
    folder: Path, *, encoder: ListeningEncoder, model: OpenAILanguageModel | None = None
) -> Iterator[str]:
    """Serve three articles; give the address."""
    corpus = LocalCorpus(folder, encoder=identity(encoder))
    service = Service(
        settings=load_settings(data_dir=folder),
        corpus=corpus,
        pipeline=Pipeline(corpus=corpus, encoder=encoder, language_model=model, **reading_words()),
        ingestion=Ingestion(corpus, encoder, passage_max_tokens=40),
    )
    with service:
        list(service.ingestion.ingest(map(as_article, [COFFEE, FLOOD, BUS])))
        with served(create_app(service)) as url:
            yield url


@pytest.fixture(scope="module")
def encoder() -> ListeningEncoder:
    return ListeningEncoder()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, encoder: ListeningEncoder) -> Iterator[str]:
    """Give the address of a server without a language model."""
    with listening(tmp_path_factory.mktemp("front_ends"), encoder=encoder) as address:
        yield address


@pytest.fixture(scope="module")
def script() -> Script:
    return Script()


@pytest.fixture(scope="module")
def writing_url(tmp_path_factory: pytest.TempPathFactory, script: Script) -> Iterator[str]:
    """Give the address of a server with a language model that follows `script`."""
    with serving(script) as model_url:
        model = OpenAILanguageModel(
            "scripted", api_key="none", base_url=model_url, timeout_seconds=5, max_tokens=100
        )
        folder = tmp_path_factory.mktemp("writing")
        with listening(folder, encoder=ListeningEncoder(), model=model) as address:
            yield address


@pytest.fixture(autouse=True)
def forget(encoder: ListeningEncoder, script: Script) -> None:
    """Begin each test with nothing searched for and nothing asked of the language model."""
    encoder.queries.clear()
    script.requests.clear()
    script.status = 200


def replay(url: str, name: str, **fields: object) -> httpx2.Response:
    headers, body = recorded(name)
    return post(url, {**body, **fields}, headers=headers)


def text_of(response: httpx2.Response, *, is_stream: bool) -> str:
    """Return the text of a reply without citations, and hold the rest of it against that."""
    if is_stream:
        chunks = chunks_of(response)
        shapes = of_stream(chunks)
        assert shapes["annotations"] == []
        assert shapes["sources"] is None
        assert all("hits" not in (chunk.get("kutip") or {}) for chunk in chunks)
    else:
        assert response.status_code == 200, response.text
        shapes = response.json()
        message = shapes["choices"][0]["message"]
        assert message["annotations"] == []
        shapes["content"] = message["content"]
    assert (shapes["citations"], shapes["search_results"], shapes["kutip"]) == ([], [], None)
    content: str = shapes["content"]
    assert "[1]" not in content
    return content


def test_every_recorded_request_is_replayed() -> None:
    assert names() == set(TASKS) | set(CHATS) | REFUSED


# Housekeeping


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("name", TASKS)
def test_tasks_without_a_language_model_get_a_rule_based_reply(
    url: str, encoder: ListeningEncoder, name: str, is_stream: bool
) -> None:
    text = text_of(replay(url, name, stream=is_stream), is_stream=is_stream)
    field = TASKS[name]
    if field:
        assert json.loads(text) == {field: BY_RULE[field]}
    elif "title" in name:
        assert text == BY_RULE["title"]
    else:
        assert text == ("📰" if "emoji" in name else "")
    assert encoder.queries == []


@pytest.mark.parametrize("name", TASKS)
def test_tasks_are_passed_to_the_language_model_unchanged(
    writing_url: str, script: Script, name: str
) -> None:
    script.pieces = ["Judul ", "dari model"]
    is_stream = recorded(name)[1].get("stream", False)
    assert text_of(replay(writing_url, name), is_stream=is_stream) == "Judul dari model"
    (request,) = script.requests
    body = recorded(name)[1]
    assert request["messages"] == body["messages"]
    assert request["max_tokens"] == min(100, body.get("max_tokens", 100))


@pytest.mark.parametrize("name", TASKS)
def test_a_failed_task_gets_the_rule_based_reply(
    url: str, writing_url: str, script: Script, name: str
) -> None:
    script.status = 500
    failed = text_of(replay(writing_url, name, stream=False), is_stream=False)
    assert script.requests
    assert failed == text_of(replay(url, name, stream=False), is_stream=False)


def test_a_task_that_does_not_fit_the_context_is_not_sent(writing_url: str, script: Script) -> None:
    headers, body = recorded("open-webui/title")
    task = body["messages"][-1]["content"]
    long = task.replace("</chat_history>", "USER: Kopi?\n" * 20_000 + "</chat_history>")
    assert len(long) > len(task)
    reply = post(writing_url, {**body, "messages": [{"role": "user", "content": long}]}, headers=headers)
    assert json.loads(text_of(reply, is_stream=False)) == {"title": BY_RULE["title"]}
    assert script.requests == []


def test_the_extractive_model_uses_no_language_model_for_a_title(writing_url: str, script: Script) -> None:
    reply = replay(writing_url, "open-webui/title", model="kutip-extractive")
    assert json.loads(text_of(reply, is_stream=False)) == {"title": BY_RULE["title"]}
    assert script.requests == []


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("tags_generation", '{"tags": []}'),
        ("follow_up_generation", '{"follow_ups": []}'),
        ("title_generation", '{"title": "Kutip"}'),
        ("moa_response_generation", ""),
        ("emoji_generation", "📰"),
    ],
)
def test_metadata_alone_identifies_a_task(
    url: str, encoder: ListeningEncoder, task: str, said: str, is_stream: bool
) -> None:
    body = {"messages": asked("Apa saja."), "metadata": {"task": task}, "stream": is_stream}
    assert text_of(post(url, body), is_stream=is_stream) == said
    assert encoder.queries == []


def test_the_responses_route_handles_tasks_too(url: str, encoder: ListeningEncoder) -> None:
    prompt = recorded("open-webui/tags")[1]["messages"][0]["content"]
    body = {"model": "kutip", "input": prompt}
    reply = httpx2.post(f"{url}/v1/responses", json=body).json()
    (part,) = reply["output"][0]["content"]
    assert (part["text"], part["annotations"]) == ('{"tags": []}', [])
    streamed = httpx2.post(f"{url}/v1/responses", json={**body, "stream": True}).text
    assert '"delta": "{\\"tags\\": []}"' in streamed
    assert encoder.queries == []


# Questions


def check_after_own_sources(shapes: Json, *, count: int) -> None:
    """Open WebUI numbers its own sources first, then those that it is sent."""
    markers = [int(number) for number in re.findall(r"\[(\d+)\]", shapes["content"])]
    sources = [None] * count + [source["document"] for source in shapes["sources"]]
    cited = [citation["quote"] for citation in shapes["kutip"]["citations"]]
    assert markers
    assert [sources[number - 1] for number in markers] == [[quote] for quote in cited]


@pytest.mark.parametrize("name", CHATS)
def test_chats_are_answered_with_citations(url: str, encoder: ListeningEncoder, name: str) -> None:
    chunks = chunks_of(replay(url, name))
    shapes = of_stream(chunks)
    own_sources = int(name in WITH_OWN_SOURCES)
    if own_sources:
        check_after_own_sources(shapes, count=own_sources)
    else:
        plain = replay(url, name, stream=False).json()
        check_shapes(**{**shapes, "annotations": plain["choices"][0]["message"]["annotations"]})
    assert shapes["kutip"]["question"] == CHATS[name]
    assert shapes["content"].startswith(QUOTE)
    asks_for_usage = "stream_options" in recorded(name)[1]
    assert ("usage" in chunks[-1]) == asks_for_usage
    assert encoder.queries
    if name.startswith("open-webui"):
        assert shapes["sources"]
        assert shapes["annotations"] == []  # each source would be listed twice
        assert shapes["content"].startswith(f"{QUOTE} [{1 + own_sources}]")
    else:
        assert "[1](https://example.org/kopi" in shapes["content"]


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_demand_for_a_tool_is_refused_with_the_field_name(url: str, name: str) -> None:
    check_error(replay(url, name), 400, param="tool_choice", says="calls no tools")


@pytest.mark.parametrize(
    "question",
    [
        "Apa arti judul ### Task: di laporan panen kopi?",
        "Buatkan title untuk berita panen kopi",
        "### Task: Berapa ton panen kopi?",
        '### Task:\nBerapa ton panen kopi? Tulis sebagai {"tonase": "angka"}',
        "Apa yang disebut 5 words or less title pada berita panen kopi?",
        f"{'Panen kopi. ' * 8}Give a 5-word-or-less title for the conversation",
    ],
)
def test_a_question_that_mentions_task_words_is_a_question(url: str, question: str) -> None:
    reply = post(url, {"messages": asked(question)}).json()
    assert reply["kutip"]["question"] == question
    assert reply["kutip"]["hits"]


def test_a_tag_inside_the_passages_is_not_the_question(url: str) -> None:
    message: Json = recorded("open-webui/chat-with-file")[1]["messages"][0]
    assert "<user_query>Kapan bus" in message["content"]
    assert replay(url, "open-webui/chat-with-file", stream=False).json()["kutip"]["question"] == ASKED
