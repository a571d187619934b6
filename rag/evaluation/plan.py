"""Plans an evaluation: which questions of which sets are asked against which articles."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from rag.datatypes import Article
from rag.errors import BadRequest
from rag.evaluation.records import QuestionRecord
from rag.evaluation.sets import DataFolder, Gold, gold_of

T = TypeVar("T")

ALL_LANGUAGES = "all"
_SEED = 20250727


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The questions and articles to use; an empty field means all.

    `haystack` names sets whose articles are indexed in addition. `index_language` is the language of the
    articles if it differs from the question's, or "all". `sample` is the most questions per set and language.
    """

    sets: tuple[str, ...] = ()
    haystack: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    index_language: str | None = None
    sample: int | None = None


@dataclass(frozen=True, kw_only=True)
class Index:
    """The articles of some sets in one language, without the withheld articles."""

    sets: tuple[str, ...]
    language: str
    withheld: frozenset[str] = frozenset()

    @property
    def folder_name(self) -> str:
        """The language, and a hash of the sets and the withheld articles."""
        contents = "\n".join([*self.sets, "", *sorted(self.withheld)])
        return f"{self.language}-{hashlib.sha256(contents.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, kw_only=True)
class ColumnKey:
    """The sets and languages that share a column of the table."""

    sets: tuple[str, ...]
    language: str
    index_language: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question to ask against an index, for a column of the table."""

    column: ColumnKey
    index: Index
    record: QuestionRecord
    gold: Gold

    @property
    def is_for_search_alone(self) -> bool:
        """Whether the question has a place to find but no answer, like a headline."""
        return self.record.answerable and not self.gold.answers


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A question or an article that was left out, and the reason."""

    id: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """The cases of each index, and what was left out."""

    cases: Mapping[Index, list[Case]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The number of questions."""
        return sum(map(len, self.cases.values()))


def make_plan(data: DataFolder, selection: Selection) -> Plan:
    """Choose and sample the questions; assign to each its index and its gold in the index.

    Raises:
        BadRequest: a set does not exist, or no set contains the articles it asks about.
        ReadingError: a line of the data cannot be read.
    """
    names = _sets_with_questions(data, selection.sets)
    pool = tuple(
        sorted({other for name in [*names, *selection.haystack] for other in _article_sets(data, name)})
    )
    by_id = {record.id: record for name in names for record in data.questions(name)}
    cases: dict[Index, list[Case]] = {}
    left_out: list[LeftOut] = []
    for key, index, records in _groups(data, selection, names=names, pool=pool):
        articles = articles_of(data, index)
        golds = [(record, gold_of(record, articles=articles, by_id=by_id)) for record in records]
        reasons = {record.id: _why_left_out(record, gold, articles) for record, gold in golds}
        left_out += [LeftOut(id=name, reason=reason) for name, reason in reasons.items() if reason]
        asked = [
            Case(column=key, index=index, record=record, gold=gold)
            for record, gold in golds
            if not reasons[record.id]
        ]
        cases.setdefault(index, []).extend(sampled(asked, selection.sample))
    # An index with all articles comes first, so that the others can begin as copies of it.
    ordered = sorted((index for index in cases if cases[index]), key=lambda index: len(index.withheld))
    return Plan({index: cases[index] for index in ordered}, left_out)


def articles_of(data: DataFolder, index: Index) -> dict[str, Article]:
    """Return the articles of an index."""
    return {
        article_id: article
        for name in index.sets
        for article_id, article in data.articles(name).items()
        if index.language in (ALL_LANGUAGES, article.language) and article_id not in index.withheld
    }


def _groups(
    data: DataFolder, selection: Selection, *, names: Sequence[str], pool: tuple[str, ...]
) -> Iterator[tuple[ColumnKey, Index, list[QuestionRecord]]]:
    """Yield the questions of each set and language, with their column and index."""
    columns = _columns(data, names)
    indexed_ids = {article_id for name in pool for article_id in data.articles(name)}
    for name in names:
        records = data.questions(name)
        withheld = data.withheld_ids(name) & indexed_ids
        for language in dict.fromkeys(record.language for record in records):
            if selection.languages and language not in selection.languages:
                continue
            indexed_in = selection.index_language or language
            key = ColumnKey(
                sets=columns[name],
                language=_column_language(selection, language),
                index_language=indexed_in,
            )
            index = Index(sets=pool, language=indexed_in, withheld=withheld)
            yield key, index, [record for record in records if record.language == language]


def _sets_with_questions(data: DataFolder, chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the chosen sets without those that contain only claims, or all sets with questions."""
    if not chosen:
        return tuple(name for name, files in data.sets.items() if files.questions)
    return tuple(name for name in chosen if not data.has_only_claims(name))


def _column_language(selection: Selection, language: str) -> str:
    """Return the language of a column: the question's, or "all" for an index of all languages."""
    is_single = selection.index_language != ALL_LANGUAGES or len(selection.languages) == 1
    return language if is_single else ALL_LANGUAGES


def _columns(data: DataFolder, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the sets in the column of each set.

    A set without answerable questions joins a set with answers about the same articles.
    """
    hosts = {
        _article_sets(data, name): name
        for name in reversed(names)
        if any(record.answers for record in data.questions(name))
    }
    host_of = {
        name: name if _is_answerable(data, name) else hosts.get(_article_sets(data, name), name)
        for name in names
    }
    guests = {host: [name for name in names if host_of[name] == host != name] for host in host_of.values()}
    return {name: (host, *guests[host]) for name, host in host_of.items()}


def _article_sets(data: DataFolder, name: str) -> tuple[str, ...]:
    """Return the sets that contain the articles a set asks about.

    Raises:
        BadRequest: there are none.
    """
    article_sets = data.article_sets(name)
    if not article_sets:
        raise BadRequest(f"No set in the folder has the articles that {name!r} asks about. Add them.")
    return article_sets


def _is_answerable(data: DataFolder, name: str) -> bool:
    return any(record.answerable for record in data.questions(name))


def _why_left_out(record: QuestionRecord, gold: Gold, articles: Mapping[str, Article]) -> str | None:
    if record.answerable and not gold.places:
        return "no article that answers it is in the index"
    if record.kind == "near-miss" and record.article_id not in articles and not record.gold_parallel_id:
        return "the article that nearly answers it is not in the index"
    return None


def sampled(items: Sequence[T], sample: int | None) -> Sequence[T]:
    """Return at most `sample` of the items, in order; the same ones in every run."""
    if sample is None or sample >= len(items):
        return items
    chosen = np.random.default_rng(_SEED).choice(len(items), sample, replace=False)
    return [items[place] for place in sorted(chosen)]
