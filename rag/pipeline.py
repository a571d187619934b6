"""From a question to an answer with citations: the stages, in order."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from opentelemetry import trace

from embeddings.encoder import Encoder
from embeddings.remembering import RememberingEncoder
from rag.answering.draft import Draft
from rag.answering.events import Answered, Event, HitsFound, TextWritten, WritingFailed
from rag.answering.extractive import before_stop, best_sentences, within
from rag.answering.refusal import answer_refusal, relevance_refusal
from rag.citations import Marks, numbers
from rag.conversation.rewriting import Rewriting, self_contained
from rag.corpus.protocol import NO_FILTERS, Corpus
from rag.datatypes import Answer, AnswerMode, Filters, Hit, SearchMode, Turn, UnsupportedPolicy
from rag.errors import BadRequest, LanguageModelContextExceeded, LanguageModelError
from rag.lanes import Lane
from rag.language_model.protocol import USUAL_SAMPLING, LanguageModel, Sampling, TextPart, Usage
from rag.listeners import Listener, Searched
from rag.prompts import INSTRUCTION_TOKENS, PASSAGE_FRAME_TOKENS, Frame, build_messages, draw_frame
from rag.search.reranking import Reranking
from rag.search.retrieval import Found, Query, search
from rag.text.languages import detect_language, written_words
from rag.validation import language_tag, validated
from rag.verification.attribution import attribute, without_markup
from rag.verification.claims import Sentence, SentenceReader, UsualMarkers
from rag.verification.evidence import Evidence

logger = logging.getLogger(__name__)

# Of the passages that were answered from lately; some 20 MB.
_REMEMBERED_SENTENCES = 10_000

# For the search that an answer begins with.
_LONGEST_WAIT_SECONDS = 5.0

# In shorter sentences the language is a guess. Bytes of their letters: nine Chinese ones say as much as 25
# Latin ones.
_DETECTABLE_BYTES = 25

# A follow-up of fewer words ("Et quand?") does not tell its language.
_TELLING_WORDS = 3


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked after which `turns`, and how it is to be answered.

    `sampling` limits verbatim answers too; `marks` are written behind each claim. `is_append_only` asks that
    nothing told be taken back: where a language model fails in the middle, its sentences so far are the
    answer.
    """

    text: str
    turns: tuple[Turn, ...] = ()
    filters: Filters = NO_FILTERS
    top_k: int | None = None
    language: str | None = None
    mode: AnswerMode = "auto"
    sampling: Sampling = USUAL_SAMPLING
    marks: Marks = numbers
    is_append_only: bool = False


OnFailure = Callable[[str], object]


