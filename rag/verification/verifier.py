"""The protocol of claim verification, and its implementation with an encoder."""

from collections.abc import Sequence
from typing import Protocol

from embeddings.encoder import Encoder
from rag.datatypes import Hit
from rag.verification.attribution import Attribution, attribute
from rag.verification.claims import Sentence
from rag.verification.evidence import Evidence


class Verification(Protocol):
    """Verifies the claims of one answer against the hits that it is written from."""

    def prepare(self) -> None:
        """Read the hits now, because this takes a while, instead of when the first claim comes."""
        ...

    def attribution(self, sentence: Sentence, *, language: str) -> Attribution:
        """Return the verdict on a claim and its quotes."""
        ...


class Verifier(Protocol):
    """Makes a `Verification` for each answer."""

    def verification_of(self, hits: Sequence[Hit]) -> Verification:
        """Return the verification for an answer that is written from `hits`."""
        ...


class EncoderVerification:
    """Verifies by an encoder's similarities, and by the numbers, dates and names of claim and evidence."""

    def __init__(self, hits: Sequence[Hit], *, encoder: Encoder) -> None:
        self._evidence = Evidence(hits, encoder=encoder)

    def prepare(self) -> None:
        """Read and encode the sentences of the hits."""
        self._evidence.prepare()

    def attribution(self, sentence: Sentence, *, language: str) -> Attribution:
        """Return the verdict on a claim and its quotes."""
        return attribute(sentence, evidence=self._evidence, language=language)


class EncoderVerifier:
    """Makes verifications with an encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def verification_of(self, hits: Sequence[Hit]) -> Verification:
        """Return the verification for an answer that is written from `hits`."""
        return EncoderVerification(hits, encoder=self._encoder)
