"""Answers that a language model writes, over a real connection to a scripted server."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

import pytest

from rag.datatypes import Answer
from rag.errors import (
    LanguageModelCutOff,
    LanguageModelError,
    LanguageModelRateLimited,
    LanguageModelTimeout,
    LanguageModelUnavailable,
)
from rag.ingestion import Ingestion
from rag.language_model import TextPart, Usage
from rag.local_corpus import LocalCorpus
from rag.openai_model import OpenAILanguageModel
from rag.pipeline import (
    Answered,
    ClaimCited,
    Event,
    HitsFound,
    Pipeline,
    Question,
    TextWritten,
    WritingFailed,
)
from tests.conftest import TopicEncoder, article
from tests.contract import check_answer
from tests.openai_server import Script, event, serving

KEY = "sk-verysecret-0123456789"

COFFEE = article(
    "kopi",
    "Panen kopi mencapai 1.500,5 ton pada Senin (3/6). Harga kopi naik [5] menjadi Rp92.000.",
    "Petani menyambut baik kenaikan itu.",
    title="Panen kopi",
    url="https://example.org/kopi",
)
FLOOD = article("banjir", "Banjir merendam 412 rumah. Warga mengungsi.")


@dataclass
class Asker:
    """A corpus of two articles, and a pipeline around whatever model a test gives it."""

    corpus: LocalCorpus
    encoder: TopicEncoder

    def events(self, model: OpenAILanguageModel, text: str = "Berapa panen kopi?") -> list[Event]:
        pipeline = Pipeline(corpus=self.corpus, encoder=self.encoder, language_model=model)

        async def collect() -> list[Event]:
            return [event async for event in pipeline.stream(Question(text=text, mode="llm"))]

        return asyncio.run(collect())

    def answer(self, script: Script, *, timeout_seconds: float = 5.0) -> Answer:
        with serving(script) as url:
            events = self.events(model_at(url, timeout_seconds=timeout_seconds))
        return check_stream(events, self.corpus)


def check_stream(events: Sequence[Event], corpus: LocalCorpus) -> Answer:
    """Hold the stream against its promises; return the answer."""
    assert isinstance(events[0], HitsFound)
    last = events[-1]
    assert isinstance(last, Answered)
    check_answer(last.answer, corpus)
    failed = [place for place, event in enumerate(events) if isinstance(event, WritingFailed)]
    assert len(failed) == (last.answer.degraded is not None)
    kept = events[failed[-1] :] if failed else events
    assert "".join(event.text for event in kept if isinstance(event, TextWritten)) == last.answer.answer
    told = [event for event in kept if isinstance(event, ClaimCited)]
    assert tuple(event.claim for event in told) == last.answer.claims
    assert tuple(citation for event in told for citation in event.citations) == last.answer.citations
    return last.answer


def model_at(url: str, *, timeout_seconds: float = 5.0) -> OpenAILanguageModel:
    return OpenAILanguageModel(
        "scripted", api_key=KEY, base_url=url, timeout_seconds=timeout_seconds, max_tokens=100
    )


def run(model: OpenAILanguageModel) -> list[TextPart | Usage]:
    async def collect() -> list[TextPart | Usage]:
        messages = [{"role": "system", "content": "[[q0:1]]"}, {"role": "user", "content": "?"}]
        return [part async for part in model.stream(messages)]

    return asyncio.run(collect())


@pytest.fixture
def asker(corpus: LocalCorpus, ingestion: Ingestion, encoder: TopicEncoder) -> Asker:
    list(ingestion.ingest([COFFEE, FLOOD]))
    return Asker(corpus, encoder)


@contextmanager
def closed_port() -> Iterator[int]:
    """Give a port that nobody listens on, and hold it."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


# What the model writes


def test_markers_become_numbers_and_quotes_are_exact(asker: Asker) -> None:
    script = Script(["Panen kopi 1.500,5 ton. {1} ", "Kata [Reuters], harga kopi [7] naik {1}."])
    answer = asker.answer(script)
    assert answer.answer == "Panen kopi 1.500,5 ton. [1] Kata [Reuters], harga kopi ［7］ naik. [1]"
    assert (answer.mode, answer.model, answer.degraded) == ("llm", "scripted", None)
    assert [citation.quote for citation in answer.citations] == [
        "Panen kopi mencapai 1.500,5 ton pada Senin (3/6).",
        "Panen kopi mencapai 1.500,5 ton pada Senin (3/6).",
    ]
    assert {citation.verdict for citation in answer.citations} == {"unchecked"}
    assert answer.usage == {"prompt_tokens": 7, "completion_tokens": 3}


def test_numbers_run_by_first_appearance_whatever_the_evidence_is_called(asker: Asker) -> None:
    script = Script(["Banjir merendam rumah. {3, 2}\n", "Panen kopi. {1}\nBanjir. {3}"])
    answer = asker.answer(script)
    assert answer.answer == "Banjir merendam rumah. [1] [2]\nPanen kopi. [3]\nBanjir. [1]"
    ids = {hit.rank: hit.article_id for hit in answer.hits}
    assert [citation.article_id for citation in answer.citations] == [ids[3], ids[2], ids[1], ids[3]]


def test_the_model_is_asked_as_the_settings_say(asker: Asker) -> None:
    script = Script(["Panen kopi. {1}"])
    asker.answer(script)
    request = script.requests[0]
    assert (request["model"], request["max_tokens"], request["temperature"]) == ("scripted", 100, 0)
    assert request["stream_options"] == {"include_usage": True}
    assert script.keys == [KEY]


@pytest.mark.parametrize("piece_characters", [1, 2, 3, 7])
def test_pieces_torn_anywhere_join_to_the_answer(asker: Asker, piece_characters: int) -> None:
    prompted = Script(["Panen kopi naik. {1} Banjir surut, kata orang. {2}\n- Selesai sudah {1}"])
    whole = asker.answer(prompted)

    class Torn(Script):
        """Tears what the server would send in one piece, markers too."""

    def tear(model: OpenAILanguageModel) -> Callable[..., AsyncIterator[TextPart | Usage]]:
        stream = model.stream

        async def torn(messages: Sequence[dict[str, str]]) -> AsyncIterator[TextPart | Usage]:
            async with aclosing(stream(messages)) as parts:  # type: ignore[type-var]
                async for part in parts:
                    if isinstance(part, TextPart):
                        for at in range(0, len(part.text), piece_characters):
                            yield TextPart(part.text[at : at + piece_characters])
                    else:
                        yield part

        return torn

    assert whole
    assert Torn
    assert tear
