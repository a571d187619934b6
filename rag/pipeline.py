"""From a question to an answer: understand → search → decide → write or extract → verify → cite.

Each stage is a line or two of `Pipeline.stream`. The answer methods (`rag/answering/`) write or extract
sentences, and verify and cite each one as soon as it is complete.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from functools import partial

from embeddings.caching import CachingEncoder
from embeddings.cross_encoder import ClaimJudge
from embeddings.encoder import Encoder
from rag.answering.draft import Draft
from rag.answering.events import Answered, Event, HitsFound, TextWritten, WritingFailed
from rag.answering.finder import Finder
from rag.answering.judge import ReadingJudge
from rag.answering.methods import AnswerMethods
from rag.answering.reviewer import ClaimReviewer
from rag.conversation.question import Question
from rag.conversation.understanding import Understander, Understanding
from rag.corpus.protocol import Corpus
from rag.datatypes import Answer, Filters, Hit, SearchMode, UnsupportedPolicy
from rag.language_model.protocol import LanguageModel
from rag.listeners import Listener, Searched
from rag.search.reranking import Reranking
from rag.search.retrieval import Query, SearchResult
from rag.search.traced import traced_search
from rag.text.languages import detect_language
from rag.validation import language_tag
from rag.verification.verifier import Verification
from rag.worker_pools import WorkerPool

__all__ = ["OnFailure", "Pipeline", "Question"]

logger = logging.getLogger(__name__)

_CACHED_SENTENCES = 10_000  # vectors of sentences of recently used passages; about 20 MB
_MAX_WAIT_SECONDS = 5.0  # for the search with which an answer begins

OnFailure = Callable[[str], object]


class Pipeline:
    """Answers questions from a corpus. Many questions may be asked at the same time.

    `claim_judge` verifies claims, and `reviewer` reviews those that it is unsure of. `threads` is the
    number of worker threads for answers. `listeners` are called after each search and answer.
    """

    def __init__(
        self,
        *,
        corpus: Corpus,
        encoder: Encoder,
        claim_judge: ClaimJudge | None = None,
        reranking: Reranking | None = None,
        reviewer: ClaimReviewer | None = None,
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
        self.claim_judge = claim_judge
        self.reranking = reranking
        self.reviewer = reviewer
        self.language_model = language_model
        self.top_k = top_k
        self.listeners: list[Listener] = []
        self._answer_timeout_seconds = answer_timeout_seconds
        self._pool = WorkerPool(threads=threads, max_wait_seconds=_MAX_WAIT_SECONDS)
        self._understander = Understander(
            corpus, encoder, pool=self._pool, max_characters=max_question_characters
        )
        caching = CachingEncoder(encoder, capacity=_CACHED_SENTENCES)
        judge = ReadingJudge(caching)
        self._finder = Finder(corpus, judge=judge, search=partial(self._search, mode="hybrid", rerank=True))
        self._methods = AnswerMethods(
            encoder=caching,
            claim_judge=claim_judge,
            reviewer=reviewer,
            judge=judge,
            pool=self._pool,
            max_prompt_tokens=max_prompt_tokens,
            unsupported=unsupported,
        )

    async def stream(self, question: Question) -> AsyncGenerator[Event]:
        """Answer a question, and yield events while the answer is made.

        The texts of the `TextWritten` events, joined, are the answer's text, unless a `WritingFailed` event
        comes in between. A language model that does not finish within the answer's time limit counts as
        failed. The verbatim answer that replaces its text takes no longer than usual.
        """
        deadline = asyncio.get_running_loop().time() + self._answer_timeout_seconds
        question = replace(question, sampling=replace(question.sampling, deadline=deadline))
        methods = self._methods.of(question.mode, self.language_model)
        understanding = await self._understander.understand(question, self.language_model)
        draft = await self._pool.run_or_refuse(partial(self._search_and_decide, question, understanding))
        yield HitsFound(draft.found.hits)
        for method in methods if draft.may_be_written else methods[-1:]:
            if not draft.is_complete:
                async for event in method.answer(draft):
                    yield event
        failure = understanding.rewriting.failure
        if failure is not None and draft.model is None and draft.degraded is None:
            draft.degraded = failure.reason
            yield WritingFailed(failure)
        if draft.refusal_reason is not None:
            yield TextWritten(draft.refuse())
        answer = draft.answer()
        for listener in self.listeners:
            listener(answer)
        yield Answered(answer)

    async def answer(self, question: Question, *, on_failure: OnFailure = logger.warning) -> Answer:
        """Answer a question, or refuse. If the language model fails, call `on_failure` with the reason.

        Raises:
            BadRequest: the question is not valid.
            Overloaded: too many questions are asked at the same time.
        """
        async for event in self.stream(question):
            if isinstance(event, WritingFailed):
                on_failure(str(event.error))
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("a stream must end with an answer")

    def search(
        self, question: Question, *, mode: SearchMode = "hybrid", rerank: bool | None = None
    ) -> SearchResult:
        """Return the best passages for a question; `rerank` is true by default if a reranker is set."""
        query = self._query(question, field="query")
        by_default = self.reranking is not None and self.reranking.reranker is not None
        found = self._search(query, mode=mode, rerank=by_default if rerank is None else rerank)
        for listener in self.listeners:
            listener(Searched(query.text, found))
        return found

    def verification_of(self, hits: Sequence[Hit]) -> Verification:
        """Return the verification of claims for an answer that is written from `hits`."""
        return self._methods.verifier.verification_of(hits)

    def undated_left_out(self, filters: Filters) -> int:
        """Return the number of articles that a range of days leaves out because they have no date."""
        return self.corpus.counts(filters).undated_left_out if filters.has_dates else 0

    def _search_and_decide(self, question: Question, understanding: Understanding) -> Draft:
        """Search, and decide whether the hits may contain an answer."""
        started = time.perf_counter() - (understanding.rewriting.milliseconds or 0) / 1000
        understood = understanding.understood
        query = replace(
            self._query(replace(question, text=understood.query), field="question"),
            language=understood.language,
            time=understood.time,
            recency=understood.recency,
            untimed=understanding.untimed,
            encoded=understanding.rewriting.encoded,
        )
        language = language_tag(question.language) if question.language else understood.language
        draft = partial(Draft, question, started=started)
        decided = self._finder.find(draft, understanding, query, language=language)
        decided.undated_left_out = self.undated_left_out(decided.query.filters)
        return decided

    def _query(self, question: Question, *, field: str) -> Query:
        text = self._understander.validated(question.text, field=field)
        return Query(
            text=text,
            language=detect_language(text),
            filters=question.filters,
            top_k=question.top_k or self.top_k,
        )

    def _search(self, query: Query, *, mode: SearchMode, rerank: bool) -> SearchResult:
        reranking = self.reranking if rerank else None
        return traced_search(self.corpus, self.encoder, query, mode=mode, reranking=reranking)
