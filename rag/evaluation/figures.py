"""Asks the questions of data sets, and measures what Kutip finds, cites and refuses."""

import asyncio
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar, get_args

import numpy as np

from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import Answer, AnswerMode, Article, Citation, Counts, SearchMode
from rag.errors import BadRequest
from rag.evaluation.metrics import (
    Estimate,
    Values,
    citation_precision,
    citation_recall,
    contains_any,
    estimate,
    overlaps,
    ranking_values,
    refusal_scores,
)
from rag.evaluation.plan import Case, ColumnKey, Index, LeftOut, Plan, articles_of
from rag.evaluation.sets import DataFolder, Gold, Kind, Place
from rag.pipeline import Pipeline, Question
from rag.service import Service, build_service
from rag.settings import Settings
from rag.text.languages import detect_language

T = TypeVar("T")
Measures = dict[str, Estimate | None]

SEARCH_MODES: tuple[SearchMode, ...] = ("vector", "keyword", "hybrid")
UNANSWERABLE: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind != "answerable")
_DEPTH = 10
# Passages to request, so that `_DEPTH` paragraphs are among them even if long paragraphs were split.
_PASSAGES = 3 * _DEPTH
_PAGE_OF_ARTICLES = 1000


class Track(Protocol):
    """Shows the progress of a loop while yielding its items."""

    def __call__(self, items: Iterable[T], *, total: int, label: str) -> Iterable[T]:
        """Yield the items."""


def without_progress(items: Iterable[T], *, total: int, label: str) -> Iterable[T]:
    """Yield the items without showing progress."""
    return items


@dataclass(frozen=True, kw_only=True)
class Column:
    """The figures of one or more sets in one language, asked against an index in one language.

    `measures` maps the name of each measure, in the order of the table, to its estimate, or to None if the
    data gives none. Times are in milliseconds; all other measures are shares.
    """

    sets: tuple[str, ...]
    language: str
    index_language: str
    questions: int
    articles: int
    passages: int
    measures: Mapping[str, Estimate | None]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The figures of an evaluation, and the models and mode that it used."""

    encoder: str
    reranker: str | None
    model: str | None
    mode: AnswerMode
    seconds: float
    columns: tuple[Column, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """The outcome of one question; fields are empty if its kind has nothing to rank or to answer."""

    case: Case
    rankings: Mapping[SearchMode, Sequence[Place]] = field(default_factory=dict)
    search_ms: float | None = None
    answer: Answer | None = None
    valid_offsets: Sequence[bool] = ()


def evaluate(
    data: DataFolder,
    plan: Plan,
    *,
    settings: Settings,
    folder: Path,
    mode: AnswerMode = "auto",
    track: Track = without_progress,
    on_failure: Callable[[str], object] = lambda message: None,
) -> Report:
    """Ask the planned questions and measure the results; corpora are created and kept in `folder`.

    `on_failure` is called with the reason whenever the language model did not write an answer.

    Raises:
        BadRequest: `mode` needs a language model and none is set.
    """
    if mode == "llm" and settings.llm_model is None:
        raise BadRequest("Mode 'llm' needs a language model. Set KUTIP_LLM_MODEL, or use mode 'extractive'.")
    started = time.perf_counter()
    corpora = _Corpora(settings, folder, track)
    outcomes: list[_Outcome] = []
    counts: dict[Index, Counts] = {}
    left_out = list(plan.left_out)
    with asyncio.Runner() as runner:
        for index, cases in plan.cases.items():
            with corpora.open(index, articles_of(data, index)) as service:
                counts[index] = service.corpus.counts()
                examiner = _Examiner(service.pipeline, mode, on_failure, runner)
                asked = track(cases, total=len(cases), label=f"Asking, index {index.language}")
                outcomes += _examined(asked, examiner, left_out)
    left_out += [LeftOut(id=item.source, reason=item.reason) for item in data.unreadable]
    return Report(
        encoder=corpora.encoder_name,
        reranker=settings.reranker_model,
        model=next((found.answer.model for found in outcomes if found.answer and found.answer.model), None),
        mode=mode,
        seconds=round(time.perf_counter() - started, 1),
        columns=tuple(_columns(outcomes, counts)),
        left_out=(*left_out, *corpora.rejected),
    )


def _examined(cases: Iterable[Case], examiner: "_Examiner", left_out: list[LeftOut]) -> Iterator[_Outcome]:
    """Yield the outcomes of the questions; leave out a question that cannot be asked."""
    for case in cases:
        try:
            yield examiner.examine(case)
        except BadRequest as error:
            left_out.append(LeftOut(id=case.record.id, reason=str(error)))


class _Corpora:
    """Opens corpora in one folder, all with the same encoder."""

    def __init__(self, settings: Settings, folder: Path, track: Track) -> None:
        self._settings = settings
        self._folder = folder
        self._track = track
        self._last: Service | None = None
        self._full_corpora: dict[tuple[tuple[str, ...], str], Path] = {}
        self.rejected: list[LeftOut] = []

    @property
    def encoder_name(self) -> str:
        """The encoder's name, or its setting if no encoder was needed."""
        return self._last.pipeline.encoder.name if self._last else self._settings.embedding_model

    def open(self, index: Index, articles: Mapping[str, Article]) -> Service:
        """Open the corpus of an index and give it exactly these articles; keep those that it already has."""
        folder = self._folder / index.folder_name
        full = self._full_corpora.setdefault((index.sets, index.language), folder)
        if not folder.exists() and full.exists():
            _copy(full, folder)
        settings = self._settings.model_copy(update={"corpus": "local", "data_dir": folder})
        service = self._last = build_service(settings, sharing=self._last)
        for article_id in set(_ids(service.corpus)) - articles.keys():
            service.corpus.remove(article_id)
        results = service.ingestion.ingest(articles.values())
        for result in self._track(results, total=len(articles), label=f"Indexing {index.language}"):
            if result.status == "rejected":
                self.rejected.append(LeftOut(id=result.id, reason=result.reason or "rejected"))
        return service


