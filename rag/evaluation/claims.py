"""Judges claims with known labels against their evidence, and measures the verdicts."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from rag.datatypes import Article, Hit, Paragraph, Verdict
from rag.errors import ReadingError
from rag.evaluation.measures import Measures
from rag.evaluation.metrics import Estimate, estimate, estimate_of_groups, precision
from rag.evaluation.plan import ALL_LANGUAGES, LeftOut, Selection, sampled
from rag.evaluation.records import ClaimRecord, EvidenceRecord
from rag.evaluation.sets import DataFolder
from rag.pipeline import Pipeline
from rag.text.tags import is_same_language
from rag.verification.claims import Sentence
from rag.verification.judgement import Judged

# The paragraphs that a claim is judged against besides its gold ones; at most so many of the same article.
_DISTRACTORS = 7
_OWN_DISTRACTORS = 2
_SEED = 20250727

_Passage = tuple[Article, Paragraph]


@dataclass(frozen=True, kw_only=True)
class ClaimCase:
    """A claim to judge, and the hits to judge it against: its gold passages among distractors."""

    record: ClaimRecord
    evidence_language: str
    hits: tuple[Hit, ...]

    @property
    def is_one_language(self) -> bool:
        """Whether the claim is in the language of its evidence."""
        return is_same_language(self.record.claim_language, self.evidence_language)


@dataclass(frozen=True)
class ClaimPlan:
    """The claims to judge, and those that were left out."""

    claims: Sequence[ClaimCase] = ()
    left_out: Sequence[LeftOut] = ()


NO_CLAIMS = ClaimPlan()


@dataclass(frozen=True, kw_only=True)
class JudgedClaim:
    """A claim and the verdict on it."""

    case: ClaimCase
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class ClaimFigures:
    """The figures of some claims: all, those in one language, those across languages, or those of one kind.

    `measures` maps the name of each measure to its estimate, or to None if no claim has the label. `verdicts`
    holds the number of claims for each label and verdict.
    """

    group: str
    claims: int
    measures: Mapping[str, Estimate | None]
    verdicts: Mapping[Judged, Mapping[Verdict, int]]


@dataclass(frozen=True)
class _Pool:
    """The articles that evidence is taken from, and their ids by language."""

    articles: Mapping[str, Article]
    by_language: Mapping[str, list[str]] = field(default_factory=dict)


def plan_claims(data: DataFolder, selection: Selection) -> ClaimPlan:
    """Choose and sample the claims of the sets, and the evidence of each; the same in every run.

    Raises:
        BadRequest: a set does not exist.
        ReadingError: a line is not a claim, or a claim names a paragraph that its article does not have.
    """
    claims: list[ClaimCase] = []
    left_out: list[LeftOut] = []
    for name in selection.sets or tuple(data.sets):
        records = data.claims(name)
        pool = _pool(data, records) if records else _Pool({})
        for language in dict.fromkeys(record.claim_language for record in records):
            if selection.languages and language not in selection.languages:
                continue
            planned = [_case(record, pool) for record in records if record.claim_language == language]
            left_out += [case for case in planned if isinstance(case, LeftOut)]
            cases = [case for case in planned if isinstance(case, ClaimCase) and _is_chosen(case, selection)]
            claims += sampled(cases, selection.sample)
    return ClaimPlan(claims, left_out)


def judged(cases: Iterable[ClaimCase], pipeline: Pipeline) -> Iterator[JudgedClaim]:
    """Judge each claim as a sentence of an answer that was written from its hits."""
    for case in cases:
        sentence = Sentence(lead="", text=case.record.claim, evidence=())
        verification = pipeline.verification_of(case.hits)
        attribution = verification.attribution(sentence, language=case.record.claim_language)
        yield JudgedClaim(case=case, verdict=attribution.verdict)


def claim_figures(claims: Sequence[JudgedClaim]) -> Iterator[ClaimFigures]:
    """Yield the figures of all claims, then by languages, then by kind."""
    groups: dict[str, list[JudgedClaim]] = {
        "all": list(claims),
        "one language": [claim for claim in claims if claim.case.is_one_language],
        "across languages": [claim for claim in claims if not claim.case.is_one_language],
    }
    for kind in sorted({claim.case.record.kind for claim in claims}):
        groups[f"kind: {kind}"] = [claim for claim in claims if claim.case.record.kind == kind]
    for name, members in groups.items():
        if members:
            yield ClaimFigures(
                group=name, claims=len(members), measures=_measures(members), verdicts=_verdicts(members)
            )


def _measures(claims: Sequence[JudgedClaim]) -> Measures:
    verdicts: dict[Judged, list[Verdict]] = {label: [] for label in get_args(Judged)}
    for claim in claims:
        verdicts[claim.case.record.label].append(claim.verdict)
    true, false = verdicts["supported"], [*verdicts["unsupported"], *verdicts["contradicted"]]
    kept = [verdict == "supported" for verdict in true]
    wrong = [verdict == "supported" for verdict in false]
    return {
        "true kept": estimate(kept),
        "false supported": estimate(wrong),
        "precision of supported": estimate_of_groups([kept, wrong], precision),
        "true called contradicted": estimate([verdict == "contradicted" for verdict in true]),
        "contradictions found": estimate([verdict == "contradicted" for verdict in verdicts["contradicted"]]),
    }


def _verdicts(claims: Sequence[JudgedClaim]) -> dict[Judged, dict[Verdict, int]]:
    counts: dict[Judged, dict[Verdict, int]] = {
        label: dict.fromkeys(get_args(Verdict), 0) for label in get_args(Judged)
    }
    for claim in claims:
        counts[claim.case.record.label][claim.verdict] += 1
    return counts


def _pool(data: DataFolder, records: Sequence[ClaimRecord]) -> _Pool:
    """Return the articles of the sets that contain evidence of these claims; of all sets if none is named."""
    named = {evidence.article_id for record in records for evidence in record.evidence}
    names = data.sets_with(named) if named else tuple(data.sets)
    articles = {key: article for name in names for key, article in data.articles(name).items()}
    by_language: dict[str, list[str]] = {}
    for article_id in sorted(articles):
        by_language.setdefault(articles[article_id].language, []).append(article_id)
    return _Pool(articles, by_language)


def _is_chosen(case: ClaimCase, selection: Selection) -> bool:
    return selection.index_language in (None, ALL_LANGUAGES, case.evidence_language)


def _case(record: ClaimRecord, pool: _Pool) -> ClaimCase | LeftOut:
    if any(evidence.article_id not in pool.articles for evidence in record.evidence):
        return LeftOut(id=record.id, reason="an article of the claim's evidence is in no set of the folder")
    gold = [_gold(record, evidence, pool.articles[evidence.article_id]) for evidence in record.evidence]
    language = gold[0][0].language if gold else record.claim_language
    # The claim's id is part of the seed, so that other claims do not change its evidence.
    rng = random.Random(f"{_SEED} {record.id}")  # noqa: S311 - the same evidence in every run
    passages = [*gold, *_distractors(gold, language, pool, rng)]
    rng.shuffle(passages)
    hits = tuple(_hit(*passage, rank=rank) for rank, passage in enumerate(passages, start=1))
    return ClaimCase(record=record, evidence_language=language, hits=hits)


def _gold(record: ClaimRecord, evidence: EvidenceRecord, article: Article) -> _Passage:
    numbered = list(article.numbered_paragraphs())
    if evidence.paragraph_index >= len(numbered):
        raise ReadingError(
            f"The claim {record.id!r} names paragraph_index {evidence.paragraph_index}, but {article.id!r} "
            f"has {len(numbered)} paragraphs. Correct the claim."
        )
    return article, numbered[evidence.paragraph_index]


def _distractors(gold: Sequence[_Passage], language: str, pool: _Pool, rng: random.Random) -> list[_Passage]:
    """Choose paragraphs without the gold text: some of the gold articles, one of each other article."""
    texts = [paragraph.text for _, paragraph in gold]
    gold_articles = {article.id: article for article, _ in gold}
    own = [passage for article in gold_articles.values() for passage in _others(article, texts)]
    chosen = rng.sample(own, min(_OWN_DISTRACTORS, len(own)))
    ids = [each for each in pool.by_language.get(language, []) if each not in gold_articles]
    for article_id in rng.sample(ids, len(ids)):
        if len(chosen) == _DISTRACTORS:
            break
        passages = _others(pool.articles[article_id], texts)
        chosen += [rng.choice(passages)] if passages else []
    return chosen


def _others(article: Article, texts: Sequence[str]) -> list[_Passage]:
    """Return the paragraphs of an article that neither contain one of the texts nor are part of one."""
    return [
        (article, paragraph)
        for paragraph in article.numbered_paragraphs()
        if paragraph.text.strip()
        and not any(paragraph.text in text or text in paragraph.text for text in texts)
    ]


def _hit(article: Article, paragraph: Paragraph, *, rank: int) -> Hit:
    return Hit(
        rank=rank,
        score=0.0,
        source="hybrid",
        passage_id=rank,
        article_id=article.id,
        article_version=article.version,
        title=article.title,
        url=article.url,
        outlet=article.outlet,
        author=article.author,
        published_at=article.published_at,
        language=article.language,
        paragraph=paragraph.number,
        start=paragraph.start,
        end=paragraph.end,
        text=paragraph.text,
    )
