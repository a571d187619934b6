"""From a question to an answer with citations: the stages, in order."""

import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field

from anyio import to_thread

from embeddings.encoder import Encoder
from rag.attribution import quotes_for
from rag.citations import Composer, Quote
from rag.claims import Sentence, SentenceReader
from rag.corpus import NO_FILTERS, Corpus
from rag.datatypes import Answer, AnswerMode, Citation, Claim, Filters, Hit, SearchMode
from rag.errors import BadRequest, LanguageModelError, LanguageModelUncited, PayloadTooLarge
from rag.extractive import Run, best_sentences
from rag.language_model import LanguageModel, Usage
from rag.languages import detect_language
from rag.prompts import build_messages, draw_frame, refusal_sentence
from rag.refusal import answer_refusal, relevance_refusal
from rag.retrieval import Found, Query, hybrid_search, search

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, and how it is to be answered."""

    text: str
    filters: Filters = NO_FILTERS
    top_k: int | None = None
    language: str | None = None
    mode: AnswerMode = "auto"


@dataclass(frozen=True)
class HitsFound:
    """The evidence, before anything is written."""

    hits: Sequence[Hit]


@dataclass(frozen=True)
class TextWritten:
    """The next piece of the answer's text, markers in it."""

    text: str


@dataclass(frozen=True)
class ClaimCited:
    """A claim of the text written so far, with its citations."""

    claim: Claim
    citations: Sequence[Citation]


@dataclass(frozen=True)
class WritingFailed:
    """The language model failed; the answer that follows replaces what was written so far."""

    error: LanguageModelError


@dataclass(frozen=True)
class Answered:
    """The whole answer; always the last event."""

    answer: Answer


OnFailure = Callable[[str], object]

Event = HitsFound | TextWritten | ClaimCited | WritingFailed | Answered


class Pipeline:
    """Answers questions from a corpus; safe for many at once."""

    def __init__(
        self,
        *,
        corpus: Corpus,
        encoder: Encoder,
        language_model: LanguageModel | None = None,
        top_k: int = 8,
        max_question_characters: int = 2000,
    ) -> None:
        self.corpus = corpus
        self.encoder = encoder
        self.language_model = language_model
        self.top_k = top_k
        self._max_question_characters = max_question_characters

    def search(self, question: Question, *, mode: SearchMode = "hybrid") -> Found:
        """Return the passages that matter for a question."""
        return search(self.corpus, self.encoder, self._query(question, field="query"), mode=mode)

    def undated_left_out(self, filters: Filters) -> int:
        """Count the articles that a range of days leaves out because they have no date."""
        return self.corpus.counts(filters).undated_left_out if filters.has_dates else 0

    async def answer(self, question: Question, *, on_failure: OnFailure = logger.warning) -> Answer:
        """Answer a question, or refuse; `on_failure` is told why the language model did not write it.

        Raises:
            BadRequest: the question cannot be asked.
        """
        async for event in self.stream(question):
            if isinstance(event, WritingFailed):
                on_failure(str(event.error))
            if isinstance(event, Answered):
                return event.answer
        raise AssertionError("a stream ends with its answer")

    async def stream(self, question: Question) -> AsyncIterator[Event]:
        """Answer a question piece by piece: search, decide, write, cite.

        The texts written, joined, are the answer's text, unless `WritingFailed` came between.
        """
        language_model = self._language_model(question.mode)
        draft = await to_thread.run_sync(self._begin, question)
        yield HitsFound(draft.found.hits)
        if draft.refusal_reason is None and language_model is not None:
            try:
                async for event in self._write(draft, language_model):
                    yield event
            except LanguageModelError as error:
                draft.start_over(degraded=error.reason)
                yield WritingFailed(error)
        if draft.refusal_reason is None and draft.model is None:
            for event in await to_thread.run_sync(self._extract, draft):
                yield event
        if draft.refusal_reason is not None:
            yield TextWritten(draft.refuse())
        yield Answered(draft.answer())

    def _begin(self, question: Question) -> "_Draft":
        """Search, and decide whether what was found may carry an answer."""
        started = time.perf_counter()
        query = self._query(question, field="question")
        language = language_tag(question.language) if question.language else query.language
        found = hybrid_search(self.corpus, self.encoder, query)
        draft = _Draft(query=query, language=language, found=found, started=started)
        draft.refusal_reason = relevance_refusal(query, found, encoder_name=self.encoder.name)
        if draft.refusal_reason == "no_hits":
            draft.refusal_reason = self._why_no_hits(query.filters)
        draft.undated_left_out = self.undated_left_out(query.filters)
        return draft

    async def _write(self, draft: "_Draft", language_model: LanguageModel) -> AsyncIterator[Event]:
        """Let the language model write; cite each sentence as soon as it is complete.

        Nothing is given out before the first sentence that has a citation, so that an answer without any can
        still become a refusal or verbatim sentences.
        """
        hits, text = draft.found.hits, draft.query.text
        frame = draw_frame(
            [text, *(part for hit in hits for part in (hit.title, hit.outlet or "", hit.text))]
        )
        messages = build_messages(text, language=draft.language, evidence=hits, frame=frame)
        reader = SentenceReader(frame, language=draft.language)
        waiting: list[Event] = []
        async for part in language_model.stream(messages):
            if isinstance(part, Usage):
                draft.usage = part
                continue
            for sentence in reader.feed(part.text):
                waiting += await to_thread.run_sync(self._cite, draft, sentence)
            if draft.composer.citations:
                for event in waiting:
                    yield event
                waiting = []
        for sentence in reader.finish():
            waiting += await to_thread.run_sync(self._cite, draft, sentence)
        draft.finish_writing(language_model, is_refusal=reader.is_refusal)
        if draft.composer.citations:
            for event in waiting:
                yield event

    def _cite(self, draft: "_Draft", sentence: Sentence) -> list[Event]:
        quotes = quotes_for(sentence, hits=draft.found.hits, encoder=self.encoder)
        return draft.add(sentence.text, quotes, lead=sentence.lead)

    def _extract(self, draft: "_Draft") -> list[Event]:
        """Answer with verbatim sentences of the best hits, unless none of them answers."""
        extract = best_sentences(draft.query, draft.found, encoder=self.encoder)
        draft.refusal_reason = answer_refusal(
            draft.query, draft.found, extract, encoder_name=self.encoder.name
        )
        if draft.refusal_reason is not None:
            return []
        return [event for run in extract.runs for event in draft.add_run(run)]

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


