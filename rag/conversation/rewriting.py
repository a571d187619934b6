"""Turns a follow-up into a self-contained question, with the language model or by rule."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.conversation.follow_ups import follows_up, last_exchange, recent, stands_alone, with_topic
from rag.conversation.short_turns import request_of
from rag.datatypes import Turn
from rag.errors import LanguageModelError
from rag.language_model.protocol import LanguageModel, Sampling, Usage, read_text
from rag.prompts import Frame, build_rewriting_messages, draw_frame
from rag.text.languages import words

logger = logging.getLogger(__name__)

# How many characters of a conversation the language model reads.
_MAX_CHARACTERS = 4000

# Short, because the rule can always complete the question instead.
_TIMEOUT_SECONDS = 15.0

# Whether a text can be a question: it is short enough and contains words.
IsUsable = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Rewriting:
    """A self-contained question; if a language model was called, its usage, failure and time.

    If the rule completed the question, `encoded` is the question with all words of its topic. The similarity
    of a hit then tells whether it is on the topic, even if the topic has no name.
    """

    text: str
    encoded: str | None = None
    usage: Usage | None = None
    failure: LanguageModelError | None = None
    milliseconds: float | None = None


async def self_contained(
    question: str,
    turns: Sequence[Turn],
    *,
    language_model: LanguageModel | None,
    is_usable: IsUsable,
    timeout_seconds: float = _TIMEOUT_SECONDS,
    deadline: float | None = None,
) -> Rewriting:
    """Return a question that can be understood without the turns before it.

    A question that stands on its own is returned unchanged. For a request for a longer or shorter answer, the
    question that was asked last is returned, and so for "when?" if that question was refused. If the language
    model fails or does not write a question, the rule completes the question. The language model may take
    `timeout_seconds`, but no more than half of the time left until `deadline`.
    """
    if not any(turn.role == "user" for turn in turns) or stands_alone(question):
        return Rewriting(text=question)
    asked_before = _question_before(question, turns, is_usable)
    if asked_before is not None:
        return asked_before
    started = time.perf_counter()
    text, usage, failure = None, None, None
    if language_model is not None:
        try:
            sampling = Sampling(deadline=_rewriting_deadline(timeout_seconds, deadline))
            text, usage = await _rewrite(question, turns, language_model, is_usable, sampling)
        except LanguageModelError as error:
            logger.warning("%s Kutip completes the question by rule instead.", error)
            failure = error
    return replace(
        Rewriting(text=text) if text else _by_rule(question, turns, is_usable),
        usage=usage,
        failure=failure,
        milliseconds=round((time.perf_counter() - started) * 1000, 2),
    )


def _question_before(question: str, turns: Sequence[Turn], is_usable: IsUsable) -> Rewriting | None:
    """Return the completed question whose answer a request is about; None if this is no such request."""
    request, last = request_of(question), last_exchange(turns)
    if request is None or last is None:
        return None
    place, answer = last
    is_about_answer = request != "when" or not answer
    return _by_rule(turns[place].text, turns[:place], is_usable) if is_about_answer else None


def _by_rule(question: str, turns: Sequence[Turn], is_usable: IsUsable) -> Rewriting:
    completed = completed_by_rule(question, turns, is_usable) if follows_up(question, turns) else None
    return completed or Rewriting(text=question)


def completed_by_rule(question: str, turns: Sequence[Turn], is_usable: IsUsable) -> Rewriting | None:
    """Return a question with the topic of the turns before it, or None if that is too long."""
    text, encoded = (with_topic(question, turns, has_all_words=has_all) for has_all in (False, True))
    if not is_usable(text):
        return None
    return Rewriting(text=text, encoded=encoded if is_usable(encoded) else None)


def _rewriting_deadline(timeout_seconds: float, deadline: float | None) -> float:
    now = asyncio.get_running_loop().time()
    return now + (timeout_seconds if deadline is None else min(timeout_seconds, (deadline - now) / 2))


async def _rewrite(
    question: str,
    turns: Sequence[Turn],
    language_model: LanguageModel,
    is_usable: IsUsable,
    sampling: Sampling,
) -> tuple[str | None, Usage | None]:
    """Return the language model's question, or None if it is not one, and the usage."""
    shown = recent(turns, max_characters=_MAX_CHARACTERS)
    frame = draw_frame([question, *(turn.text for turn in shown)])
    messages = build_rewriting_messages(question, turns=shown, frame=frame)
    text, usage = await read_text(language_model, messages, sampling, max_characters=_MAX_CHARACTERS)
    conversation = " ".join([question, *(turn.text for turn in shown)])
    return (text if _is_question(text, conversation, frame) and is_usable(text) else None), usage


def _is_question(text: str, conversation: str, frame: Frame) -> bool:
    """Whether a text can be a rewriting: one line, no part of the frame, and words of the conversation."""
    is_one_line = len(text.splitlines()) == 1 and frame.word not in text and "[[" not in text
    return is_one_line and bool(_words(text) & _words(conversation))


def _words(text: str) -> set[str]:
    return set(words(text, language="und"))
