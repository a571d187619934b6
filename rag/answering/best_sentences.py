"""Choose the sentences of the hits that answer a question, without a language model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.answering.question_type import missing
from rag.citations import Quote
from rag.datatypes import Hit
from rag.search.retrieval import Query, SearchResult
from rag.text.languages import Span, sentence_spans, words
from rag.text.passages import titled

# The number of hits whose sentences are considered, and the largest number of excerpts.
_MAX_HITS = 3
_MAX_EXCERPTS = 3

# A neighbour of the best sentence is quoted with it, and other sentences are quoted too, if they are at least
# e^-margin times as likely to contain the answer. Across languages, words in common do not count and the
# scores are closer to each other.
_MARGIN = 1.0
_MARGIN_ACROSS_LANGUAGES = 0.3


@dataclass(frozen=True, kw_only=True)
class SentenceWeights:
    """Weights of a sentence's features. Their sum is the log odds that the sentence contains the answer.

    `coverage` is the share of the question's words in the sentence. `passage_coverage` is the same share in
    the passage and its title, weighted by rarity. The last three features are those of
    `rag.answering.question_type.Missing`.
    """

    similarity: float
    passage_similarity: float
    coverage: float
    passage_coverage: float
    missing_number: float
    missing_year: float
    missing_name: float


# Fitted on development questions by conditional logit. `python -m benchmarks.refusal --data FOLDER` fits the
# weights again, and leaves out each set in turn.
WEIGHTS = SentenceWeights(
    similarity=21.1,
    passage_similarity=50.0,
    coverage=2.6,
    passage_coverage=4.75,
    missing_number=-2.6,
    missing_year=-2.0,
    missing_name=-1.95,
)


@dataclass(frozen=True)
class Excerpt:
    """A quote of one sentence or of two neighbouring sentences, and these sentences."""

    quote: Quote
    sentences: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class BestSentences:
    """The excerpts that answer a question best, and their scores.

    `score` is the score of the best sentence by `SentenceWeights`. `similarity` is the highest cosine
    similarity between a sentence and the question.
    """

    excerpts: tuple[Excerpt, ...]
    score: float
    similarity: float


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One sentence of a hit with its features. `place` is its number among all sentences, from 0."""

    hit: Hit
    span: Span
    place: int
    features: tuple[float, ...]

    @property
    def text(self) -> str:
        """The text of the sentence."""
        return self.hit.text[slice(*self.span)]


def best_sentences(query: Query, found: SearchResult, *, encoder: Encoder) -> BestSentences:
    """Return one to three verbatim quotes from the hits, the best first."""
    candidates = sentence_candidates(query, found, encoder=encoder)
    scores = np.array([candidate.features for candidate in candidates]) @ _vector(WEIGHTS)
    return BestSentences(
        excerpts=tuple(_excerpts(candidates, scores, margin=_margin(query, found))),
        score=float(scores.max()),
        similarity=max(candidate.features[0] for candidate in candidates),
    )


def excerpts_before_stop(excerpts: Sequence[Excerpt], stop: Sequence[str]) -> Sequence[Excerpt]:
    """Return the excerpts before the first one that contains a stop sequence."""
    text = ""
    for place, excerpt in enumerate(excerpts):
        text += "\n" * bool(text) + excerpt.quote.text
        if any(end in text for end in stop):
            return excerpts[:place]
    return excerpts


def excerpts_within(
    excerpts: Sequence[Excerpt], max_tokens: int | None, *, count_tokens: Callable[[Sequence[str]], list[int]]
) -> Sequence[Excerpt]:
    """Return the first excerpts that fit into `max_tokens` as a whole, and always the first one."""
    if max_tokens is None or not excerpts:
        return excerpts
    totals = accumulate(count_tokens([excerpt.quote.text for excerpt in excerpts]))
    return excerpts[: max(1, sum(total <= max_tokens for total in totals))]


def sentence_candidates(query: Query, found: SearchResult, *, encoder: Encoder) -> list[Candidate]:
    """Return the sentences of the first hits, with their features in the order of `SentenceWeights`."""
    candidates: list[Candidate] = []
    for hit in found.hits[:_MAX_HITS]:
        candidates += _candidates(query, found, hit, first_place=len(candidates))
    similarities = encoder.encode_passages(_texts(candidates, encoder)) @ _question_vector(found)
    return [
        Candidate(hit=c.hit, span=c.span, place=c.place, features=(float(similarity), *c.features))
        for c, similarity in zip(candidates, similarities, strict=True)
    ]


