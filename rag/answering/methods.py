"""The answer methods of a service, in the order in which they are tried."""

from collections.abc import Sequence
from functools import partial

from embeddings.cross_encoder import ClaimJudge
from embeddings.encoder import Encoder
from rag.answering.extractive_method import ExtractiveMethod
from rag.answering.judge import Judge
from rag.answering.language_model_method import LanguageModelMethod
from rag.answering.method import AnswerMethod
from rag.answering.reviewer import ClaimReviewer
from rag.datatypes import AnswerMode, UnsupportedPolicy
from rag.errors import BadRequest
from rag.language_model.protocol import LanguageModel
from rag.verification.verifier import ReadingVerifier, Verifier
from rag.worker_pools import WorkerPool


class AnswerMethods:
    """Makes the answer methods for a mode. All of them verify claims with the same cross-encoder.

    `verifier` verifies what a language model writes.
    """

    def __init__(
        self,
        *,
        encoder: Encoder,
        claim_judge: ClaimJudge | None,
        reviewer: ClaimReviewer | None,
        judge: Judge,
        pool: WorkerPool,
        max_prompt_tokens: int,
        unsupported: UnsupportedPolicy,
    ) -> None:
        self._extractive = ExtractiveMethod(judge=judge, encoder=encoder, claim_judge=claim_judge, pool=pool)
        self.verifier: Verifier = ReadingVerifier(encoder, claim_judge)
        self._writing = partial(
            LanguageModelMethod,
            verifier=self.verifier,
            reviewer=reviewer,
            encoder=encoder,
            pool=pool,
            max_prompt_tokens=max_prompt_tokens,
            unsupported=unsupported,
        )

    def of(self, mode: AnswerMode, language_model: LanguageModel | None) -> Sequence[AnswerMethod]:
        """Return the answer methods in the order in which they are tried.

        Raises:
            BadRequest: the mode needs a language model, and there is none.
        """
        if mode == "llm" and language_model is None:
            raise BadRequest(
                "mode 'llm' needs a language model. Set KUTIP_LLM_MODEL, or use mode 'extractive'.",
                field="mode",
            )
        if mode == "extractive" or language_model is None:
            return [self._extractive]
        return [self._writing(language_model), self._extractive]
