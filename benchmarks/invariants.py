"""Check the citations of the answers to every development question, in both modes.

The language model is a script that misbehaves: it copies evidence, invents sentences, cites evidence that
does not exist, writes brackets of its own, and splits its markers between two parts of the stream.
"""

import argparse
import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from benchmarks.data import articles, bundled_encoder, bundled_readers, open_corpus
from rag.answering.events import Answered, Event, TextWritten, WritingFailed
from rag.datatypes import AnswerMode, Article
from rag.language_model.protocol import DEFAULT_SAMPLING, Sampling, TextPart, Usage
from rag.pipeline import Pipeline, Question
from rag.prompts import Message
from tests.contract import check_citations

SETS = ("facqa-dev", "idk-mrc-dev", "xquad-dev", "ntrex-dev")
QUESTIONS = (*SETS, "ntrex-qa-dev", "abstain-facqa-dev", "abstain-xquad-dev")
LANGUAGES = ("id", "en", "es", "zh-Hans", "zh-Hant", "ar", "th", "vi", "ms", "fil", "ja", "ko", "hi", "fr")
MODES: tuple[AnswerMode, ...] = ("extractive", "llm")


class MisbehavingModel:
    """Writes sentences from the evidence and invented ones. The same prompt gives the same answer."""

    name = "misbehaving"

    async def stream(
        self, messages: Sequence[Message], _: Sampling = DEFAULT_SAMPLING
    ) -> AsyncGenerator[TextPart | Usage]:
        """Yield an answer in pieces of random length."""
        prompt = messages[1]["content"]
        chance = random.Random(prompt)  # noqa: S311 – a script, not a secret
        text = "".join(_sentences(messages[0]["content"], prompt, chance))
        while text:
            length = chance.randint(1, 12)
            yield TextPart(text[:length])
            text = text[length:]
        yield Usage(prompt_tokens=1, completion_tokens=1)


def _sentences(system: str, prompt: str, chance: random.Random) -> Iterator[str]:
    found = re.search(r"\[\[(\w+):1\]\]", system)
    assert found, "the prompt must show the format of a marker"
    evidence = [
        block.strip() for block in re.findall(r"evidence \d+:[^\n]*\n(.+?)\n\w+>> evidence", prompt, re.S)
    ]
    for _ in range(chance.randint(1, 4)):
        number = chance.randint(0, len(evidence) + 1)
        copied = (
            evidence[number - 1][: chance.randint(5, 200)] if 1 <= number <= len(evidence) else "Saya kira."
        )
        foreign = chance.choice(["", " [5]", " [2024]", " [Reuters]", "【1】", " [1, 2]", " (1)", " [[x:1]]"])
        marker = chance.choice([f" [[{found[1]}:{number}]].", f". [[{found[1]}:{number},1]]", "."])
        yield copied + foreign + marker + chance.choice([" ", "\n", "\n\n- "])


def main() -> None:
    """Print the number of checked answers. Fail at the first answer with a wrong citation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--sample", type=int, help="number of questions to check; default: all")
    options = parser.parse_args()
    texts = sorted({text for name in QUESTIONS for text in _questions(options.data, name)})
    random.Random(0).shuffle(texts)  # noqa: S311
    with open_corpus("everything", lambda: _everything(options.data), encoder=bundled_encoder()) as corpus:
        pipeline = Pipeline(
            corpus=corpus,
            encoder=bundled_encoder(),
            language_model=MisbehavingModel(),
            **bundled_readers(),
        )
        counts: Counter[str] = Counter()
        for text in tqdm(texts[: options.sample], disable=None):
            for mode in MODES:
                events = asyncio.run(_collect(pipeline, Question(text=text, mode=mode)))
                answer = _last(events).answer
                check_citations(answer, corpus)
                _check_stream(events)
                outcome = "refused" if answer.is_refusal else answer.degraded or "answered"
                counts[f"{mode}: {outcome}"] += 1
                counts[f"{mode}: citations"] += len(answer.citations)
    for name, count in sorted(counts.items()):
        print(f"{name:28}{count:8}")


async def _collect(pipeline: Pipeline, question: Question) -> list[Event]:
    return [event async for event in pipeline.stream(question)]


def _last(events: Sequence[Event]) -> Answered:
    assert isinstance(events[-1], Answered)
    return events[-1]


def _check_stream(events: Sequence[Event]) -> None:
    after = [place for place, event in enumerate(events) if isinstance(event, WritingFailed)]
    texts = [event.text for event in events[max(after, default=0) :] if isinstance(event, TextWritten)]
    assert "".join(texts) == _last(events).answer.answer


def _everything(folder: Path) -> Iterator[Article]:
    for language in LANGUAGES:
        yield from articles(folder, SETS, language=language)


def _questions(folder: Path, name: str) -> Iterator[str]:
    with (folder / f"{name}.questions.jsonl").open(encoding="utf-8") as file:
        yield from (json.loads(line)["question"] for line in file)


if __name__ == "__main__":
    main()
