"""The answer method without a language model: verbatim sentences of the hits."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial

from embeddings.cross_encoder import ClaimJudge
from embeddings.encoder import Encoder
from rag.answering.best_sentences import Excerpt, excerpts_before_stop, excerpts_within
from rag.answering.draft import Draft
from rag.answering.events import Event
from rag.answering.judge import Choice, Judge
from rag.answering.listing import MOST_ARTICLES, Listed
from rag.answering.requests import choice_on_request, new_first
from rag.datatypes import Verdict
from rag.worker_pools import WorkerPool

# The lowest probability of support for a sentence and its quote, which have the same words. Of 184 such pairs
# in fourteen languages, one was at .12 and the others above .4. Of other pairs of the same sentences, .016
# were above .1.
_VERBATIM = 0.1


class ExtractiveMethod:
    """Answers with the sentences that a judge chooses, or refuses if none of them answers the question.

    Without a cross-encoder, the sentences are `unchecked`.
    """

    def __init__(
        self, *, judge: Judge, encoder: Encoder, claim_judge: ClaimJudge | None, pool: WorkerPool
    ) -> None:
        self._judge = judge
        self._count_tokens = encoder.count_tokens
        self._claim_judge = claim_judge
        self._pool = pool

    async def answer(self, draft: Draft) -> AsyncIterator[Event]:
        """Add the excerpts to the draft, each on its own line, or the reason to refuse."""
        for event in await self._pool.run(partial(self._extract, draft)):
            yield event

    def _extract(self, draft: Draft) -> list[Event]:
        choice = Choice(tuple(draft.listed.excerpts)) if draft.listed else self._choose(draft)
        listed = draft.listed
        if choice.refusal_reason is not None:
            draft.refusal_reason = choice.refusal_reason
            return []
        wanted = excerpts_before_stop(choice.excerpts, draft.question.sampling.stop)
        excerpts = excerpts_within(
            wanted, draft.question.sampling.max_tokens, count_tokens=self._count_tokens
        )
        draft.finish_extracting(is_cut_short=len(excerpts) < len(wanted))
        if listed is not None:
            draft.listed = listed = replace(listed, excerpts=excerpts)
        heading = draft.add_line(listed.heading) if listed and listed.heading else []
        quoted = [event for excerpt in self._verified(excerpts) for event in draft.add_excerpt(excerpt)]
        ending = listed.ending(draft.language) if listed else None
        return [*heading, *quoted, *(draft.add_line(ending) if ending else [])]

    def _choose(self, draft: Draft) -> Choice:
        on_request = choice_on_request(draft)
        listing = draft.understanding.listing
        is_list = listing is not None and listing.kind == "list"
        each = self._judge.choose_each(draft.query, draft.found) if is_list else []
        if len(each) > 1:  # one article alone is answered like any other question
            draft.listed = Listed(excerpts=each[:MOST_ARTICLES], number=len(each))
            draft.understanding = draft.understanding.of_kind("digest")
            return Choice(tuple(draft.listed.excerpts))
        return on_request or new_first(draft, self._judge.choose(draft.query, draft.found))

    def _verified(self, excerpts: Sequence[Excerpt]) -> Sequence[Excerpt]:
        """Return the excerpts with verdicts. The cross-encoder reads each sentence with its quote."""
        if self._claim_judge is None or not excerpts:
            return excerpts
        pairs = [(sentence, excerpt.quote.text) for excerpt in excerpts for sentence in excerpt.sentences]
        support = iter(self._claim_judge.judge(pairs)[:, 0].tolist())
        return [_with_support(excerpt, min(next(support) for _ in excerpt.sentences)) for excerpt in excerpts]


def _with_support(excerpt: Excerpt, probability: float) -> Excerpt:
    verdict: Verdict = "supported" if probability >= _VERBATIM else "unchecked"
    checks = {**excerpt.quote.checks, "meaning": round(probability, 4)}
    return replace(excerpt, quote=replace(excerpt.quote, verdict=verdict, checks=checks))