@dataclass
class _Draft:
    """An answer while it is being made; `language` is the one to answer in."""

    query: Query
    language: str
    found: Found
    started: float
    composer: Composer = dataclass_field(default_factory=Composer)
    model: str | None = None
    usage: Usage | None = None
    degraded: str | None = None
    refusal_reason: str | None = None
    undated_left_out: int = 0

    def add(self, text: str, quotes: Sequence[Quote], *, lead: str) -> list[Event]:
        """Add a sentence; return what there is to tell of it."""
        claims, citations = len(self.composer.claims), len(self.composer.citations)
        events: list[Event] = [TextWritten(self.composer.add(text, quotes, lead=lead))]
        events += [
            ClaimCited(claim, self.composer.citations[citations:]) for claim in self.composer.claims[claims:]
        ]
        return events

    def add_run(self, run: Run) -> list[Event]:
        """Add a quote on a line of its own, each of its sentences a claim."""
        leads = ("\n", *[" "] * (len(run.sentences) - 1))
        return [
            event
            for sentence, lead in zip(run.sentences, leads, strict=True)
            for event in self.add(sentence, [run.quote], lead=lead)
        ]

    def finish_writing(self, language_model: LanguageModel, *, is_refusal: bool) -> None:
        """Take what the language model wrote as the answer, or as a refusal.

        Raises:
            LanguageModelUncited: it answered and cited nothing.
        """
        if not self.composer.citations and not is_refusal:
            raise LanguageModelUncited(f"{language_model.name} answered without citing any evidence.")
        self.model = language_model.name
        if not self.composer.citations:
            self.composer = Composer()
            self.refusal_reason = "evidence_does_not_answer"

    def start_over(self, *, degraded: str) -> None:
        """Forget what was written, because of `degraded`."""
        self.composer = Composer()
        self.degraded = degraded

    def refuse(self) -> str:
        """Write the sentence that refuses; it is no claim and has no citation."""
        return self.composer.add_unclaimed(refusal_sentence(self.language))

    def answer(self) -> Answer:
        """Return the answer as it stands."""
        elapsed = round((time.perf_counter() - self.started) * 1000, 2)
        return Answer(
            id=uuid.uuid4().hex,
            question=self.query.text,
            language=self.language,
            answer=self.composer.text,
            is_refusal=self.refusal_reason is not None,
            refusal_reason=self.refusal_reason,
            mode="extractive" if self.model is None else "llm",
            model=self.model,
            degraded=self.degraded,
            claims=tuple(self.composer.claims),
            citations=tuple(self.composer.citations),
            hits=tuple(self.found.hits),
            conflicts=(),
            usage=asdict(self.usage) if self.usage else None,
            timings_ms={**self.found.timings_ms, "total": elapsed},
            undated_articles_left_out=self.undated_left_out,
        )


def validated(text: str, *, field: str, maximum: int) -> str:
    """Return the question without the white space around it, if it can be asked.

    Raises:
        BadRequest: it is empty, holds no letter or digit, or holds a character that no text may hold.
        PayloadTooLarge: it is longer than `maximum` characters.
    """
    stripped = text.strip()
    if not stripped:
        raise BadRequest(f"The {field} is empty: write what you want to know.", field=field)
    if len(stripped) > maximum:
        raise PayloadTooLarge(
            f"The {field} has {len(stripped)} characters, the limit is {maximum}: shorten it.", field=field
        )
    check_characters(stripped, subject=f"The {field}", field=field)
    if not any(map(str.isalnum, stripped)):
        raise BadRequest(f"The {field} {stripped[:20]!r} holds no word: ask in words.", field=field)
    return stripped


def check_characters(text: str, *, subject: str, field: str) -> None:
    """Refuse NUL and lone surrogates, which cannot be stored or sent as UTF-8.

    Raises:
        BadRequest: `subject` holds one.
    """
    match = re.search("[\0\ud800-\udfff]", text)
    if match:
        raise BadRequest(
            f"{subject} holds U+{ord(match[0]):04X} at character {match.start()}, which no text may hold: "
            "remove it.",
            field=field,
        )


def language_tag(text: str) -> str:
    """Return a BCP 47 tag in its canonical case, in which articles and word lists name their language.

    Raises:
        BadRequest: it is no tag.

    >>> language_tag("ZH-hant-tw")
    'zh-Hant-TW'
    """
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,8}", text):
        raise BadRequest(
            f"The language {text[:20]!r} is no BCP 47 tag such as 'id' or 'zh-Hans'.", field="language"
        )
    primary, *others = text.lower().split("-")
    cases = {2: str.upper, 4: str.title}
    return "-".join([primary, *(cases.get(len(part), str)(part) for part in others)])
