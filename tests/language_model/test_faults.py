"""A language model's server that fails in every way: each door of the service answers all the same."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

import rag.language_model.bounded_replies
from api.app import create_app
from rag.language_model.circuit_breaker import FAILURES, CircuitBreaker
from rag.language_model.openai_model import OpenAILanguageModel
from rag.language_model.protocol import LanguageModel
from rag.pipeline import Pipeline
from rag.service import load_language_model
from rag.settings import load_settings
from tests.chat_shapes import of_stream
from tests.observability.test_service_metrics import measures
from tests.openai_server import Script, event, serving
from tests.test_api import COFFEE, Json, as_article, read_events, running_service, served
from tests.word_cross_encoder import reading_words

QUESTION = "Berapa ton panen kopi?"
QUOTE = "Panen kopi mencapai 1.500,5 ton pada Senin (3/6)."
CHAT = {"model": "kutip", "messages": [{"role": "user", "content": QUESTION}]}
FOLLOW_UP = {
    "question": "Dan kapan itu?",
    "messages": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": QUOTE}],
}
TITLE = "### Task:\nWrite a title.\n<chat_history>\nUSER: Berapa ton panen kopi?\n</chat_history>"
CALL = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "ask", "arguments": {"question": QUESTION}},
}
MCP_HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}

WORDS = event({"content": "Panen kopi naik " * 100}, None)

TIME_LIMIT = 0.5  # seconds
# Nobody waits longer, whatever else the machine does; the faults below would last for ever.
PATIENCE = 30.0


@contextmanager
def model_following(script: Script, *, timeout_seconds: float = TIME_LIMIT) -> Iterator[OpenAILanguageModel]:
    with serving(script) as url:
        yield OpenAILanguageModel(
            "scripted", api_key="none", base_url=url, timeout_seconds=timeout_seconds, max_tokens=100
        )


@contextmanager
def served_with(folder: Path, model: LanguageModel, *, answer_timeout_seconds: float = 90.0) -> Iterator[str]:
    with running_service(folder) as service:
        list(service.ingestion.ingest([as_article(COFFEE)]))
        pipeline = Pipeline(
            corpus=service.corpus,
            encoder=service.pipeline.encoder,
            language_model=model,
            **reading_words(),
            answer_timeout_seconds=answer_timeout_seconds,
        )
        with served(create_app(replace(service, pipeline=pipeline))) as url:
            yield url


@pytest.fixture(scope="module")
def kutip(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Pipeline]]:
    """Give the address of a service, and its pipeline, which takes any language model."""
    with running_service(tmp_path_factory.mktemp("faults")) as service:
        list(service.ingestion.ingest([as_article(COFFEE)]))
        with served(create_app(service)) as url:
            yield url, service.pipeline


# Each door with what it says of an answer: why it is degraded, and its text.


def post(url: str, path: str, body: Any, **headers: str) -> httpx2.Response:
    reply = httpx2.post(f"{url}{path}", json=body, headers=headers, timeout=PATIENCE)
    assert reply.status_code == 200, reply.text
    return reply


def ask(url: str) -> tuple[str, str]:
    answer = post(url, "/v1/ask", {"question": QUESTION}).json()
    return answer["degraded"], answer["answer"]


def ask_after_turns(url: str) -> tuple[str, str]:
    answer = post(url, "/v1/ask", FOLLOW_UP).json()
    return answer["degraded"], answer["answer"]


def ask_streamed(url: str) -> tuple[str, str]:
    events = read_events(post(url, "/v1/ask", {"question": QUESTION, "stream": True}).text)
    names = [name for name, _ in events]
    assert (names[0], names[-2:]) == ("hits", ["answer", "done"])
    assert "error" in names
    return events[-2][1]["degraded"], events[-2][1]["answer"]


def chat(url: str) -> tuple[str, str]:
    reply = post(url, "/v1/chat/completions", CHAT).json()
    return reply["kutip"]["degraded"], reply["choices"][0]["message"]["content"]


def chat_streamed(url: str) -> tuple[str, str]:
    lines = post(url, "/v1/chat/completions", {**CHAT, "stream": True}).text.split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    shapes = of_stream([json.loads(line.removeprefix("data: ")) for line in lines[:-2]])
    return shapes["kutip"]["degraded"], shapes["content"]


def responses(url: str) -> tuple[str, str]:
    reply = post(url, "/v1/responses", {"model": "kutip", "input": QUESTION}).json()
    return reply["kutip"]["degraded"], reply["output"][0]["content"][0]["text"]


def tool(url: str) -> tuple[str, str]:
    reply = post(url, "/mcp", CALL, **MCP_HEADERS).text
    (data,) = [line.removeprefix("data: ") for line in reply.splitlines() if line.startswith("data: {")]
    answer = json.loads(data)["result"]["structuredContent"]
    return answer["degraded"], answer["answer"]


DOORS: list[Callable[[str], tuple[str, str]]] = [
    ask, ask_after_turns, ask_streamed, chat, chat_streamed, responses, tool,
]  # fmt: skip


def title(url: str) -> str:
    body = {"model": "kutip", "messages": [{"role": "user", "content": TITLE}]}
    text: str = post(url, "/v1/chat/completions", body).json()["choices"][0]["message"]["content"]
    return text


@pytest.mark.parametrize(
    ("script", "degraded"),
    [
        pytest.param(Script(["x"], hang_seconds=PATIENCE), "llm_timeout", id="hangs"),
        pytest.param(Script(["a "] * 1000, drip_seconds=0.05), "llm_timeout", id="drips"),
        pytest.param(Script(["Panen ", "kopi"], silent_after=1), "llm_timeout", id="falls silent"),
        pytest.param(Script(raw=b": ping\n\n", is_endless=True), "llm_timeout", id="endless pings"),
        pytest.param(Script(raw=b"data: {}\n\n", is_endless=True), "llm_error", id="endless nonsense"),
        pytest.param(Script(raw=WORDS, is_endless=True), "llm_cut_off", id="endless words"),
        pytest.param(Script([], reset_after=0), "llm_unavailable", id="resets"),
        pytest.param(Script(["Panen ", "kopi"], reset_after=1), "llm_unavailable", id="resets in the middle"),
        pytest.param(Script(["Panen ", "kopi"], cut_after=1), "llm_unavailable", id="cut in the middle"),
        pytest.param(Script(status=500), "llm_unavailable", id="500"),
        pytest.param(Script(status=503, retry_after="20"), "llm_unavailable", id="503 for 20 s"),
        pytest.param(Script(status=429, retry_after="20"), "llm_rate_limited", id="429 for 20 s"),
        pytest.param(Script(raw=b'data: {"choices": 5}\n\n'), "llm_error", id="wrong JSON"),
        pytest.param(Script(raw=b'{"choices": []}'), "llm_error", id="JSON that is no stream"),
        pytest.param(Script(raw=b""), "llm_error", id="empty stream"),
    ],
)
def test_every_route_answers_with_verbatim_sentences(
    kutip: tuple[str, Pipeline], script: Script, degraded: str
) -> None:
    # What is no matter of time is not to become one on a slow machine.
    seconds = TIME_LIMIT if degraded == "llm_timeout" else PATIENCE
    url, pipeline = kutip
    with model_following(script, timeout_seconds=seconds) as pipeline.language_model:
        with ThreadPoolExecutor(len(DOORS) + 1) as threads:
            called = threads.submit(title, url)
            answers = list(threads.map(lambda door: door(url), DOORS))
        assert called.result() == "Berapa ton panen kopi"
    for door, (why, text) in zip(DOORS, answers, strict=True):
        assert why == degraded, door.__name__
        assert QUOTE in text, door.__name__


def test_a_chat_keeps_the_sentences_sent_before_a_connection_reset(tmp_path: Path) -> None:
    script = Script(["Panen kopi mencapai 1.500,5 ton. {1} Harga kopi naik. {1}", "Lalu "], reset_after=1)
    with model_following(script, timeout_seconds=PATIENCE) as model, served_with(tmp_path, model) as url:
        assert chat_streamed(url) == ("llm_unavailable", "Panen kopi mencapai 1.500,5 ton. [1]")
        why, text = ask_streamed(url)
    assert (why, text.startswith(QUOTE)) == ("llm_unavailable", True)


def test_an_endless_line_is_not_read_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.language_model.bounded_replies, "MAXIMUM_BYTES", 1_000_000)
    script = Script(raw=b"data: " + b"x" * 100_000, is_endless=True)
    with model_following(script, timeout_seconds=PATIENCE) as model, served_with(tmp_path, model) as url:
        assert ask(url)[0] == "llm_error"


def test_the_time_limit_covers_all_requests_to_the_language_model(tmp_path: Path) -> None:
    # Completing the follow-up and writing each have the model's own limit, and so has each try of a prompt
    # that is too long: together they would take longer than anybody waits.
    script = Script(["a "] * 1000, drip_seconds=0.05)
    with (
        model_following(script, timeout_seconds=PATIENCE * 2) as model,
        served_with(tmp_path, model, answer_timeout_seconds=1.0) as url,
    ):
        assert ask_after_turns(url)[0] == "llm_timeout"
    assert len(script.requests) == 2


def test_a_server_that_asks_for_a_pause_is_not_asked_during_it(tmp_path: Path) -> None:
    script = Script(status=429, retry_after="120")
    with (
        model_following(script, timeout_seconds=PATIENCE) as model,
        served_with(tmp_path, CircuitBreaker(model)) as url,
    ):
        assert [ask(url)[0] for _ in range(3)] == ["llm_rate_limited", "llm_paused", "llm_paused"]
        assert title(url) == "Berapa ton panen kopi"
        ready = httpx2.get(f"{url}/health/ready")
        found = measures(url)
    assert len(script.requests) == 1
    assert (ready.status_code, ready.json()["language_model_breaker"]) == (200, "open")
    assert found["language_model_breaker", (("state", "open"),)] == 1
    assert found["language_model_breaker", (("state", "closed"),)] == 0
    assert found["degraded_total", (("reason", "llm_paused"),)] == 2


def test_a_recovered_language_model_is_asked_again(tmp_path: Path) -> None:
    now = 0.0
    script = Script(status=500)
    with model_following(script, timeout_seconds=PATIENCE) as model:
        breaker = CircuitBreaker(model, clock=lambda: now)
        with served_with(tmp_path, breaker) as url:
            assert [ask(url)[0] for _ in range(FAILURES)] == ["llm_unavailable"] * FAILURES
            assert ask(url)[0] == "llm_paused"
            script.status, script.pieces = 200, ["Panen kopi mencapai 1.500,5 ton. {1}"]
            now = 31.0
            assert httpx2.get(f"{url}/health/ready").json()["language_model_breaker"] == "half_open"
            assert post(url, "/v1/ask", {"question": QUESTION}).json()["mode"] == "llm"
            assert httpx2.get(f"{url}/health/ready").json()["language_model_breaker"] == "closed"


def test_the_configured_language_model_has_a_circuit_breaker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Script(status=503, retry_after="120")) as model_url:
        monkeypatch.setenv("OPENAI_BASE_URL", model_url)
        monkeypatch.setenv("KUTIP_LLM_MODEL", "scripted")
        model = load_language_model(load_settings())
        assert model is not None
        with served_with(tmp_path, model) as url:
            assert [ask(url)[0] for _ in range(2)] == ["llm_unavailable", "llm_paused"]


def test_a_service_without_a_language_model_has_no_breaker(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, served(create_app(service)) as url:
        assert httpx2.get(f"{url}/health/ready").json()["language_model_breaker"] is None
        assert not [name for name, _ in measures(url) if name.startswith("language_model_breaker")]


def test_concurrent_questions_are_answered_while_one_tests_the_language_model(
    tmp_path: Path,
) -> None:
    now = 0.0
    script = Script(["Panen kopi. {1}"], status=503, retry_after="60")
    with model_following(script, timeout_seconds=PATIENCE) as model:
        breaker = CircuitBreaker(model, clock=lambda: now)
        with served_with(tmp_path, breaker) as url:
            assert ask(url)[0] == "llm_unavailable"
            now, script.status, script.hang_seconds = 61.0, 200, 1.0
            replies: list[Json] = []

            def try_again() -> None:
                replies.append(post(url, "/v1/ask", {"question": QUESTION}).json())

            trying = threading.Thread(target=try_again)
            trying.start()
            while len(script.requests) < 2:
                trying.join(0.01)
            assert ask(url)[0] == "llm_paused"
            trying.join()
    assert (replies[0]["mode"], replies[0]["degraded"]) == ("llm", None)
    assert len(script.requests) == 2
