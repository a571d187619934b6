"""From a follow-up to a question that can be searched for: by the language model, or by the rule."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.conversation.follow_ups import follows_up, recent, stands_alone, with_topic
from rag.datatypes import Turn
from rag.errors import LanguageModelError
from rag.language_model.protocol import LanguageModel, Sampling, Usage
from rag.prompts import Frame, build_rewriting_messages, draw_frame
from rag.text.languages import words

logger = logging.getLogger(__name__)

# How much of a conversation the language model reads.
_MAX_CHARACTERS = 4000

# The rule is at hand, so nobody waits long for something better.
_TIMEOUT_SECONDS = 15.0

# Whether a text can be asked: short enough, and with words in it.
IsUsable = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Rewriting:
    """A self-contained question; what it cost, and how the language model failed, where one was asked."""

    text: str
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
    ends: float | None = None,
) -> Rewriting:
    """Return a question that can be understood without the turns before it.

    One that stands on its own is returned as it is. A language model that fails, or writes what is no
    question, leaves the work to the rule. It has `timeout_seconds`, and half of what is left until `ends`.
    """
    if not any(turn.role == "user" for turn in turns) or stands_alone(question):
        return Rewriting(text=question)
    started = time.perf_counter()
    text, usage, failure = None, None, None
    if language_model is not None:
        try:
            sampling = Sampling(ends=_earlier(timeout_seconds, ends))
            text, usage = await _written(question, turns, language_model, is_usable, sampling)
        except LanguageModelError as error:
            logger.warning("%s The question is completed by rule.", error)
            failure = error
    return Rewriting(
        text=text or _by_rule(question, turns, is_usable),
        usage=usage,
        failure=failure,
        milliseconds=round((time.perf_counter() - started) * 1000, 2),
    )


def _by_rule(question: str, turns: Sequence[Turn], is_usable: IsUsable) -> str:
    if not follows_up(question, turns):
        return question
    completed = with_topic(question, turns)
    return completed if is_usable(completed) else question


def _earlier(timeout_seconds: float, ends: float | None) -> float:
    now = asyncio.get_running_loop().time()
    return now + (timeout_seconds if ends is None else min(timeout_seconds, (ends - now) / 2))


async def _written(
    question: str,
    turns: Sequence[Turn],
    language_model: LanguageModel,
    is_usable: IsUsable,
    sampling: Sampling,
) -> tuple[str | None, Usage | None]:
    """Return what the language model wrote, None where it is no question, and what it cost."""
    shown = recent(turns, max_characters=_MAX_CHARACTERS)
    frame = draw_frame([question, *(turn.text for turn in shown)])
    messages = build_rewriting_messages(question, turns=shown, frame=frame)
    text, usage = await _collected(language_model, messages, sampling)
    heard = " ".join([question, *(turn.text for turn in shown)])
    return (text if _is_question(text, heard, frame) and is_usable(text) else None), usage


async def _collected(
    language_model: LanguageModel, messages: Sequence[dict[str, str]], sampling: Sampling
) -> tuple[str, Usage | None]:
    """Read a whole text; of a longer one than could be used, the beginning."""
    text, usage = "", None
    async for part in language_model.stream(messages, sampling):
        if isinstance(part, Usage):
            usage = part
        elif len(text) <= _MAX_CHARACTERS:
            text += part.text
    return text.strip(), usage


def _is_question(text: str, heard: str, frame: Frame) -> bool:
    """Whether a text can be a rewriting: one line, no sign of the frame, words that were heard before."""
    is_one_line = len(text.splitlines()) == 1 and frame.word not in text and "[[" not in text
    return is_one_line and bool(_words(text) & _words(heard))


def _words(text: str) -> set[str]:
    return set(words(text, language="und"))
