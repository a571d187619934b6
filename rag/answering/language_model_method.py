"""The answer method with a language model. Each sentence is checked and cited as soon as it is complete."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial

from embeddings.encoder import Encoder
from rag.answering.draft import Draft
from rag.answering.events import Event, WritingFailed
from rag.answering.languages import sentence_language
from rag.answering.reviewer import ClaimReviewer
from rag.datatypes import Hit, UnsupportedPolicy
from rag.errors import LanguageModelContextExceeded, LanguageModelError, LanguageModelTimeout
from rag.language_model.protocol import LanguageModel, Sampling, TextPart, Usage
from rag.prompts import INSTRUCTION_TOKENS, PASSAGE_FRAME_TOKENS, Frame, build_messages, draw_frame
from rag.verification.attribution import without_markup
from rag.verification.claims import Sentence, SentenceReader, UsualMarkers
from rag.verification.evidence import source_names
from rag.verification.verifier import Verification, Verifier
from rag.worker_pools import WorkerPool


class LanguageModelMethod:
    """Lets a language model write the answer from as many of the hits as fit into its context.

    `reviewer` reviews the claims that the verifier is unsure of. `unsupported` is the policy for sentences
    that no evidence supports.
    """

    def __init__(
        self,
        language_model: LanguageModel,
        *,
        verifier: Verifier,
        reviewer: ClaimReviewer | None,
        encoder: Encoder,
        pool: WorkerPool,
        max_prompt_tokens: int,
        unsupported: UnsupportedPolicy,
    ) -> None:
        self._language_model = language_model
        self._verifier = verifier
        self._reviewer = reviewer
        self._count_tokens = encoder.count_tokens
        self._pool = pool
        self._max_prompt_tokens = max_prompt_tokens
        self._unsupported = unsupported

    async def answer(self, draft: Draft) -> AsyncIterator[Event]:
        """Add the text of the language model to the draft.

        If the language model fails, the draft is empty again. But if the question is append-only and text was
        sent already, the sentences so far are the answer.
        """
        is_text_sent = False
        try:
            async for event in self._write(draft):
                is_text_sent = True
                yield event
        except LanguageModelError as error:
            if is_text_sent and draft.question.is_append_only:
                draft.end_early(self._language_model, degraded=error.reason)
            else:
                draft.start_over(degraded=error.reason)
            yield WritingFailed(error)
            return
        if self._reviewer is not None and not draft.refusal_reason:
            for revised in await self._reviewer.review(draft):
                yield revised

    async def _write(self, draft: Draft) -> AsyncIterator[Event]:
        hits = await self._pool.run(partial(self._hits_that_fit, draft))
        while True:
            draft.evidence_left_out = len(draft.found.hits) - len(hits)
            try:
                async for event in self._write_from(hits, draft):
                    yield event
                return
            except LanguageModelContextExceeded:
                if len(hits) == 1:
                    raise
                hits = hits[: len(hits) // 2]

    async def _write_from(self, hits: Sequence[Hit], draft: Draft) -> AsyncIterator[Event]:
        """Let the language model write, and check and cite each sentence as soon as it is complete.

        No event is yielded before the first sentence that is about the evidence, so that an answer without
        such a sentence can still become a refusal or verbatim sentences.
        """
        texts = _untrusted(draft.task, hits)
        frame = draw_frame(texts)
        messages = build_messages(draft.task, language=draft.language, evidence=hits, frame=frame)
        usual_markers = UsualMarkers(len(hits), tuple(texts))
        reader = SentenceReader(frame, language=draft.language, usual_markers=usual_markers)
        verification = self._verifier.verification_of(hits)
        preparing = asyncio.ensure_future(self._pool.run(verification.prepare))
        waiting: list[Event] = []
        try:
            stop, sampling = _stops_in_markers(draft.question.sampling, frame, len(hits))
            parts = self._language_model.stream(messages, sampling)
            async for sentence in _sentences(parts, reader, draft):
                if any(end in sentence.lead + sentence.text for end in stop):
                    break
                await self._prepared(preparing, draft)
                waiting += await self._pool.run(partial(self._cite, draft, sentence, verification))
                if draft.has_related_claim:
                    for event in waiting:
                        yield event
                    waiting = []
        finally:
            preparing.cancel()
        draft.finish_writing(self._language_model, is_refusal=reader.is_refusal)
        if not draft.refusal_reason:
            for event in waiting:
                yield event

    async def _prepared(self, preparing: "asyncio.Future[None]", draft: Draft) -> None:
        """Wait until claims can be checked.

        Raises:
            LanguageModelTimeout: the answer's time limit is over.
        """
        deadline = draft.question.sampling.deadline
        try:
            async with asyncio.timeout_at(deadline):
                await asyncio.shield(preparing)
            is_late = deadline is not None and asyncio.get_running_loop().time() > deadline
        except TimeoutError:
            is_late = True
        if is_late:
            raise LanguageModelTimeout(
                f"The claims of {self._language_model.name} were not all checked within the answer's time "
                "limit: raise KUTIP_ANSWER_TIMEOUT_SECONDS or use fewer passages."
            )

    def _hits_that_fit(self, draft: Draft) -> Sequence[Hit]:
        """Return the first hits that fit into the prompt, at least one. The encoder counts the tokens."""
        hits = draft.found.hits
        left = self._max_prompt_tokens - INSTRUCTION_TOKENS - sum(self._count_tokens([draft.task]))
        for place, hit in enumerate(hits):
            left -= sum(self._count_tokens(_texts_of(hit))) + PASSAGE_FRAME_TOKENS
            if left < 0:
                return hits[: max(1, place)]
        return hits

    def _cite(self, draft: Draft, sentence: Sentence, verification: Verification) -> list[Event]:
        said = without_markup(sentence.text, sources=source_names(draft.found.hits))
        if not sentence.is_claim or not any(map(str.isalnum, said)):
            return [] if draft.closes_dropped_row(sentence) else draft.add_unclaimed(sentence)
        evidence = (hit.language for hit in draft.found.hits)
        language = sentence_language(sentence.text, answer=draft.language, evidence=evidence)
        attribution = verification.attribution(sentence, language=language)
        is_dropped = self._unsupported == "drop" and attribution.verdict in ("unsupported", "contradicted")
        if is_dropped and not attribution.is_refusal:
            draft.drop(sentence)
            return []
        return draft.add_attributed(sentence, attribution)


# A server may send a whole answer in one piece.
_READ_AT_ONCE = 2000


def _stops_in_markers(
    sampling: Sampling, frame: Frame, evidence_count: int
) -> tuple[tuple[str, ...], Sampling]:
    """Return the stop sequences that occur in a marker, and the sampling without them.

    The server would cut the answer at a marker that contains a stop sequence.
    """
    markers = frame.refusal + "".join(frame.marker(number) for number in range(1, evidence_count + 1))
    ours = tuple(stop for stop in sampling.stop if stop in markers)
    return ours, replace(sampling, stop=tuple(stop for stop in sampling.stop if stop not in ours))


async def _sentences(
    parts: AsyncIterator[TextPart | Usage], reader: SentenceReader, draft: Draft
) -> AsyncIterator[Sentence]:
    """Yield each sentence of a language model's text as soon as it is complete."""
    async for part in parts:
        if isinstance(part, Usage):
            draft.usage = part
            continue
        for start in range(0, len(part.text), _READ_AT_ONCE):
            for sentence in reader.feed(part.text[start : start + _READ_AT_ONCE]):
                yield sentence
            await asyncio.sleep(0)  # other requests wait for the event loop
    for sentence in reader.finish():
        yield sentence


def _untrusted(question: str, hits: Sequence[Hit]) -> list[str]:
    """Return the texts of others in the prompt: the question, then those of each hit."""
    return [question, *(text for hit in hits for text in _texts_of(hit))]


def _texts_of(hit: Hit) -> list[str]:
    """Return the texts of a hit in the prompt: title and heading if there are any, outlet, and text."""
    return [*hit.topics, hit.outlet or "", hit.text]
