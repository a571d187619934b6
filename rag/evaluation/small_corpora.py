"""Asks about single articles in corpora of one to a hundred articles.

A small corpus has few articles to compare with, so refusals and the weights of words behave differently there
than in a large one.
"""

import asyncio
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.datatypes import Answer, AnswerMode, Article
from rag.errors import BadRequest
from rag.evaluation.asking import Examiner
from rag.evaluation.corpora import Corpora
from rag.evaluation.metrics import Estimate, estimate
from rag.evaluation.plan import ALL_LANGUAGES, Case, LeftOut, Selection, articles_of, make_plan
from rag.evaluation.sets import DataFolder

SIZES = (1, 5, 20, 100)
_QUESTIONS = 3
_SEED = 20250727


@dataclass(frozen=True, kw_only=True)
class Group:
    """A set, the language of its questions and the language of the articles; "all" for all of them."""

    set: str
    language: str
    index_language: str


_ALL = Group(set="all", language=ALL_LANGUAGES, index_language=ALL_LANGUAGES)


@dataclass(frozen=True, kw_only=True)
class SmallCorpus:
    """Corpora around one article: the first `size` of `articles`, for each size in `absent`.

    `questions` are about the first article. `absent` holds for each size a question about an article that is
    not in the corpus, or None if every article is.
    """

    group: Group
    articles: tuple[Article, ...]
    questions: tuple[Case, ...]
    absent: Mapping[int, Case | None]


@dataclass(frozen=True, kw_only=True)
class SmallOutcome:
    """The answers in a corpus of one size: to questions about its article, and to the absent question."""

    corpus: SmallCorpus
    size: int
    answers: Sequence[tuple[Case, Answer]]
    absent: Answer | None


@dataclass(frozen=True, kw_only=True)
class SmallFigures:
    """The figures of the corpora of one size, for one set and pair of languages or for all.

    `measures` maps the name of each measure to its estimate, or to None if no question gives one.
    """

    group: Group
    size: int
    corpora: int
    measures: Mapping[str, Estimate | None]


def plan_small_corpora(data: DataFolder, selection: Selection, *, count: int) -> list[SmallCorpus]:
    """Draw `count` articles with answerable questions from each set and language; the same in every run.

    The other articles of a corpus are in the same language and, like the article, in the sets that the
    questions ask about. A size is left out if there are fewer articles.

    Raises:
        BadRequest: a set does not exist, or no set contains the articles it asks about.
        ReadingError: a line of the data cannot be read.
    """
    plan = make_plan(data, replace(selection, sample=None))
    planned: list[SmallCorpus] = []
    for index, cases in plan.cases.items():
        articles = articles_of(data, index)
        for group, about in _cases_by_article(cases, articles).items():
            ids = {key for name in data.article_sets(group.set) for key in data.articles(name)}
            pool = [
                articles[key]
                for key in sorted(ids & articles.keys())
                if articles[key].language == group.index_language
            ]
            seed = f"{_SEED} {group.set} {group.language} {group.index_language}"
            rng = random.Random(seed)  # noqa: S311 - the same corpora in every run
            drawn = rng.sample(sorted(about), min(count, len(about)))
            planned += [_small_corpus(group, articles[key], pool, about, rng) for key in drawn]
    return planned


def ask_in_small_corpora(
    small: SmallCorpus,
    corpora: Corpora,
    *,
    mode: AnswerMode,
    on_failure: Callable[[str], object],
    runner: asyncio.Runner,
    left_out: list[LeftOut],
) -> Iterator[SmallOutcome]:
    """Ask in a corpus that grows from size to size, in a temporary folder.

    Questions that cannot be asked are added to `left_out`.
    """
    with (
        tempfile.TemporaryDirectory(prefix="kutip-") as folder,
        corpora.open_in(Path(folder)) as service,
    ):
        examiner = Examiner(service.pipeline, mode, on_failure, runner)
        indexed = 0
        for size, absent in small.absent.items():
            for _ in service.ingestion.ingest(small.articles[indexed:size]):
                pass
            indexed = size
            answers = list(_answers(small.questions, examiner, left_out))
            to_absent = list(_answers([absent] if absent else [], examiner, left_out))
            yield SmallOutcome(
                corpus=small,
                size=size,
                answers=answers,
                absent=to_absent[0][1] if to_absent else None,
            )


