"""Keyword search alone with four ways to split a text into words, in each language.

The queries are each language's questions (Indonesian: in the pooled sets; others: xquad-dev) and its
headlines in ntrex-dev, whose articles are indexed without their titles. "plain" uses case-folded runs of
letters and digits, "segmented" ICU's words, "stems" `rag.text.languages.words`, and "weighted" the same words
with the weights of `query_weights`.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from benchmarks.data import (
    INDONESIAN_SETS,
    articles,
    evaluation_records,
    folder_argument,
    questions,
)
from benchmarks.retrieval import OTHER_LANGUAGES, SETS
from rag.corpus.keyword_ranking import Statistics, query_weights, rank_by_bm25
from rag.datatypes import Article
from rag.text.languages import detect_language, folded_words, words

HEADLINE_LANGUAGES = (
    "id", "en", "ms", "fil", "zh-Hans", "zh-Hant", "ja", "ko", "ar", "th", "vi", "es", "hi", "fr",
)  # fmt: skip
_DEPTH = 10

# Place: an article's id and a paragraph's number. Case: a query and the paragraphs that answer it.
Place = tuple[str, int]
Case = tuple[str, frozenset[Place]]


class Analyse(Protocol):
    """Splits a text into the words to index."""

    def __call__(self, text: str, *, language: str) -> list[str]:
        """Return the words in order."""
        ...


def plain_words(text: str, *, language: str) -> list[str]:
    """Return the runs of letters and digits. The language makes no difference."""
    del language
    return re.findall(r"\w+", text.casefold())


@dataclass(frozen=True)
class Variant:
    """A way to split passages and queries into words. A query is split in its detected language."""

    name: str
    analyse: Analyse
    is_weighted: bool = False

    def weights(self, query: str, *, passage_language: str) -> dict[str, float]:
        """Return the words of a query with their weights."""
        language = detect_language(query)
        if self.is_weighted:
            return query_weights(query, language=language, passage_languages=[passage_language])
        return dict.fromkeys(self.analyse(query, language=language), 1.0)


VARIANTS = (
    Variant("plain", plain_words),
    Variant("segmented", folded_words),
    Variant("stems", words),
    Variant("weighted", words, is_weighted=True),
)


class Index:
    """An inverted index of paragraphs."""

    def __init__(self, collection: Iterable[Article], *, analyse: Analyse, language: str) -> None:
        self._places: list[Place] = []
        self._words: list[str] = []
        self._holding: dict[str, list[int]] = {}
        for article in collection:
            title = analyse(article.title, language=language)
            for paragraph in article.numbered_paragraphs():
                self._add((article.id, paragraph.number), title + analyse(paragraph.text, language=language))
        self._words_a_passage = sum(words.count(" ") + 1 for words in self._words) / len(self._words)

    def _add(self, place: Place, held: list[str]) -> None:
        for word in set(held):
            self._holding.setdefault(word, []).append(len(self._words))
        self._words.append(" ".join(held))
        self._places.append(place)

    def search(self, weights: Mapping[str, float]) -> list[Place]:
        """Return the paragraphs that contain one of the query's rarer words, best first."""
        holding = {word: self._holding.get(word, []) for word in weights}
        statistics = Statistics(
            passages=len(self._words),
            words_a_passage=self._words_a_passage,
            passages_with={word: len(numbers) for word, numbers in holding.items()},
        )
        candidates = {
            number: " ".join(self._words[number])
            for word in statistics.known_words()
            for number in holding[word]
        }
        ranked = rank_by_bm25(candidates, weights=weights, statistics=statistics)
        return [self._places[passage.passage_id] for passage in ranked]


def main() -> None:
    """Print a line for each set and language."""
    folder = folder_argument(__doc__)
    names = "".join(f"{variant.name:>15}" for variant in VARIANTS)
    print(f"{'R@1 MRR@10':20}{'questions':>10}{names}")
    pool = list(articles(folder, INDONESIAN_SETS, language="id"))
    print_figures({name: asked(folder, name, "id") for name in SETS}, pool, language="id")
    for language in OTHER_LANGUAGES:
        collection = list(articles(folder, ["xquad-dev"], language=language))
        print_figures(
            {f"xquad-dev {language}": asked(folder, "xquad-dev", language)}, collection, language=language
        )
    for language in HEADLINE_LANGUAGES:
        collection = [
            replace(article, title="") for article in articles(folder, ["ntrex-dev"], language=language)
        ]
        print_figures({f"headlines {language}": headlines(folder, language)}, collection, language=language)


def asked(folder: Path, name: str, language: str) -> list[Case]:
    """Pair the questions of one language with the paragraphs that answer them."""
    return [
        (question.text, question.gold)
        for question in questions(folder, name)
        if question.language == language
    ]


def headlines(folder: Path, language: str) -> list[Case]:
    """Pair the headlines of one language with the paragraphs of their articles."""
    collection = articles(folder, ["ntrex-dev"], language=language)
    gold = {
        article.id: frozenset((article.id, number) for number in range(1, len(article.paragraphs) + 1))
        for article in collection
    }
    records = evaluation_records(folder, "ntrex-dev.questions")
    return [
        (record["question"], gold[record["article_id"]])
        for record in records
        if record["language"] == language
    ]


def print_figures(
    sets: Mapping[str, Sequence[Case]], collection: Sequence[Article], *, language: str
) -> None:
    """Print a line for each set, with all queries searched in one collection."""
    columns = []
    for variant in VARIANTS:
        index = Index(collection, analyse=variant.analyse, language=language)
        columns.append([_figures(index, variant, cases, language=language) for cases in sets.values()])
    for (name, cases), figures in zip(sets.items(), zip(*columns, strict=True), strict=True):
        print(f"{name:20}{len(cases):10}{''.join(figures)}")


def _figures(index: Index, variant: Variant, cases: Sequence[Case], *, language: str) -> str:
    ranks = []
    for query, gold in cases:
        found = index.search(variant.weights(query, passage_language=language))[:_DEPTH]
        ranks.append(next((rank for rank, place in enumerate(found, start=1) if place in gold), math.inf))
    first = sum(rank == 1 for rank in ranks) / len(ranks)
    return f"{first:9.3f}{sum(1 / rank for rank in ranks) / len(ranks):6.3f}"


if __name__ == "__main__":
    main()
