"""The first step of an answer: understand what a question asks, from its words and the turns before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from embeddings.encoder import Encoder
from rag.conversation.asked_language import AskedLanguage, asked_language
from rag.conversation.chat_requests import asks_no_article
from rag.conversation.follow_ups import last_exchange, may_follow_up, meaningful_words
from rag.conversation.languages import question_language
from rag.conversation.listings import Listing, listing_of
from rag.conversation.question import Question
from rag.conversation.rewriting import Rewriting, completed_by_rule, self_contained
from rag.conversation.short_turns import Request, is_remark, request_of, without_correction
from rag.conversation.small_talk import small_talk
from rag.conversation.time_of_turns import with_time
from rag.conversation.times import asks_for_now, asks_for_recent, without_recency, without_time
from rag.corpus.protocol import Corpus
from rag.datatypes import Turn
from rag.errors import BadRequest
from rag.language_model.protocol import LanguageModel
from rag.understood import QuestionKind, Understood
from rag.validation import validated
from rag.worker_pools import WorkerPool

# A question rarely depends on more turns than these, and each turn takes time to read.
_TURNS_READ = 20


@dataclass(frozen=True)
class LastAnswer:
    """The answer that a follow-up is about, without its markers, and what the follow-up asks about it.

    Without a `request`, the follow-up is a question of its own on the same topic. If it may also be on
    another topic, `completed` is the question with the topic.
    """

    text: str
    request: Request | None = None
    completed: Rewriting | None = None


@dataclass(frozen=True)
class Understanding:
    """What a question asks, how it was completed from the turns before it, and the answer it is about.

    `untimed` is the query without its words for a time, if there are any. `listing` is there if the question
    may ask for several articles.
    """

    understood: Understood
    rewriting: Rewriting
    untimed: str | None = None
    last_answer: LastAnswer | None = None
    listing: Listing | None = None

    def of_kind(self, kind: QuestionKind) -> "Understanding":
        """Return the same understanding, but of a question of another kind."""
        return replace(self, understood=replace(self.understood, kind=kind))

    def searched_for(self, query: str) -> "Understanding":
        """Return the same understanding, but of a follow-up that was completed as `query`."""
        if query == self.understood.query:
            return self
        return replace(self, understood=replace(self.understood, query=query, kind="follow_up"))


class Understander:
    """Understands questions.

    A question may have `max_characters`. If it is completed from the turns before it, the completed question
    must also be short enough for the `encoder`.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder, *, pool: WorkerPool, max_characters: int) -> None:
        self._corpus = corpus
        self._encoder = encoder
        self._pool = pool
        self._max_characters = max_characters

    async def understand(self, question: Question, language_model: LanguageModel | None) -> Understanding:
        """Return what a question asks. A language model, if there is one, rewrites follow-ups.

        Raises:
            BadRequest: the question is not valid.
            PayloadTooLarge: the question is too long.
            Overloaded: too many questions are asked at the same time.
        """
        question = replace(question, text=self.validated(question.text), turns=self._readable(question.turns))
        if question.turns:
            question = replace(question, text=without_correction(question.text))
        asked = asked_language(question.text)
        if asked is not None:
            return await self._in_language(asked, question, language_model)
        return await self._understand(question, language_model)

    async def _in_language(
        self, asked: AskedLanguage, question: Question, language_model: LanguageModel | None
    ) -> Understanding:
        """Understand the rest of the turn, or the last question, for an answer in another language."""
        last = None if asked.rest else last_exchange(question.turns)
        if asked.rest:
            question = replace(question, text=asked.rest)
        elif last is not None:
            place, _ = last
            question = replace(question, text=question.turns[place].text, turns=question.turns[:place])
        understanding = await self._understand(question, language_model)
        understood = replace(understanding.understood, language=asked.tag)
        if not asked.rest and last is None:  # there is no answer that could be in another language
            understood = replace(understood, kind="not_a_question")
        if last is not None and understood.kind == "question":
            understood = replace(understood, kind="follow_up")
        return replace(understanding, understood=understood)

    async def _understand(self, question: Question, language_model: LanguageModel | None) -> Understanding:
        talk = small_talk(question.text)
        if talk is None and _says_nothing(question):
            talk = ()
        if talk is not None:
            rewriting = Rewriting(text=question.text)
        else:
            rewriting = await self_contained(
                question.text,
                question.turns,
                language_model=None if question.mode == "extractive" else language_model,
                is_usable=self._is_usable,
                deadline=question.sampling.deadline,
            )
        work = partial(self._understanding, question, rewriting, talk)
        return await self._pool.run_or_refuse(work)

    def validated(self, text: str, *, field: str = "question") -> str:
        """Return a question without the white space around it, or raise an error that names the field."""
        return validated(text, field=field, maximum=self._max_characters)

    def _readable(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        """Return the last turns; those of the user are cut to the length of a question.

        The time to understand a question must not grow with the whole conversation.
        """
        return tuple(
            replace(turn, text=turn.text[: self._max_characters]) if turn.role == "user" else turn
            for turn in turns[-_TURNS_READ:]
        )

    def _understanding(
        self, question: Question, rewriting: Rewriting, talk: tuple[str, ...] | None
    ) -> Understanding:
        language = question_language(
            question, query=rewriting.text, corpus_languages=self._corpus_languages, among=talk or ()
        )
        if talk is not None:
            return Understanding(
                Understood(query=question.text, language=language, kind="not_a_question"), rewriting
            )
        now = (question.now or datetime.now().astimezone()).date()
        understood = self._understood(question, rewriting, language, now)
        untimed = _untimed(understood, now)
        return Understanding(
            understood,
            rewriting,
            untimed,
            last_answer=self._last_answer(question, rewriting),
            listing=_listing(untimed or understood.query, understood),
        )

    def _understood(self, question: Question, rewriting: Rewriting, language: str, now: date) -> Understood:
        timed = with_time(question.text, rewriting.text, question.turns, language=language, now=now)
        is_of_now = timed.query != question.text and asks_for_now(question.text)
        return Understood(
            query=timed.query if self._is_usable(timed.query) else rewriting.text,
            language=language,
            time=timed.time,
            recency=asks_for_recent(question.text) or is_of_now,
            kind="question" if timed.query == question.text else "follow_up",
        )

    def _corpus_languages(self) -> list[str]:
        return [found.value for found in self._corpus.filter_values().languages]

    def _last_answer(self, question: Question, rewriting: Rewriting) -> LastAnswer | None:
        """Return the answer that a question may be about; None if it clearly has another topic."""
        exchange = last_exchange(question.turns) if may_follow_up(question.text, question.turns) else None
        if exchange is None:
            return None
        is_complete = rewriting.text != question.text
        completed = None if is_complete else completed_by_rule(question.text, question.turns, self._is_usable)
        return LastAnswer(exchange[1], request_of(question.text), completed)

    def _is_usable(self, text: str) -> bool:
        """Whether a rewritten question is valid and short enough for the encoder."""
        try:
            self.validated(text)
        except BadRequest:
            return False
        return self._encoder.count_tokens([text])[0] <= self._encoder.max_tokens


def _says_nothing(question: Question) -> bool:
    """Whether a turn asks neither the articles nor for more or less of an answer before it."""
    is_first = not question.turns
    is_left_open = is_first and request_of(question.text) in ("more", "less")
    return is_left_open or is_remark(question.text) or asks_no_article(question.text, is_first=is_first)


def _listing(text: str, understood: Understood) -> Listing | None:
    """Return the listing that a question asks for; one without a topic needs a time: "berita hari ini"."""
    listing = listing_of(text)
    has_time = understood.time is not None or understood.recency
    is_enough = listing is None or listing.topic or listing.kind == "count" or has_time
    return listing if is_enough else None


def _untimed(understood: Understood, now: date) -> str | None:
    text = understood.query
    if understood.time is not None:
        text = without_time(text, language=understood.language, now=now)
    if understood.recency:
        text = without_recency(text)
    return text if text != understood.query and meaningful_words(text) else None