def _copy(source: Path, target: Path) -> None:
    """Copy a folder so that `target` is either complete or absent."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(source, partial)
    partial.rename(target)


def _ids(corpus: Corpus) -> Iterator[str]:
    cursor = None
    while True:
        page = corpus.articles(NO_FILTERS, limit=_PAGE_OF_ARTICLES, cursor=cursor)
        yield from (header.id for header in page.articles)
        cursor = page.next_cursor
        if cursor is None:
            return


@dataclass(frozen=True)
class _Examiner:
    """Asks a pipeline questions with known answers."""

    pipeline: Pipeline
    mode: AnswerMode
    on_failure: Callable[[str], object]
    runner: asyncio.Runner

    def examine(self, case: Case) -> _Outcome:
        """Search and ask, as far as the kind of the question allows."""
        rankings, search_ms = self._search(case) if case.record.answerable else ({}, None)
        if case.is_for_search_alone:
            return _Outcome(case=case, rankings=rankings, search_ms=search_ms)
        question = Question(text=case.record.question, mode=self.mode)
        answer = self.runner.run(self.pipeline.answer(question, on_failure=self.on_failure))
        valid = [_is_valid(citation, self.pipeline.corpus) for citation in answer.citations]
        return _Outcome(case=case, rankings=rankings, search_ms=search_ms, answer=answer, valid_offsets=valid)

    def _search(self, case: Case) -> tuple[dict[SearchMode, list[Place]], float]:
        """Return the first places that each search mode finds, and the milliseconds of hybrid search."""
        question = Question(text=case.record.question, top_k=_PASSAGES)
        rankings = {}
        for mode in SEARCH_MODES:
            found = self.pipeline.search(question, mode=mode)
            rankings[mode] = list(dict.fromkeys(map(case.gold.place_of, found.hits)))[:_DEPTH]
        return rankings, sum(found.timings_ms.values())


def _is_valid(citation: Citation, corpus: Corpus) -> bool:
    """Return whether the quote is at its offsets in the cited version, within its paragraph."""
    article = corpus.article(citation.article_id, version=citation.article_version)
    if article is None or article.text[citation.start : citation.end] != citation.quote:
        return False
    paragraphs = (part for part in article.numbered_paragraphs() if part.number == citation.paragraph)
    return any(part.start <= citation.start < citation.end <= part.end for part in paragraphs)


def _columns(outcomes: Sequence[_Outcome], counts: Mapping[Index, Counts]) -> Iterator[Column]:
    groups: dict[ColumnKey, list[_Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.column, []).append(outcome)
    for key, group in groups.items():
        largest = max((counts[outcome.case.index] for outcome in group), key=lambda count: count.passages)
        yield Column(
            sets=key.sets,
            language=key.language,
            index_language=key.index_language,
            questions=len(group),
            articles=largest.articles,
            passages=largest.passages,
            measures={
                **_ranking_measures(group),
                **_answer_measures(group),
                **_refusal_measures(group),
                **_times(group),
            },
        )


def _ranking_measures(outcomes: Sequence[_Outcome]) -> Measures:
    ranked = [outcome for outcome in outcomes if outcome.rankings]
    return {
        f"{mode} {name}": figure
        for mode in SEARCH_MODES
        for name, figure in _search_measures(ranked, mode).items()
    }


def _search_measures(outcomes: Sequence[_Outcome], mode: SearchMode) -> Measures:
    rankings = [
        (list(map(_place_name, outcome.case.gold.places)), list(map(_place_name, outcome.rankings[mode])))
        for outcome in outcomes
    ]
    return {name: estimate(values) for name, values in ranking_values(rankings).items()}


def _place_name(place: Place) -> str:
    return f"{place[0]}#{place[1]}"


def _answer_measures(outcomes: Sequence[_Outcome]) -> Measures:
    asked = [(outcome.case.gold, outcome.answer) for outcome in outcomes if outcome.answer]
    answers = [answer for _, answer in asked]
    with_gold = [(gold, answer) for gold, answer in asked if gold.answers]
    recalls = [recall for recall in map(citation_recall, answers) if recall is not None]
    precisions = [precision for precision in map(citation_precision, answers) if precision is not None]
    languages = [
        _primary(detect_language(_unmarked_text(outcome.answer))) == _primary(outcome.case.record.language)
        for outcome in outcomes
        if outcome.answer
    ]
    return {
        "answer contains gold": estimate([_contains_gold(gold, answer) for gold, answer in with_gold]),
        "first quote contains gold": estimate([_quotes_gold(gold, answer) for gold, answer in with_gold]),
        "cited span overlaps gold": estimate([_cites_gold(gold, answer) for gold, answer in with_gold]),
        "citation recall": estimate(recalls),
        "citation precision": estimate(precisions),
        "valid offsets": estimate([valid for outcome in outcomes for valid in outcome.valid_offsets]),
        "in the question's language": estimate(languages),
        "language model failed": estimate(_failures(answers)),
    }


def _failures(answers: Sequence[Answer]) -> list[bool]:
    """Return for each answer whether the language model failed; empty if none was called."""
    failures = [answer.degraded is not None for answer in answers]
    return failures if any(failures) or any(answer.model for answer in answers) else []


def _contains_gold(gold: Gold, answer: Answer) -> bool:
    return not answer.is_refusal and contains_any(_unmarked_text(answer), gold.answers)


def _quotes_gold(gold: Gold, answer: Answer) -> bool:
    return any(contains_any(citation.quote, gold.answers) for citation in answer.citations[:1])


def _cites_gold(gold: Gold, answer: Answer) -> bool:
    return any(
        citation.article_id == span.article_id
        and overlaps((citation.start, citation.end), (span.start, span.end))
        for citation in answer.citations
        for span in gold.spans
    )


def _unmarked_text(answer: Answer) -> str:
    """Return an answer's text without its markers, whose numbers could be taken for the answer."""
    return " ".join(claim.text for claim in answer.claims) or answer.answer


