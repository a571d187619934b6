"""The sentences of the passages that an answer is written from, encoded once for all of its claims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.datatypes import Hit
from rag.reply_texts import USUAL_REFUSALS
from rag.text.languages import sentence_spans
from rag.verification.comparison import Comparison, Statement, compare, coverage
from rag.verification.facts.lexicon import fold
from rag.verification.meaning import calibration_of


@dataclass(frozen=True)
class EvidenceSentence:
    """A sentence of a hit's passage with its position and its statement."""

    hit: Hit
    number: int
    start: int
    end: int
    statement: Statement


@dataclass(frozen=True)
class Candidate:
    """A sentence that may support a claim, the probability that they mean the same, and the compared facts.

    The probability is from the encoder's similarity. It finds the sentences that are worth reading.
    """

    sentence: EvidenceSentence
    probability: float
    comparison: Comparison


def source_names(hits: Sequence[Hit]) -> frozenset[str]:
    """Return the folded outlets, authors and titles of hits, which a claim may name in brackets."""
    named = (name for hit in hits for name in (hit.outlet, hit.author, hit.title) if name)
    return frozenset(map(fold, named))


class Evidence:
    """The sentences of the hits. Their passages are numbered from 1, as in the language model's prompt."""

    def __init__(self, hits: Sequence[Hit], *, encoder: Encoder) -> None:
        self.hits = hits
        self._encoder = encoder
        self._calibration = calibration_of(encoder.name)

    @cached_property
    def sentences(self) -> list[EvidenceSentence]:
        """Every sentence of the hits and of the headings above them, in the order of the hits."""
        return [
            EvidenceSentence(part, number, part.start + start, part.start + end, _statement(part, start, end))
            for number, hit in enumerate(self.hits, start=1)
            for part in (*self._heading_hits(hit), hit)
            for start, end in sentence_spans(part.text, language=part.language)
        ]

    @cached_property
    def sources(self) -> frozenset[str]:
        """The names of the sources."""
        return source_names(self.hits)

    @cached_property
    def vectors(self) -> FloatArray:
        """The vectors of the sentences, of shape (sentences, dimension)."""
        return self._encoder.encode_passages([sentence.statement.text for sentence in self.sentences])

    @cached_property
    def _refusals(self) -> FloatArray:
        """The vectors of usual refusals, of shape (languages, dimension)."""
        return self._encoder.encode_passages(list(USUAL_REFUSALS))

    def _heading_hits(self, hit: Hit) -> list[Hit]:
        """Return the headings of a hit as hits of their own, so that they can be quoted.

        A heading that is too long for the encoder is left out.
        """
        lengths = self._encoder.count_tokens([heading.text for heading in hit.headings])
        return [
            replace(
                hit,
                paragraph=heading.number,
                start=heading.start,
                end=heading.end,
                text=heading.text,
                heading=None,
                headings=(),
            )
            for heading, length in zip(hit.headings, lengths, strict=True)
            if length <= self._encoder.max_tokens
        ]

    def prepare(self) -> None:
        """Split and encode the evidence now, while the language model reads its prompt."""
        _ = self.vectors
        if self._calibration.refusal is not None:
            _ = self._refusals
        for sentence in self.sentences:
            _ = sentence.statement.stems, sentence.statement.facts, sentence.statement.countries

    def encode(self, text: str) -> FloatArray:
        """Return the vector of a claim, or of its beginning if the claim is too long for the encoder."""
        while self._encoder.count_tokens([text])[0] > self._encoder.max_tokens:
            text = text[: len(text) // 2]  # a language model may write an endless sentence
        vector: FloatArray = self._encoder.encode_passages([text])[0]
        return vector

    def reads_as_refusal(self, vector: FloatArray) -> bool:
        """Whether a sentence says that the articles do not hold an answer, in whatever words."""
        threshold = self._calibration.refusal
        return threshold is not None and float((self._refusals @ vector).max()) >= threshold

    def candidates(self, claim: Statement, vector: FloatArray, *, depth: int) -> list[Candidate]:
        """Return each hit's best sentence and the best `depth` sentences of all, the most probable first."""
        if not self.sentences:
            return []
        probabilities = self._probabilities(claim, vector)
        order = self._distinct(np.argsort(-probabilities, kind="stable").tolist())
        best_of_hit: dict[int, int] = {}
        for place in order:
            best_of_hit.setdefault(self.sentences[place].number, place)
        chosen = dict.fromkeys([*order[:depth], *best_of_hit.values()])
        found = [
            Candidate(
                self.sentences[place],
                float(probabilities[place]),
                compare(claim, self.sentences[place].statement),
            )
            for place in chosen
        ]
        return sorted(found, key=lambda candidate: -candidate.probability)

    def _distinct(self, order: Sequence[int]) -> list[int]:
        """Return the places of sentences without those of a heading that another hit is below, too."""
        first: dict[tuple[str, int], int] = {}
        for place in order:
            sentence = self.sentences[place]
            first.setdefault((sentence.hit.article_id, sentence.start), place)
        return list(first.values())

    def _probabilities(self, claim: Statement, vector: FloatArray) -> FloatArray:
        similarities = self.vectors @ vector
        return np.array(
            [
                self._probability(claim, sentence.statement, float(similarity))
                for sentence, similarity in zip(self.sentences, similarities, strict=True)
            ],
            np.float32,
        )

    def _probability(self, claim: Statement, evidence: Statement, similarity: float) -> float:
        is_same = claim.is_in_language_of(evidence)
        meaning = self._calibration.same_language if is_same else self._calibration.across_languages
        return meaning.probability(similarity, coverage(claim, evidence))


def runs(sentences: Sequence[EvidenceSentence]) -> list[tuple[EvidenceSentence, int]]:
    """Return the first sentence and the end of each run of consecutive sentences."""
    found: list[tuple[EvidenceSentence, int]] = []
    for sentence in sentences:
        if found and _follows(found[-1], sentence):
            found[-1] = (found[-1][0], sentence.end)
        else:
            found.append((sentence, sentence.end))
    return found


def _follows(run: tuple[EvidenceSentence, int], sentence: EvidenceSentence) -> bool:
    first, end = run
    if first.hit.paragraph != sentence.hit.paragraph:
        return False
    between = sentence.hit.text[end - sentence.hit.start : sentence.start - sentence.hit.start]
    return first.number == sentence.number and sentence.start >= end and not between.strip()


def _statement(hit: Hit, start: int, end: int) -> Statement:
    return Statement(
        text=hit.text[start:end],
        language=hit.language,
        reference=hit.published_at.date() if hit.published_at else None,
        context="\n".join([*hit.topics, hit.text, f"{hit.outlet or ''} {hit.author or ''}"]),
    )
