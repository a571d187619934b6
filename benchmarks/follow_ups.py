"""Follow-up questions without a language model: recognition of follow-ups, and search for completed ones.

The first table shows how many independent questions are left unchanged. The second searches for follow-ups. A
follow-up is made from two questions about one article: a pronoun replaces the words of the second question
that the first question has too. `same` pairs are about the same paragraph, `other` pairs about another one.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from benchmarks.data import (
    EvaluationQuestion,
    bundled_readers,
    folder_argument,
    indonesian_pool,
    questions,
    xquad,
)
from benchmarks.data import bundled_encoder as encoder
from rag.conversation.follow_ups import follows_up, meaningful_words, with_topic
from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Turn
from rag.pipeline import Pipeline, Question
from rag.text.languages import words, written_words

PRONOUNS = {"id": "itu", "en": "it", "es": "eso"}
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


def main() -> None:
    """Print the share of questions left unchanged for each set and language, then R@1 and R@10."""
    folder = folder_argument(__doc__)
    for name in ("facqa-dev", "idk-mrc-dev", "ntrex-qa-dev", "xquad-dev"):
        print_left_unchanged(name, list(questions(folder, name)))
    print(f"\n{'pairs':24}{'':12}{'R@1':>7}{'R@10':>7}{'pairs':>7}")
    with indonesian_pool(folder) as corpus:
        for name in ("facqa-dev", "xquad-dev"):
            print_found(f"{name} id", corpus, list(questions(folder, name)), "id")
    for language in ("en", "es"):
        with xquad(folder, language) as corpus:
            print_found(f"xquad-dev {language}", corpus, list(questions(folder, "xquad-dev")), language)


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
