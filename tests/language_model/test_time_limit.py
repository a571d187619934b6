"""The time limit of an answer covers the checks of its claims, and a long reply is read fast."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from embeddings.weights import FloatArray
from rag.answering.events import Answered
from rag.corpus.local.corpus import LocalCorpus
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from rag.prompts import draw_frame
from rag.verification import claims
from rag.verification.blocks import FENCE
from rag.verification.claims import Sentence, SentenceReader, UsualMarkers
from tests.conftest import TopicEncoder
from tests.language_model.test_openai_model import COFFEE, check_stream, model_at
from tests.openai_server import Script, serving
from tests.word_cross_encoder import WordCrossEncoder, reading_words

SENTENCES = 40


class SlowJudge(WordCrossEncoder):
    """A cross-encoder that takes a while for each claim."""

    calls = 0

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        """Judge slowly."""
        self.calls += 1
        threading.Event().wait(0.1)
        return super().judge(pairs)


@pytest.mark.parametrize("is_append_only", [False, True])
def test_checking_stops_at_the_answer_s_time_limit(
    corpus: LocalCorpus, ingestion: Ingestion, encoder: TopicEncoder, is_append_only: bool
) -> None:
    list(ingestion.ingest([COFFEE]))
    judge = SlowJudge()
    with serving(Script(["Panen kopi mencapai 1.500,5 ton. {1} " * SENTENCES])) as url:
        pipeline = Pipeline(
            corpus=corpus,
            encoder=encoder,
            language_model=model_at(url, timeout_seconds=60),
            answer_timeout_seconds=1.0,
            **reading_words(judge),
        )

        async def collect() -> list[Any]:
            question = Question(text="Berapa panen kopi?", mode="llm")
            question = replace(question, is_append_only=is_append_only)
            return [event async for event in pipeline.stream(question)]

        events = asyncio.run(collect())
    assert isinstance(events[-1], Answered)
    answer = check_stream(events, corpus) if not is_append_only else events[-1].answer
    assert answer.degraded == "llm_timeout"
    assert answer.citations
    assert judge.calls < SENTENCES


def in_code(plain: str) -> bool:
    """Say from the whole text whether what follows it is in code, as a reference."""
    *lines, last = plain.split("\n")
    return sum(FENCE.match(line) is not None for line in lines) % 2 == 1 or last.count("`") % 2 == 1


@pytest.mark.parametrize(
    "text", ["a `b[1]` c[1].", "```\na[1]\n```\nb[1].", "a\n`b\n[1] c`[1]", "`a  [1]` b [1]\n\n```\n[1]"]
)
def test_markers_in_code_are_text_however_the_text_is_torn(text: str) -> None:
    results = []
    for size in (1, 2, 3, 1000):
        reader = new_reader()
        sentences = [s for at in range(0, len(text), size) for s in reader.feed(text[at : at + size])]
        results.append([*sentences, *reader.finish()])
    assert all(result == results[0] for result in results)
    assert any(sentence.evidence == (1,) for sentence in results[0]) == any(
        not in_code(text[:at]) for at in range(len(text)) if text.startswith("[1]", at)
    )


def new_reader() -> SentenceReader:
    usual = UsualMarkers(8, ("kopi",))
    return SentenceReader(draw_frame(["kopi"]), language="id", usual_markers=usual)


def test_sixty_five_thousand_markers_are_read_once() -> None:
    """The text before each marker is not read again: the work grows with the text, not with its square."""
    calls = {count: calls_to_read(count) for count in (1000, 8000)}
    assert calls[8000] < 10 * calls[1000]


def calls_to_read(count: int) -> int:
    """Return how many characters the scan for code reads in a text of so many markers."""
    reader, scan, read = new_reader(), claims._CodeScan, 0

    class Counting(scan):  # type: ignore[misc, valid-type]
        def _counts(self, text: str, added: str) -> tuple[int, int]:
            nonlocal read
            read += len(text) - self._line_start if "\n" in added else len(added)
            return super()._counts(text, added)  # type: ignore[no-any-return]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(claims, "_CodeScan", Counting)
        reader._code = Counting(0)
        sentences: list[Sentence] = [*reader.feed("a[1]" * count), *reader.finish()]
    assert [(sentence.text, sentence.evidence) for sentence in sentences] == [("a" * count, (1,))]
    return read