class Pipeline:
    """Answers questions from a corpus; safe for many at once. `listeners` are told of what was asked.

    So many `threads` work on answers; a language model is waited for in none of them.
    """

    def __init__(
        self,
        *,
        corpus: Corpus,
        encoder: Encoder,
        reranking: Reranking | None = None,
        language_model: LanguageModel | None = None,
        top_k: int = 8,
        max_question_characters: int = 2000,
        max_prompt_tokens: int = 7000,
        unsupported: UnsupportedPolicy = "flag",
        answer_timeout_seconds: float = 90.0,
        threads: int = 1,
    ) -> None:
        self.corpus = corpus
        self.encoder = encoder
        self._sentence_encoder = RememberingEncoder(encoder, capacity=_REMEMBERED_SENTENCES)
        self.reranking = reranking
        self.language_model = language_model
        self.top_k = top_k
        self.listeners: list[Listener] = []
        self._max_question_characters = max_question_characters
        self._max_prompt_tokens = max_prompt_tokens
        self._unsupported = unsupported
        self._answer_timeout_seconds = answer_timeout_seconds
        self._lane = Lane(threads=threads, longest_wait_seconds=_LONGEST_WAIT_SECONDS)

    def search(self, question: Question, *, mode: SearchMode = "hybrid") -> Found:
        """Return the passages that matter for a question."""
        query = self._query(question, field="query")
        found = self._search(query, mode=mode)
        for listener in self.listeners:
            listener(Searched(query.text, found))
        return found

    def undated_left_out(self, filters: Filters) -> int:
        """Count the articles that a range of days leaves out because they have no date."""
        return self.corpus.counts(filters).undated_left_out if filters.has_dates else 0

    async def answer(self, question: Question, *, on_failure: OnFailure = logger.warning) -> Answer:
        """Answer a question, or refuse; `on_failure` is told why the language model did not write it.

        Raises:
            BadRequest: the question cannot be asked.
            Overloaded: too many are asked at once.
        """
        async for event in self.stream(question):
            if isinstance(event, WritingFailed):
                on_failure(str(event.error))
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("a stream ends with its answer")

    async def stream(self, question: Question) -> AsyncGenerator[Event]:
        """Answer a question piece by piece: search, decide, write, cite.

        The texts written, joined, are the answer's text, unless `WritingFailed` came between. A language
        model that is not done within the time of an answer has failed, and what is left takes no more time
        than a verbatim answer.
        """
        ends = asyncio.get_running_loop().time() + self._answer_timeout_seconds
        question = replace(question, sampling=replace(question.sampling, ends=ends))
        language_model = self._language_model(question.mode)
        rewriting = await self._self_contained(question, language_model)
        draft = await self._lane.begin(partial(self._begin, question, rewriting))
        yield HitsFound(draft.found.hits)
        if draft.refusal_reason is None and language_model is not None:
            is_told = False
            try:
                async for event in self._write(draft, language_model, question.sampling):
                    is_told = True
                    yield event
            except LanguageModelError as error:
                if is_told and question.is_append_only:
                    draft.end_early(language_model, degraded=error.reason)
                else:
                    draft.start_over(degraded=error.reason)
                yield WritingFailed(error)
        if draft.refusal_reason is None and draft.model is None:
            for event in await self._lane.go_on(partial(self._extract, draft, question.sampling)):
                yield event
        if rewriting.failure is not None and draft.model is None and draft.degraded is None:
            draft.degraded = rewriting.failure.reason
            yield WritingFailed(rewriting.failure)
        if draft.refusal_reason is not None:
            yield TextWritten(draft.refuse())
        answer = draft.answer()
        for listener in self.listeners:
            listener(answer)
        yield Answered(answer)

    async def _self_contained(self, question: Question, language_model: LanguageModel | None) -> Rewriting:
        """Return the question as it can be understood without the turns before it."""
        text = validated(question.text, field="question", maximum=self._max_question_characters)
        return await self_contained(
            text,
            question.turns,
            language_model=language_model,
            is_usable=self._is_usable,
            ends=question.sampling.ends,
        )

    def _is_usable(self, text: str) -> bool:
        """Whether a text that Kutip put in a question's place can be asked."""
        try:
            validated(text, field="question", maximum=self._max_question_characters)
        except BadRequest:
            return False
        return self.encoder.count_tokens([text])[0] <= self.encoder.max_tokens

    def _begin(self, question: Question, rewriting: Rewriting) -> Draft:
        """Search, and decide whether what was found may carry an answer."""
        started = time.perf_counter() - (rewriting.milliseconds or 0) / 1000
        query = self._query(replace(question, text=rewriting.text), field="question")
        language = _answer_language(question, query)
        found = self._search(query, mode="hybrid")
        draft = Draft(
            question=question.text.strip(),
            query=query,
            language=language,
            found=found,
            started=started,
            rewriting=rewriting,
            marks=question.marks,
        )
        draft.refusal_reason = relevance_refusal(query, found, encoder_name=self.encoder.name)
        if draft.refusal_reason == "no_hits":
            draft.refusal_reason = self._why_no_hits(query.filters)
        draft.undated_left_out = self.undated_left_out(query.filters)
        return draft

    def _search(self, query: Query, *, mode: SearchMode) -> Found:
        # An error may hold the query, and the span of the request tells of one.
        tracer = trace.get_tracer(__name__)
        with tracer.start_as_current_span(
            "retrieval", record_exception=False, set_status_on_exception=False
        ) as span:
            span.set_attribute("gen_ai.operation.name", "retrieval")
            span.set_attribute("gen_ai.request.top_k", query.top_k)
            found = search(self.corpus, self.encoder, query, mode=mode, reranking=self.reranking)
            span.set_attribute("kutip.hits", len(found.hits))
        return found

    async def _write(
        self, draft: Draft, language_model: LanguageModel, sampling: Sampling
    ) -> AsyncIterator[Event]:
        """Let the language model write from as much of the evidence as it can read."""
        hits = await self._lane.go_on(partial(self._fitting, draft))
        while True:
            draft.evidence_left_out = len(draft.found.hits) - len(hits)
            try:
                async for event in self._write_from(hits, draft, language_model, sampling):
                    yield event
                return
            except LanguageModelContextExceeded:
                if len(hits) == 1:
                    raise
                hits = hits[: len(hits) // 2]

    async def _write_from(
        self, hits: Sequence[Hit], draft: Draft, language_model: LanguageModel, sampling: Sampling
    ) -> AsyncIterator[Event]:
        """Let the language model write; check and cite each sentence as soon as it is complete.

        Nothing is given out before the first sentence that the evidence has to do with, so that an answer
        without any can still become a refusal or verbatim sentences.
        """
        texts = _untrusted(draft.query.text, hits)
        frame = draw_frame(texts)
        messages = build_messages(draft.query.text, language=draft.language, evidence=hits, frame=frame)
        usual_markers = UsualMarkers(len(hits), tuple(texts))
        reader = SentenceReader(frame, language=draft.language, usual_markers=usual_markers)
        evidence = Evidence(hits, encoder=self._sentence_encoder)
        preparing = asyncio.ensure_future(self._lane.go_on(evidence.prepare))
        waiting: list[Event] = []
        try:
            stop, sampling = _held_back(sampling, frame, len(hits))
            async for sentence in _sentences(language_model.stream(messages, sampling), reader, draft):
                if any(end in sentence.lead + sentence.text for end in stop):
                    break
                await asyncio.shield(preparing)
                waiting += await self._lane.go_on(partial(self._cite, draft, sentence, evidence))
                if draft.has_related_claim:
                    for event in waiting:
                        yield event
                    waiting = []
        finally:
            preparing.cancel()
        draft.finish_writing(language_model, is_refusal=reader.is_refusal)
        if not draft.refusal_reason:
            for event in waiting:
                yield event

    def _fitting(self, draft: Draft) -> Sequence[Hit]:
        """Return the first hits that fit into the prompt, at least one; tokens as the encoder counts them."""
        hits = draft.found.hits
        lengths = self.encoder.count_tokens(_untrusted(draft.query.text, hits))
        left = self._max_prompt_tokens - INSTRUCTION_TOKENS - lengths[0]
        for place in range(len(hits)):
            left -= sum(lengths[1 + place * 3 : 4 + place * 3]) + PASSAGE_FRAME_TOKENS
            if left < 0:
                return hits[: max(1, place)]
        return hits

    def _cite(self, draft: Draft, sentence: Sentence, evidence: Evidence) -> list[Event]:
        if not sentence.is_claim or not any(map(str.isalnum, without_markup(sentence.text))):
            return [] if draft.closes_dropped_row(sentence) else draft.add_unclaimed(sentence)
        language = _language_of(sentence.text, draft)
        attribution = attribute(sentence, evidence=evidence, language=language)
        is_dropped = self._unsupported == "drop" and attribution.verdict != "supported"
        if is_dropped and not attribution.is_refusal:
            draft.drop(sentence)
            return []
        return draft.add_attributed(sentence, attribution)

    def _extract(self, draft: Draft, sampling: Sampling) -> list[Event]:
        """Answer with verbatim sentences of the best hits, unless none of them answers."""
        extract = best_sentences(draft.query, draft.found, encoder=self._sentence_encoder)
        draft.refusal_reason = answer_refusal(
            draft.query, draft.found, extract, encoder_name=self.encoder.name
        )
        if draft.refusal_reason is not None:
            return []
        wanted = before_stop(extract.runs, sampling.stop)
        runs = within(wanted, sampling.max_tokens, count_tokens=self.encoder.count_tokens)
        draft.is_cut_short = len(runs) < len(wanted)
        return [event for run in runs for event in draft.add_run(run)]

    def _query(self, question: Question, *, field: str) -> Query:
        text = validated(question.text, field=field, maximum=self._max_question_characters)
        return Query(
            text=text,
            language=detect_language(text),
            filters=question.filters,
            top_k=question.top_k or self.top_k,
        )

    def _language_model(self, mode: AnswerMode) -> LanguageModel | None:
        if mode == "llm" and self.language_model is None:
            raise BadRequest(
                "mode 'llm' needs a language model: set KUTIP_LLM_MODEL, or ask with mode 'extractive'.",
                field="mode",
            )
        return None if mode == "extractive" else self.language_model

    def _why_no_hits(self, filters: Filters) -> str:
        is_empty = filters == NO_FILTERS or self.corpus.counts().articles == 0
        return "empty_corpus" if is_empty else "filters_leave_nothing"


def _held_back(sampling: Sampling, frame: Frame, evidence_count: int) -> tuple[tuple[str, ...], Sampling]:
    """Return the stops that a marker holds, and the sampling without them: they would cut our markers."""
    markers = frame.refusal + "".join(frame.marker(number) for number in range(1, evidence_count + 1))
    ours = tuple(stop for stop in sampling.stop if stop in markers)
    return ours, replace(sampling, stop=tuple(stop for stop in sampling.stop if stop not in ours))


async def _sentences(
    parts: AsyncIterator[TextPart | Usage], reader: SentenceReader, draft: Draft
) -> AsyncIterator[Sentence]:
    """Yield each sentence of a language model's text once it is complete."""
    async for part in parts:
        if isinstance(part, Usage):
            draft.usage = part
            continue
        for sentence in reader.feed(part.text):
            yield sentence
    for sentence in reader.finish():
        yield sentence


def _untrusted(question: str, hits: Sequence[Hit]) -> list[str]:
    """Return the texts that stand in the prompt and are not ours: the question, then three of each hit."""
    return [question, *(part for hit in hits for part in (hit.title, hit.outlet or "", hit.text))]


def _language_of(text: str, draft: Draft) -> str:
    """Return the language of a sentence, that of the answer unless it plainly is another."""
    expected = {draft.language, "en", *(hit.language for hit in draft.found.hits)}
    letters = "".join(filter(str.isalpha, text)).encode()
    detected = detect_language(text) if len(letters) >= _DETECTABLE_BYTES else draft.language
    return detected if detected in expected else draft.language


def _answer_language(question: Question, query: Query) -> str:
    """Return the language asked for, else the question's, or the query's where it is too short to tell."""
    if question.language:
        return language_tag(question.language)
    if question.text.strip() == query.text or len(written_words(question.text)) < _TELLING_WORDS:
        return query.language
    return detect_language(question.text)
