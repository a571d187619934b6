"""An answer while it is being made."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass, field, replace

from rag.answering.best_sentences import Excerpt
from rag.answering.events import ClaimCited, Event, TextWritten
from rag.answering.listing import Listed
from rag.answering.true_reason import true_reason
from rag.citations import Composer, Quote
from rag.conversation.question import Question
from rag.conversation.understanding import Understanding
from rag.datatypes import Answer, Hit, Verdict
from rag.errors import LanguageModelUncited
from rag.language_model.protocol import LanguageModel, Usage, total_usage
from rag.reply_texts import refusal_sentence
from rag.search.retrieval import Query, SearchResult
from rag.verification.attribution import Attribution
from rag.verification.claims import Sentence


@dataclass
class Draft:
    """An answer while it is being made. `language` is the language of the answer.

    `quoted` is the passage that the last answer of the conversation quotes, if the question may be about it.
    `listed` are the articles of a digest or a count. If there is a `refusal_text`, the refusal consists of it
    instead of the usual sentence. The draft is finished when an answer method has added all of its text.
    """

    question: Question
    understanding: Understanding
    _: KW_ONLY
    query: Query
    language: str
    found: SearchResult
    started: float
    quoted: Hit | None = None
    listed: Listed | None = None
    composer: Composer = field(init=False)
    found_at: float = field(init=False)
    model: str | None = None
    usage: Usage | None = None
    degraded: str | None = None
    refusal_reason: str | None = None
    refusal_text: str | None = None
    undated_left_out: int = 0
    evidence_left_out: int = 0
    has_related_claim: bool = False
    is_refused_in_words: bool = False
    has_dropped_row: bool = False
    is_cut_short: bool = False
    is_finished: bool = False

    def __post_init__(self) -> None:
        self.composer = self._new_composer()
        self.found_at = time.perf_counter()

    def _new_composer(self) -> Composer:
        return Composer(
            self.question.citation_markers,
            has_silent_contradictions=self.question.has_silent_contradictions,
        )

    @property
    def is_complete(self) -> bool:
        """Whether the draft is complete: there is an answer, or a reason to refuse."""
        return self.is_finished or self.refusal_reason is not None

    @property
    def may_be_written(self) -> bool:
        """Whether a language model may write the answer. It cannot count the articles of the corpus."""
        return self.listed is None or self.listed.heading is None

    @property
    def task(self) -> str:
        """What a language model is asked: the completed question, and a request about its answer."""
        last_answer = self.understanding.last_answer
        if self.listed is not None:
            return self.understanding.understood.query
        is_on_answer = last_answer is not None and last_answer.request in ("more", "less")
        return f"{self.query.text}\n{self.question.text}" if is_on_answer else self.query.text

    def add(
        self,
        text: str,
        quotes: Sequence[Quote],
        *,
        lead: str,
        verdict: Verdict = "unchecked",
        checks: Mapping[str, bool | float] | None = None,
    ) -> list[Event]:
        """Add a sentence, and return its events.

        `verdict` and `checks` apply to a sentence without quotes.
        """
        claims, citations = len(self.composer.claims), len(self.composer.citations)
        written = self.composer.add(text, quotes, lead=lead, verdict=verdict, checks=checks)
        cited = self.composer.citations[citations:]
        return [TextWritten(written), *(ClaimCited(claim, cited) for claim in self.composer.claims[claims:])]

    def add_line(self, text: str) -> list[Event]:
        """Add a text of Kutip's own on its own line."""
        return [TextWritten(self.composer.add_unclaimed(text, lead="\n"))]

    def add_unclaimed(self, sentence: Sentence) -> list[Event]:
        """Add a text that claims nothing about the articles."""
        return [TextWritten(self.composer.add_unclaimed(sentence.text, lead=sentence.lead))]

    def drop(self, sentence: Sentence) -> None:
        """Leave out a sentence."""
        self.has_dropped_row = sentence.lead.rstrip().endswith("|")

    def closes_dropped_row(self, sentence: Sentence) -> bool:
        """Whether this is the bar at the end of a table row that was left out."""
        is_bar = self.has_dropped_row and sentence.text == "|"
        self.has_dropped_row = False
        return is_bar

    def add_attributed(self, sentence: Sentence, attribution: Attribution) -> list[Event]:
        """Add a sentence of the language model with its attribution."""
        if attribution.is_refusal:
            self.is_refused_in_words = True
            return self.add_unclaimed(sentence)
        self.has_related_claim |= attribution.is_related
        return self.add(
            sentence.text,
            attribution.quotes,
            lead=sentence.lead,
            verdict=attribution.verdict,
            checks=attribution.checks,
        )

    def add_excerpt(self, excerpt: Excerpt) -> list[Event]:
        """Add a quote on its own line. Each of its sentences is a claim."""
        leads = ("\n", *[" "] * (len(excerpt.sentences) - 1))
        return [
            event
            for sentence, lead in zip(excerpt.sentences, leads, strict=True)
            for event in self.add(sentence, [excerpt.quote], lead=lead)
        ]

    def add_usage(self, usage: Usage | None) -> None:
        """Add the tokens of another request to the usage."""
        self.usage = total_usage(self.usage, usage)

    def finish_writing(self, language_model: LanguageModel, *, is_refusal: bool) -> None:
        """Finish the answer, or the refusal, that the language model wrote.

        Raises:
            LanguageModelUncited: nothing that the language model wrote is about the evidence.
        """
        is_refusal |= self.is_refused_in_words
        if not self.composer.citations and not is_refusal and not self.has_related_claim:
            raise LanguageModelUncited(f"{language_model.name} wrote nothing about the evidence.")
        self.model = language_model.name
        self.is_finished = True
        # Text about the evidence has been sent already, so a refusal that the model adds does not count.
        if is_refusal and not self.composer.citations and not self.has_related_claim:
            self.composer = self._new_composer()
            self.refusal_reason = "evidence_does_not_answer"

    def end_early(self, language_model: LanguageModel, *, degraded: str) -> None:
        """Finish the answer with the sentences that the language model wrote before it failed."""
        self.model = language_model.name
        self.degraded = degraded
        self.is_cut_short = self.is_finished = True

    def finish_extracting(self, *, is_cut_short: bool) -> None:
        """Finish the answer. The caller adds the verbatim sentences afterwards."""
        self.is_cut_short = is_cut_short
        self.is_finished = True

    def start_over(self, *, degraded: str) -> None:
        """Remove all text. `degraded` is the reason."""
        self.composer = self._new_composer()
        self.has_related_claim = self.is_refused_in_words = False
        self.degraded = degraded

    @property
    def _shown_reason(self) -> str | None:
        if self.refusal_reason is None:
            return None
        return true_reason(self.refusal_reason, self.query, self._shown_hits)

    @property
    def _shown_hits(self) -> tuple[Hit, ...]:
        """The evidence, or for a refusal the nearest passages, whatever their time."""
        if self.refusal_reason is None or not self.found.other_times:
            return tuple(self.found.hits)
        nearest = sorted([*self.found.hits, *self.found.other_times], key=lambda hit: -hit.score)
        return tuple(replace(hit, rank=rank) for rank, hit in enumerate(nearest, start=1))

    def refuse_with(self, reason: str, text: str) -> None:
        """Refuse with a text that explains the reason."""
        self.refusal_reason, self.refusal_text = reason, text

    def refuse(self) -> str:
        """Write the refusal, which is not a claim and has no citations."""
        return self.composer.add_unclaimed(self.refusal_text or refusal_sentence(self.language))

    def answer(self) -> Answer:
        """Return the answer in its current state."""
        self.composer.number_contradictions()
        now = time.perf_counter()
        laps = {"write": _milliseconds(now - self.found_at), "total": _milliseconds(now - self.started)}
        rewriting = self.understanding.rewriting
        rewrite = {"rewrite": rewriting.milliseconds} if rewriting.milliseconds else {}
        usage = total_usage(self.usage, rewriting.usage)
        return Answer(
            id=uuid.uuid4().hex,
            question=self.question.text.strip(),
            query=self.query.text,
            understood=self.understanding.understood,
            language=self.language,
            answer=self.composer.text,
            is_refusal=self.refusal_reason is not None,
            refusal_reason=self._shown_reason,
            mode="extractive" if self.model is None else "llm",
            model=self.model,
            degraded=self.degraded,
            claims=tuple(self.composer.claims),
            citations=tuple(self.composer.citations),
            hits=self._shown_hits,
            conflicts=(),
            usage=asdict(usage) if usage else None,
            timings_ms={**rewrite, **self.found.timings_ms, **laps},
            evidence_left_out=self.evidence_left_out,
            undated_articles_left_out=self.undated_left_out,
            is_cut_short=self.is_cut_short,
            more=self.listed.more if self.listed else 0,
        )


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)
