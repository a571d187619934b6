"""The first step of an answer: understand what a question asks, from its words and the turns before it."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from embeddings.encoder import Encoder
from rag.conversation.follow_ups import meaningful_words
from rag.conversation.languages import question_language
from rag.conversation.question import Question
from rag.conversation.rewriting import Rewriting, self_contained
from rag.conversation.time_of_turns import with_time
from rag.conversation.times import asks_for_recent, without_recency, without_time
from rag.errors import BadRequest
from rag.language_model.protocol import LanguageModel
from rag.understood import Understood
from rag.validation import validated


@dataclass(frozen=True)
class Understanding:
    """What a question asks, and how it was completed from the turns before it.

    `untimed` is the query without its words for a time, if there are any.
    """

    understood: Understood
    rewriting: Rewriting
    untimed: str | None = None


class Understander:
    """Understands questions.

    A question may have `max_characters`. If it is completed from the turns before it, the completed question
    must also be short enough for the `encoder`.
    """

    def __init__(self, encoder: Encoder, *, max_characters: int) -> None:
        self._encoder = encoder
        self._max_characters = max_characters

    async def understand(self, question: Question, language_model: LanguageModel | None) -> Understanding:
        """Return what a question asks. A language model, if there is one, rewrites follow-ups.

        Raises:
            BadRequest: the question is not valid.
            PayloadTooLarge: the question is too long.
        """
        text = self.validated(question.text)
        rewriting = await self_contained(
            text,
            question.turns,
            language_model=None if question.mode == "extractive" else language_model,
            is_usable=self._is_usable,
            deadline=question.sampling.deadline,
        )
        now = (question.now or datetime.now().astimezone()).date()
        understood = self._understood(replace(question, text=text), rewriting, now)
        return Understanding(understood, rewriting, _untimed(understood, now))

    def validated(self, text: str, *, field: str = "question") -> str:
        """Return a question without the white space around it, or raise an error that names the field."""
        return validated(text, field=field, maximum=self._max_characters)

    def _understood(self, question: Question, rewriting: Rewriting, now: date) -> Understood:
        language = question_language(question, query=rewriting.text)
        timed = with_time(question.text, rewriting.text, question.turns, language=language, now=now)
        return Understood(
            query=timed.query if self._is_usable(timed.query) else rewriting.text,
            language=language,
            time=timed.time,
            recency=asks_for_recent(question.text),
            kind="question" if timed.query == question.text else "follow_up",
        )

    def _is_usable(self, text: str) -> bool:
        """Whether a rewritten question is valid and short enough for the encoder."""
        try:
            self.validated(text)
        except BadRequest:
            return False
        return self._encoder.count_tokens([text])[0] <= self._encoder.max_tokens


def _untimed(understood: Understood, now: date) -> str | None:
    text = understood.query
    if understood.time is not None:
        text = without_time(text, language=understood.language, now=now)
    if understood.recency:
        text = without_recency(text)
    return text if text != understood.query and meaningful_words(text) else None
