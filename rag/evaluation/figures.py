"""Asks the questions of data sets, and measures what Kutip finds, cites and refuses."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.datatypes import AnswerMode, Counts
from rag.errors import BadRequest
from rag.evaluation.asking import Examiner, Outcome
from rag.evaluation.claims import NO_CLAIMS, ClaimFigures, ClaimPlan, claim_figures, judged
from rag.evaluation.corpora import Corpora, Track, without_progress
from rag.evaluation.measures import answer_measures, ranking_measures, refusal_measures, times
from rag.evaluation.metrics import Estimate
from rag.evaluation.plan import Case, ColumnKey, Index, LeftOut, Plan, articles_of
from rag.evaluation.sets import DataFolder
from rag.evaluation.small_corpora import (
    SmallCorpus,
    SmallFigures,
    SmallOutcome,
    ask_in_small_corpora,
    small_figures,
)
from rag.service import Service
from rag.settings import Settings


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
    """The figures of an evaluation, and the models and mode that it used.

    `claims` is empty if the data has no claims, and `small_corpora` if none were asked for.
    """

    encoder: str
    reranker: str | None
    model: str | None
    mode: AnswerMode
    seconds: float
    columns: tuple[Column, ...]
    left_out: tuple[LeftOut, ...]
    claims: tuple[ClaimFigures, ...] = ()
    small_corpora: tuple[SmallFigures, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is no figure at all."""
        return not (self.columns or self.claims or self.small_corpora)


def evaluate(
    data: DataFolder,
    plan: Plan,
    *,
    settings: Settings,
    folder: Path,
    claims: ClaimPlan = NO_CLAIMS,
    small_corpora: Sequence[SmallCorpus] = (),
    mode: AnswerMode = "auto",
    track: Track = without_progress,
    on_failure: Callable[[str], object] = lambda message: None,
    sharing: Service | None = None,
) -> Report:
    """Ask the planned questions, judge the claims, and measure the results.

    The corpora of the plan are created and kept in `folder`. `on_failure` is called with the reason whenever
    the language model did not write an answer. With `sharing`, the models of that service are used.

    Raises:
        BadRequest: `mode` needs a language model and none is set.
    """
    if mode == "llm" and settings.llm_model is None:
        raise BadRequest("Mode 'llm' needs a language model. Set KUTIP_LLM_MODEL, or use mode 'extractive'.")
    started = time.perf_counter()
    corpora = Corpora(settings, folder, track=track, sharing=sharing)
    outcomes: list[Outcome] = []
    small_outcomes: list[SmallOutcome] = []
    counts: dict[Index, Counts] = {}
    left_out = [*plan.left_out, *claims.left_out]
    with asyncio.Runner() as runner:
        for index, cases in plan.cases.items():
            with corpora.open(index, articles_of(data, index)) as service:
                counts[index] = service.corpus.counts()
                examiner = Examiner(service.pipeline, mode, on_failure, runner)
                asked = track(cases, total=len(cases), label=f"Asking, index {index.language}")
                outcomes += _examined(asked, examiner, left_out)
        for small in track(small_corpora, total=len(small_corpora), label="Asking in small corpora"):
            small_outcomes += ask_in_small_corpora(
                small, corpora, mode=mode, on_failure=on_failure, runner=runner, left_out=left_out
            )
    of_claims = tuple(_judged(claims, corpora, track))
    left_out += [LeftOut(id=item.source, reason=item.reason) for item in data.unreadable]
    return Report(
        encoder=corpora.encoder_name,
        reranker=settings.reranker_model,
        model=next((found.answer.model for found in outcomes if found.answer and found.answer.model), None),
        mode=mode,
        seconds=round(time.perf_counter() - started, 1),
        columns=tuple(_columns(outcomes, counts)),
        left_out=(*left_out, *corpora.rejected),
        claims=of_claims,
        small_corpora=tuple(small_figures(small_outcomes)),
    )


def _judged(plan: ClaimPlan, corpora: Corpora, track: Track) -> Iterator[ClaimFigures]:
    """Judge the claims with the models of a service, and yield their figures."""
    if plan.claims:
        # The claims have their evidence with them, so the corpus of the service stays empty.
        with TemporaryDirectory(prefix="kutip-") as folder, corpora.open_in(Path(folder)) as service:
            cases = track(plan.claims, total=len(plan.claims), label="Judging claims")
            yield from claim_figures(list(judged(cases, service.pipeline)))


def _examined(cases: Iterable[Case], examiner: Examiner, left_out: list[LeftOut]) -> Iterator[Outcome]:
    """Yield the outcomes of the questions; leave out a question that cannot be asked."""
    for case in cases:
        try:
            yield examiner.examine(case)
        except BadRequest as error:
            left_out.append(LeftOut(id=case.record.id, reason=str(error)))


def _columns(outcomes: Sequence[Outcome], counts: Mapping[Index, Counts]) -> Iterator[Column]:
    groups: dict[ColumnKey, list[Outcome]] = {}
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
                **ranking_measures(group),
                **answer_measures(group),
                **refusal_measures(group),
                **times(group),
            },
        )
