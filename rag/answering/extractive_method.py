"""The answer method without a language model: verbatim sentences of the hits."""

from collections.abc import AsyncIterator
from functools import partial

from embeddings.encoder import Encoder
from rag.answering.best_sentences import excerpts_before_stop, excerpts_within
from rag.answering.draft import Draft
from rag.answering.events import Event
from rag.answering.judge import Judge
from rag.worker_pools import WorkerPool


class ExtractiveMethod:
    """Answers with the sentences that a judge chooses, or refuses if none of them answers the question."""

    def __init__(self, *, judge: Judge, encoder: Encoder, pool: WorkerPool) -> None:
        self._judge = judge
        self._count_tokens = encoder.count_tokens
        self._pool = pool

    async def answer(self, draft: Draft) -> AsyncIterator[Event]:
        """Add the excerpts to the draft, each on its own line, or the reason to refuse."""
        for event in await self._pool.run(partial(self._extract, draft)):
            yield event

    def _extract(self, draft: Draft) -> list[Event]:
        choice = self._judge.choose(draft.query, draft.found)
        if choice.refusal_reason is not None:
            draft.refusal_reason = choice.refusal_reason
            return []
        wanted = excerpts_before_stop(choice.excerpts, draft.question.sampling.stop)
        excerpts = excerpts_within(
            wanted, draft.question.sampling.max_tokens, count_tokens=self._count_tokens
        )
        draft.finish_extracting(is_cut_short=len(excerpts) < len(wanted))
        return [event for excerpt in excerpts for event in draft.add_excerpt(excerpt)]
