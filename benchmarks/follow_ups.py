"""Follow-up questions without a language model: recognition of follow-ups, and search for completed ones.

Without `--data`, only the dialogues of tests/conversation are played, over the seeds and articles of their
own. For each half of the dialogues: the share of follow-ups whose first citation is in the right passage,
the share with a citation of the right sentence, and the share of dialogues with only right passages. Only
the first half was used while the rules were made.

With `--data`, the first table shows how many independent questions are left unchanged. The second searches
for follow-ups. A follow-up is made from two questions about one article: a pronoun replaces the words of
the second question that the first question has too. `same` pairs are about the same paragraph, `other`
pairs about another one.
"""

import argparse
import asyncio
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

from benchmarks.data import (
    PASSAGE_MAX_TOKENS,
    EvaluationQuestion,
    bundled_readers,
    indonesian_pool,
    questions,
    xquad,
)
from benchmarks.data import bundled_encoder as encoder
from rag.conversation.follow_ups import follows_up, meaningful_words, with_topic
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import Corpus, EncoderIdentity
from rag.datatypes import Answer, Turn
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline, Question
from rag.reading import Overrides, read_paths
from rag.text.languages import words, written_words

PRONOUNS = {"id": "itu", "en": "it", "es": "eso"}
DIALOGUES = Path("tests/conversation/follow_ups.jsonl")
DIALOGUE_ARTICLES = (Path("seeds/articles"), Path("tests/conversation/articles.jsonl"))
HALVES = {"a": "first half", "b": "second half"}
# The day on which the dialogues are held, so that "next year" stays the year after most of the articles.
_NOW = datetime(2025, 12, 1, 12, tzinfo=UTC)
_PAIRS = 250
_SEED = 20261123


@dataclass(frozen=True)
class Pair:
    """Two questions about one article, and the second one as a follow-up to the first."""

    before: EvaluationQuestion
    after: EvaluationQuestion
    follow_up: str

    @property
    def turns(self) -> list[Turn]:
        """The turns before the follow-up."""
        return [Turn(role="user", text=self.before.text)]


@dataclass(frozen=True)
class Dialogue:
    """The turns of a user. `held` has words of the right sentence, None for a turn not measured."""

    id: str
    turns: list[str]
    held: list[str | None]


@dataclass(frozen=True)
class Outcome:
    """Whether the first citation is in the right passage, and whether any citation has the right sentence."""

    is_right_passage: bool
    is_right_sentence: bool


