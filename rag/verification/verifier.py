"""The protocol of claim verification, and its implementation with an encoder and a cross-encoder."""

from collections.abc import Sequence
from typing import Protocol

from embeddings.cross_encoder import ClaimJudge
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


class ReadingVerification:
    """The encoder selects sentences of the hits, and the cross-encoder reads each claim with them."""

    def __init__(self, hits: Sequence[Hit], *, encoder: Encoder, claim_judge: ClaimJudge | None) -> None:
        self._evidence = Evidence(hits, encoder=encoder)
        self._claim_judge = claim_judge

    def prepare(self) -> None:
        """Split and encode the sentences of the hits."""
        self._evidence.prepare()

    def attribution(self, sentence: Sentence, *, language: str) -> Attribution:
        """Return the verdict on a claim and its quotes."""
        return attribute(sentence, evidence=self._evidence, language=language, claim_judge=self._claim_judge)


class ReadingVerifier:
    """Makes verifications. Without a cross-encoder, no claim is `supported`."""

    def __init__(self, encoder: Encoder, claim_judge: ClaimJudge | None) -> None:
        self._encoder = encoder
        self._claim_judge = claim_judge

    def verification_of(self, hits: Sequence[Hit]) -> Verification:
        """Return the verification for an answer that is written from `hits`."""
        return ReadingVerification(hits, encoder=self._encoder, claim_judge=self._claim_judge)
