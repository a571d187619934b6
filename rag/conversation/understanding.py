"""The first step of an answer: understand what a question asks, from its words and the turns before it."""

from dataclasses import dataclass, replace

from embeddings.encoder import Encoder
from rag.conversation.follow_ups import last_exchange, may_follow_up, with_topic
from rag.conversation.languages import question_language
from rag.conversation.listings import Listing, listing_of
from rag.conversation.question import Question
from rag.conversation.rewriting import Rewriting, self_contained
from rag.conversation.short_turns import Request, request_of
from rag.errors import BadRequest
from rag.language_model.protocol import LanguageModel
from rag.understood import QuestionKind, Understood
from rag.validation import validated


@dataclass(frozen=True)
class LastAnswer:
    """The answer that a follow-up is about, without its markers, and what the follow-up asks about it.

    Without a `request`, the follow-up is a question of its own on the same topic. If it may also be on
    another topic, `completed` is the question with the topic.
    """

    text: str
    request: Request | None = None
    completed: str | None = None


@dataclass(frozen=True)
class Understanding:
    """What a question asks, how it was completed from the turns before it, and the answer it is about.

    `listing` is there if it may ask for several articles.
    """

    understood: Understood
    rewriting: Rewriting
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
        question = replace(question, text=text)
        return Understanding(
            self._understood(question, rewriting),
            rewriting,
            last_answer=self._last_answer(question, rewriting),
            listing=listing_of(rewriting.text),
        )

    def validated(self, text: str, *, field: str = "question") -> str:
        """Return a question without the white space around it, or raise an error that names the field."""
        return validated(text, field=field, maximum=self._max_characters)

    def _understood(self, question: Question, rewriting: Rewriting) -> Understood:
        return Understood(
            query=rewriting.text,
            language=question_language(question, query=rewriting.text),
            kind="question" if rewriting.text == question.text else "follow_up",
        )

    def _last_answer(self, question: Question, rewriting: Rewriting) -> LastAnswer | None:
        """Return the answer that a question may be about; None if it clearly has another topic."""
        exchange = last_exchange(question.turns) if may_follow_up(question.text, question.turns) else None
        if exchange is None:
            return None
        completed = with_topic(question.text, question.turns) if rewriting.text == question.text else None
        is_usable = completed is not None and self._is_usable(completed)
        return LastAnswer(exchange[1], request_of(question.text), completed if is_usable else None)

    def _is_usable(self, text: str) -> bool:
        """Whether a rewritten question is valid and short enough for the encoder."""
        try:
            self.validated(text)
        except BadRequest:
            return False
        return self._encoder.count_tokens([text])[0] <= self._encoder.max_tokens