def _primary(language: str) -> str:
    return language.split("-")[0]


def _refusal_measures(outcomes: Sequence[_Outcome]) -> Measures:
    refused = {
        kind: [
            outcome.answer.is_refusal
            for outcome in outcomes
            if outcome.answer and outcome.case.record.kind == kind
        ]
        for kind in get_args(Kind)
    }
    answerable = refused["answerable"]
    measures = {"answerable answered": estimate([not is_refused for is_refused in answerable])}
    for kind in UNANSWERABLE:
        scores = refusal_scores(unanswerable=refused[kind], answerable=answerable)
        measures[f"{kind} refusal recall"] = scores.recall
        measures[f"{kind} refusal precision"] = scores.precision
        measures[f"{kind} balanced accuracy"] = scores.balanced_accuracy
    return measures


def _times(outcomes: Sequence[_Outcome]) -> Measures:
    searches = [outcome.search_ms for outcome in outcomes if outcome.search_ms is not None]
    answers = [outcome.answer.timings_ms["total"] for outcome in outcomes if outcome.answer]
    return {
        "search ms, median": estimate(searches, _median),
        "search ms, 95th percentile": estimate(searches, _percentile_95),
        "answer ms, median": estimate(answers, _median),
        "answer ms, 95th percentile": estimate(answers, _percentile_95),
    }


def _median(values: Values) -> float:
    return float(np.median(values))


def _percentile_95(values: Values) -> float:
    return float(np.percentile(values, 95))