def _texts(candidates: Sequence[Candidate], encoder: Encoder) -> list[str]:
    """Return the texts to encode: each sentence after the title of its article."""
    texts: list[str] = []
    for hit in dict.fromkeys(candidate.hit.passage_id for candidate in candidates):
        of_hit = [candidate for candidate in candidates if candidate.hit.passage_id == hit]
        texts += titled(
            of_hit[0].hit.title,
            [candidate.text for candidate in of_hit],
            count_tokens=encoder.count_tokens,
            max_tokens=encoder.max_tokens,
        )
    return texts


def _question_vector(found: SearchResult) -> FloatArray:
    assert found.vector is not None, "hybrid search must encode the query"
    return found.vector


def _candidates(query: Query, found: SearchResult, hit: Hit, *, first_place: int) -> list[Candidate]:
    asked = dict.fromkeys(words(query.text, language=query.language), 1.0)
    spans = sentence_spans(hit.text, language=hit.language)
    held = [asked.keys() & words(hit.text[start:end], language=hit.language) for start, end in spans]
    in_passage = {*words(hit.title, language=hit.language)}.union(*held)
    of_passage = (found.similarity_of(hit), _share(in_passage, found.rarity or asked))
    return [
        Candidate(
            hit=hit,
            span=span,
            place=first_place + number,
            features=_features(query.text, hit.text[slice(*span)], _share(holds, asked), of_passage),
        )
        for number, (span, holds) in enumerate(zip(spans, held, strict=True))
    ]


def _features(
    question: str, sentence: str, coverage: float, of_passage: tuple[float, float]
) -> tuple[float, ...]:
    """Return the features without the first one, which needs the encoder."""
    passage_similarity, passage_coverage = of_passage
    lacks = missing(question, sentence)
    return (passage_similarity, coverage, passage_coverage, lacks.number, lacks.year, lacks.name)


def _share(held: set[str], weights: Mapping[str, float]) -> float:
    """Return the share of the words' weight that the held words have."""
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in held) / total if total else 0.0


def _vector(weights: SentenceWeights) -> FloatArray:
    return np.array(list(vars(weights).values()))


def _margin(query: Query, found: SearchResult) -> float:
    is_same = found.hits[0].language.split("-")[0] == query.language.split("-")[0]
    return _MARGIN if is_same else _MARGIN_ACROSS_LANGUAGES


def _excerpts(candidates: Sequence[Candidate], scores: FloatArray, *, margin: float) -> list[Excerpt]:
    """Return excerpts: the best sentence with a neighbour that scores nearly as high, and other such ones."""
    order = map(int, np.argsort(-scores, kind="stable"))
    near = [place for place in order if scores[place] >= scores.max() - margin]
    best = candidates[near[0]]
    partners = [place for place in near if _may_join(best, candidates[place], candidates)][:1]
    chosen = [sorted([near[0], *partners])] + [[place] for place in near[1:] if place not in partners]
    excerpts = [_excerpt([candidates[place] for place in places]) for places in chosen]
    return _distinct(excerpts)[:_MAX_EXCERPTS]


def _may_join(best: Candidate, other: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Whether both are neighbours in a passage of more than two sentences."""
    of_passage = [candidate for candidate in candidates if candidate.hit.passage_id == best.hit.passage_id]
    return other in of_passage and abs(other.place - best.place) == 1 and len(of_passage) > 2


def _excerpt(candidates: Sequence[Candidate]) -> Excerpt:
    hit = candidates[0].hit
    # The claim and the quote have the same text, so the quote supports the claim.
    quote = Quote(
        hit=hit,
        start=hit.start + candidates[0].span[0],
        end=hit.start + candidates[-1].span[1],
        verdict="supported",
        checks={"quote": True},
    )
    return Excerpt(quote, tuple(candidate.text for candidate in candidates))


def _distinct(excerpts: Sequence[Excerpt]) -> list[Excerpt]:
    """Drop quotes that have the same words as a better quote."""
    by_words: dict[str, Excerpt] = {}
    for excerpt in excerpts:
        by_words.setdefault(" ".join(excerpt.quote.text.split()).casefold(), excerpt)
    return list(by_words.values())