def main() -> None:
    """Play the dialogues; with data, print the share of questions left unchanged, then R@1 and R@10."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of the evaluation sets")
    folder = parser.parse_args().data
    print_dialogues()
    if folder is None:
        return
    for name in ("facqa-dev", "idk-mrc-dev", "ntrex-qa-dev", "xquad-dev"):
        print_left_unchanged(name, list(questions(folder, name)))
    print(f"\n{'pairs':24}{'':12}{'R@1':>7}{'R@10':>7}{'pairs':>7}")
    with indonesian_pool(folder) as corpus:
        for name in ("facqa-dev", "xquad-dev"):
            print_found(f"{name} id", corpus, list(questions(folder, name)), "id")
    for language in ("en", "es"):
        with xquad(folder, language) as corpus:
            print_found(f"xquad-dev {language}", corpus, list(questions(folder, "xquad-dev")), language)


def print_dialogues() -> None:
    """Play the dialogues, and print the shares of each half."""
    identity = EncoderIdentity(encoder().name, encoder().dimension)
    with tempfile.TemporaryDirectory() as folder, LocalCorpus(Path(folder), encoder=identity) as corpus:
        ingestion = Ingestion(corpus, encoder(), passage_max_tokens=PASSAGE_MAX_TOKENS)
        list(ingestion.ingest(read_paths(DIALOGUE_ARTICLES, overrides=Overrides())))
        pipeline = Pipeline(corpus=corpus, encoder=encoder(), **bundled_readers())
        print(
            f"{'dialogues':14}{'passage':>9}{'sentence':>10}{'follow-ups':>12}{'whole':>8}{'dialogues':>11}"
        )
        for letter, name in HALVES.items():
            played = [play(pipeline, corpus, one) for one in dialogues() if one.id.startswith(letter)]
            outcomes = [outcome for of_dialogue in played for outcome in of_dialogue]
            passages = sum(outcome.is_right_passage for outcome in outcomes) / len(outcomes)
            sentences = sum(outcome.is_right_sentence for outcome in outcomes) / len(outcomes)
            whole = sum(all(one.is_right_passage for one in of_dialogue) for of_dialogue in played) / len(
                played
            )
            print(f"{name:14}{passages:9.3f}{sentences:10.3f}{len(outcomes):12}{whole:8.3f}{len(played):11}")


def dialogues() -> list[Dialogue]:
    """Return all dialogues."""
    with DIALOGUES.open(encoding="utf-8") as file:
        return [Dialogue(**json.loads(line)) for line in file]


def play(pipeline: Pipeline, corpus: Corpus, dialogue: Dialogue) -> list[Outcome]:
    """Ask the turns one after another, and return the outcomes of those that are measured."""
    turns: list[Turn] = []
    outcomes: list[Outcome] = []
    for text, held in zip(dialogue.turns, dialogue.held, strict=True):
        answer = asyncio.run(pipeline.answer(Question(text=text, turns=tuple(turns), now=_NOW)))
        if held is not None:
            outcomes.append(_outcome(answer, corpus, held))
        turns += [Turn(role="user", text=text), Turn(role="assistant", text=answer.answer)]
    return outcomes


def _outcome(answer: Answer, corpus: Corpus, held: str) -> Outcome:
    if not answer.citations:
        return Outcome(is_right_passage=False, is_right_sentence=False)
    first = answer.citations[0]
    article = corpus.article(first.article_id, version=first.article_version)
    return Outcome(
        is_right_passage=article is not None and held in article.paragraphs[first.paragraph - 1],
        is_right_sentence=any(held in citation.quote for citation in answer.citations),
    )


def print_left_unchanged(name: str, asked: Sequence[EvaluationQuestion]) -> None:
    """Ask each question after another one. Nearly all of these questions are independent."""
    by_language = defaultdict(list)
    for question in asked:
        by_language[question.language].append(question.text)
    for language, texts in by_language.items():
        before = [texts[-1], *texts[:-1]]
        left = [
            not follows_up(text, [Turn(role="user", text=other)])
            for text, other in zip(texts, before, strict=True)
        ]
        print(f"{name:14}{language:8} left unchanged {sum(left) / len(left):.3f} of {len(left)}")


def print_found(name: str, corpus: LocalCorpus, asked: Sequence[EvaluationQuestion], language: str) -> None:
    """Search for each follow-up unchanged, for the completed follow-up, and for the original question."""
    pipeline = Pipeline(corpus=corpus, encoder=encoder(), **bundled_readers())
    for kind in ("same", "other"):
        pairs = [pair for pair in _pairs(asked, language, kind) if follows_up(pair.follow_up, pair.turns)]
        if not pairs:
            continue
        texts = {
            "unchanged": [pair.follow_up for pair in pairs],
            "completed": [with_topic(pair.follow_up, pair.turns) for pair in pairs],
            "original": [pair.after.text for pair in pairs],
        }
        for way, searched in texts.items():
            ranks = [_rank(pipeline, text, pair.after) for text, pair in zip(searched, pairs, strict=True)]
            first, ten = (sum(rank <= depth for rank in ranks) / len(ranks) for depth in (1, 10))
            print(f"{name + ', ' + kind:24}{way:12}{first:7.3f}{ten:7.3f}{len(ranks):7}")


def _pairs(asked: Sequence[EvaluationQuestion], language: str, kind: str) -> list[Pair]:
    by_article = defaultdict(list)
    for question in asked:
        if question.language == language:
            by_article[min(question.gold)[0]].append(question)
    pairs = [pair for group in by_article.values() for pair in _pairs_of(group, kind)]
    random.Random(_SEED).shuffle(pairs)  # noqa: S311 - no secret
    return pairs[:_PAIRS]


def _pairs_of(group: Sequence[EvaluationQuestion], kind: str) -> Iterator[Pair]:
    for before, after in permutations(group, 2):
        is_same = bool(before.gold & after.gold)
        text = _with_pronoun(after.text, before.text, language=after.language)
        if is_same == (kind == "same") and text:
            yield Pair(before, after, text)


def _with_pronoun(text: str, before: str, *, language: str) -> str | None:
    """Replace the words that `before` has too with one pronoun. Return None if there are none."""
    known = set(words(before, language=language))
    kept: list[str] = []
    pronoun = PRONOUNS[language]
    for word in written_words(text):
        is_shared = bool(meaningful_words(word)) and bool(known.intersection(words(word, language=language)))
        if not is_shared:
            kept.append(word)
        elif pronoun not in kept:
            kept.append(pronoun)
    return " ".join(kept) + "?" if pronoun in kept and kept != written_words(text) else None


def _rank(pipeline: Pipeline, text: str, asked: EvaluationQuestion) -> float:
    found = pipeline.search(Question(text=text, top_k=30))
    paragraphs = list(dict.fromkeys((hit.article_id, hit.paragraph) for hit in found.hits))
    ranks = [rank for rank, place in enumerate(paragraphs, start=1) if place in asked.gold]
    return min(ranks, default=float("inf"))


if __name__ == "__main__":
    main()
