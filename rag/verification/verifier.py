"""Who judges the claims of an answer: the shape behind which another judge can stand."""

from collections.abc import Sequence
from typing import Protocol

from embeddings.encoder import Encoder
from rag.datatypes import Hit
from rag.verification.attribution import Attribution, attribute
from rag.verification.claims import Sentence
from rag.verification.evidence import Evidence


class Verification(Protocol):
    """The hits that one answer is written from, held against its claims."""

    def prepare(self) -> None:
        """Read the hits now, which takes a while, rather than with the first claim."""
        ...

    def attribution(self, sentence: Sentence, *, language: str) -> Attribution:
        """Return the verdict on a claim and its quotes."""
        ...


class Verifier(Protocol):
    """Begins the verification of one answer after the other."""

    def of(self, hits: Sequence[Hit]) -> Verification:
        """Return the verification of an answer that is written from `hits`."""
        ...


class EncoderVerification:
    """Goes by an encoder's similarities, and by the numbers, dates and names of both sides."""

    def __init__(self, hits: Sequence[Hit], *, encoder: Encoder) -> None:
        self._evidence = Evidence(hits, encoder=encoder)

    def prepare(self) -> None:
        """Read and encode the sentences of the hits."""
        self._evidence.prepare()

    def attribution(self, sentence: Sentence, *, language: str) -> Attribution:
        """Return the verdict on a claim and its quotes."""
        return attribute(sentence, evidence=self._evidence, language=language)


class EncoderVerifier:
    """Judges by one encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def of(self, hits: Sequence[Hit]) -> Verification:
        """Return the verification of an answer that is written from `hits`."""
        return EncoderVerification(hits, encoder=self._encoder)
