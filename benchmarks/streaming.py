"""Measure how much the verification of claims delays a streamed answer of a language model of usual speed."""

import asyncio
import itertools
import re
import statistics
import time
from collections.abc import AsyncGenerator, Sequence

from benchmarks.data import bundled_encoder, bundled_readers, folder_argument, indonesian_pool, questions
from rag.answering.events import ClaimCited, HitsFound
from rag.datatypes import Hit
from rag.language_model.protocol import DEFAULT_SAMPLING, Sampling, TextPart, Usage
from rag.pipeline import Pipeline, Question
from rag.prompts import Message

_QUESTIONS = 30
_TOKENS_A_SECOND = 50
_FIRST_TOKEN_SECONDS = 0.3
_SENTENCES = 5


class PacedModel:
    """Writes the first sentences of the evidence at the speed of a usual model, one word per token."""

    name = "paced"

    def __init__(self) -> None:
        self.hits: Sequence[Hit] = ()
        self.seconds = 0.0

    async def stream(
        self, messages: Sequence[Message], _: Sampling = DEFAULT_SAMPLING
    ) -> AsyncGenerator[TextPart | Usage]:
        """Yield the text. `seconds` is set to the time that writing alone takes."""
        marker = re.search(r"\[\[\w+:", messages[0]["content"])
        assert marker is not None, "the prompt must show a marker"
        texts = [f"{hit.text.split('. ')[0]}. {marker[0]}{hit.rank}]]" for hit in self.hits[:_SENTENCES]]
        words = " ".join(texts).split(" ")
        self.seconds = _FIRST_TOKEN_SECONDS + len(words) / _TOKENS_A_SECOND
        started = time.perf_counter() + _FIRST_TOKEN_SECONDS
        for place, word in enumerate(words):
            due = started + place / _TOKENS_A_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            yield TextPart(word + " ")


def main() -> None:
    """Print the share that verification adds to the model's time."""
    folder = folder_argument(__doc__)
    asked = [question.text for question in itertools.islice(questions(folder, "facqa-dev"), _QUESTIONS)]
    with indonesian_pool(folder) as corpus:
        model = PacedModel()
        pipeline = Pipeline(
            corpus=corpus, encoder=bundled_encoder(), language_model=model, **bundled_readers()
        )
        shares, claims = [], 0
        for text in asked:
            seconds, cited = asyncio.run(_answer(pipeline, model, text))
            if cited:
                shares.append(seconds / model.seconds - 1)
                claims += cited
    print(f"answers, claims                  {len(shares)}, {claims}")
    print(f"added to the model's time, p50   {statistics.median(shares):.3f}   (less than .15)")


async def _answer(pipeline: Pipeline, model: PacedModel, text: str) -> tuple[float, int]:
    """Return the seconds from the hits to the answer, and the number of claims."""
    started, claims = time.perf_counter(), 0
    async for event in pipeline.stream(Question(text=text, mode="llm")):
        if isinstance(event, HitsFound):
            model.hits, started = event.hits, time.perf_counter()
        claims += isinstance(event, ClaimCited)
    return time.perf_counter() - started, claims


if __name__ == "__main__":
    main()