def small_figures(outcomes: Sequence[SmallOutcome]) -> Iterator[SmallFigures]:
    """Yield the figures of each size: over all groups if there are several, then for each group."""
    groups = list(dict.fromkeys(outcome.corpus.group for outcome in outcomes))
    for group in [_ALL, *groups] if len(groups) > 1 else groups:
        members = [outcome for outcome in outcomes if group in (_ALL, outcome.corpus.group)]
        for size in SIZES:
            of_size = [outcome for outcome in members if outcome.size == size]
            if of_size:
                yield SmallFigures(group=group, size=size, corpora=len(of_size), measures=_measures(of_size))


def _measures(outcomes: Sequence[SmallOutcome]) -> dict[str, Estimate | None]:
    answers = [pair for outcome in outcomes for pair in outcome.answers]
    return {
        "answered": estimate([not answer.is_refusal for _, answer in answers]),
        "first citation in the gold paragraph": estimate([_cites_gold(case, each) for case, each in answers]),
        "absent refused": estimate([outcome.absent.is_refusal for outcome in outcomes if outcome.absent]),
    }


def _cites_gold(case: Case, answer: Answer) -> bool:
    return any(
        case.gold.places & {(citation.article_id, citation.paragraph), (citation.article_id, None)}
        for citation in answer.citations[:1]
    )


def _answers(
    cases: Sequence[Case], examiner: Examiner, left_out: list[LeftOut]
) -> Iterator[tuple[Case, Answer]]:
    for case in cases:
        try:
            yield case, examiner.ask(case)
        except BadRequest as error:
            # A question is asked in several corpora.
            if all(item.id != case.record.id for item in left_out):
                left_out.append(LeftOut(id=case.record.id, reason=str(error)))


def _cases_by_article(
    cases: Sequence[Case], articles: Mapping[str, Article]
) -> dict[Group, dict[str, list[Case]]]:
    """Return the questions that have an answer, by the article that contains it."""
    found: dict[Group, dict[str, list[Case]]] = {}
    for case in cases:
        if case.record.answerable and not case.is_for_search_alone:
            article_id = _article_id(case)
            group = Group(
                # A set with answerable questions is the first of its column.
                set=case.column.sets[0],
                language=case.record.language,
                index_language=articles[article_id].language,
            )
            found.setdefault(group, {}).setdefault(article_id, []).append(case)
    return found


def _article_id(case: Case) -> str:
    """Return the article that a question is about: its own, or in an index without it another gold one."""
    ids = _gold_ids(case)
    return case.record.article_id if case.record.article_id in ids else min(ids)


def _gold_ids(case: Case) -> set[str]:
    return {article_id for article_id, _ in case.gold.places}


def _small_corpus(
    group: Group,
    article: Article,
    pool: Sequence[Article],
    about: Mapping[str, list[Case]],
    rng: random.Random,
) -> SmallCorpus:
    others = [other for other in pool if other.id != article.id]
    articles = (article, *rng.sample(others, min(SIZES[-1] - 1, len(others))))
    questions = rng.sample(about[article.id], min(_QUESTIONS, len(about[article.id])))
    candidates = [case for key in sorted(about) for case in about[key]]
    rng.shuffle(candidates)
    absent = {
        size: _first_absent(candidates, {each.id for each in articles[:size]})
        for size in SIZES
        if size <= len(articles)
    }
    return SmallCorpus(group=group, articles=articles, questions=tuple(questions), absent=absent)


def _first_absent(candidates: Sequence[Case], ids: set[str]) -> Case | None:
    return next((case for case in candidates if not _gold_ids(case) & ids), None)
