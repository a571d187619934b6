"""Which questions of which sets are asked of which articles, before anything is asked."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.datatypes import Article
from rag.errors import BadRequest
from rag.evaluation.sets import DataFolder, Gold, QuestionRecord, gold_of

ALL_LANGUAGES = "all"
_SEED = 20250727


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What to ask of what; empty means all.

    `haystack` are sets whose articles are indexed besides; `index_language` is the language of the articles
    where it is not the question's, or "all"; `sample` is the most questions of one set and language.
    """

    sets: tuple[str, ...] = ()
    haystack: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    index_language: str | None = None
    sample: int | None = None


@dataclass(frozen=True, kw_only=True)
class Index:
    """The articles of some sets in one language, but for those withheld."""

    sets: tuple[str, ...]
    language: str
    withheld: frozenset[str] = frozenset()

    @property
    def folder_name(self) -> str:
        """Its language and a hash of the rest."""
        contents = "\n".join([*self.sets, "", *sorted(self.withheld)])
        return f"{self.language}-{hashlib.sha256(contents.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, kw_only=True)
class ColumnKey:
    """What shares a column of the table."""

    sets: tuple[str, ...]
    language: str
    index_language: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question to ask of an index, for a column of the table."""

    column: ColumnKey
    index: Index
    record: QuestionRecord
    gold: Gold

    @property
    def is_for_search_alone(self) -> bool:
        """Whether it has a place to find but no answer to give, as a headline has."""
        return self.record.answerable and not self.gold.answers


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A question or an article that took no part, and why."""

    id: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """The cases, those of one index together, and what was left out."""

    cases: Mapping[Index, list[Case]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many questions there are."""
        return sum(map(len, self.cases.values()))


def make_plan(data: DataFolder, selection: Selection) -> Plan:
    """Choose and sample the questions; give each its index and its gold there.

    Raises:
        BadRequest: there is no such set, or nothing holds the articles it asks about.
        ReadingError: a line of the data cannot be read.
    """
    names = selection.sets or tuple(name for name, files in data.sets.items() if files.questions)
    pool = tuple(sorted({home for name in [*names, *selection.haystack] for home in _homes(data, name)}))
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
        cases.setdefault(index, []).extend(_sampled(asked, selection.sample))
    # The whole before its parts, so that a part can begin as a copy.
    ordered = sorted((index for index in cases if cases[index]), key=lambda index: len(index.withheld))
    return Plan({index: cases[index] for index in ordered}, left_out)


def articles_of(data: DataFolder, index: Index) -> dict[str, Article]:
    """Return the articles that an index holds."""
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


def _column_language(selection: Selection, language: str) -> str:
    """Return the language of a column: the question's, but that one index of all makes one column of all."""
    is_one = selection.index_language != ALL_LANGUAGES or len(selection.languages) == 1
    return language if is_one else ALL_LANGUAGES


def _columns(data: DataFolder, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return for each set the sets of its column, as one that only withholds joins one it withholds from."""
    hosts = {
        _homes(data, name): name
        for name in reversed(names)
        if any(record.answers for record in data.questions(name))
    }
    host_of = {
        name: name if _is_answerable(data, name) else hosts.get(_homes(data, name), name) for name in names
    }
    guests = {host: [name for name in names if host_of[name] == host != name] for host in host_of.values()}
    return {name: (host, *guests[host]) for name, host in host_of.items()}


def _homes(data: DataFolder, name: str) -> tuple[str, ...]:
    """Return the sets that hold the articles a set asks about.

    Raises:
        BadRequest: there are none.
    """
    homes = data.homes(name)
    if not homes:
        raise BadRequest(f"No set in the folder has the articles that {name!r} asks about. Add them.")
    return homes


def _is_answerable(data: DataFolder, name: str) -> bool:
    return any(record.answerable for record in data.questions(name))


def _why_left_out(record: QuestionRecord, gold: Gold, articles: Mapping[str, Article]) -> str | None:
    if record.answerable and not gold.places:
        return "no article that answers it is in the index"
    if record.kind == "near-miss" and record.article_id not in articles and not record.gold_parallel_id:
        return "the article that nearly answers it is not in the index"
    return None


def _sampled(cases: Sequence[Case], sample: int | None) -> Sequence[Case]:
    if sample is None or sample >= len(cases):
        return cases
    chosen = np.random.default_rng(_SEED).choice(len(cases), sample, replace=False)
    return [cases[place] for place in sorted(chosen)]
