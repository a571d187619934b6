"""What front ends ask beside questions: titles, tags, follow-ups. Answered without retrieval.

Recognised by the words of the prompts of Open WebUI (each begins with `### Task:`, but so does the prompt
around a question and its files, which is none of them) and of LibreChat, or by Open WebUI's `metadata.task`.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.openai_door.messages import MessageBody, between
from rag.errors import LanguageModelError
from rag.language_model.protocol import NO_USAGE, LanguageModel, Sampling, Usage

logger = logging.getLogger(__name__)

# subtle: these run on whatever is sent, before anything measures it, so none may look at a text twice.
_TASK = re.compile(r"\s*#{1,3} Task:\s*+(?!Respond to the user query)(.*)", re.I)
_SHAPE = re.compile(r'\{\s*"(\w+)":\s*("|\[)')
_FIRST_QUESTION = re.compile(r"^[ \t]*(?:\|\|>)?USER:\s*+(\S.*)", re.I | re.M)

# They begin a prompt; somewhere in a question they mean nothing.
_TITLE_PROMPTS = (
    re.compile(r"\s*+.{0,60}\b5[- ]word[- ]or[- ]less title for (the|this) conversation", re.I),
    re.compile(r"\s*+Analyze this conversation and provide:.{0,120}\btitle\b", re.I | re.S),
)
_EMOJI_PROMPT = re.compile(r"\s*+Your task is to reflect the speaker's likely facial expression", re.I)
_MERGE_PROMPT = re.compile(r"\s*+You have been provided with a set of responses from various models", re.I)
_TOOLS_PROMPT = re.compile(r'\s*+Available Tools:.*"tool_calls"', re.I | re.S)

# Open WebUI's names of its tasks, with the field of the JSON it reads; None for a plain text.
_FIELDS = {
    "title_generation": "title",
    "tags_generation": "tags",
    "follow_up_generation": "follow_ups",
    "query_generation": "queries",
    "autocomplete_generation": "text",
    "image_prompt_generation": "prompt",
    "function_calling": "tool_calls",
    "emoji_generation": None,
    "moa_response_generation": None,
}
_LISTS = {"tags", "follow_ups", "queries", "tool_calls"}

_HISTORY = ("<chat_history>", "</chat_history>")

_TITLE_WORDS = 6
_TITLE_CHARACTERS = 60
_AROUND_TITLE = ' ?？.,:;"'
_EMOJI = "\N{NEWSPAPER}"


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a front end wants: `field` of a JSON object, or a plain text about the conversation."""

    field: str | None
    prompt: str
    is_list: bool = False
    is_title: bool = False
    is_emoji: bool = False


@dataclass(frozen=True)
class Fulfilment:
    """What a front end gets for a task, and what the language model took for it."""

    text: str
    usage: Usage = NO_USAGE


def task_of(messages: Sequence[MessageBody], metadata: Mapping[str, Any]) -> Task | None:
    """Return the task that a request is, None where it is a question."""
    spoken = [message.content for message in messages if message.role == "user"]
    # LibreChat's older versions send the prompt for a title as the system's, and nothing else.
    prompt = spoken[-1] if spoken else messages[-1].content
    named = metadata.get("task")
    if isinstance(named, str) and named in _FIELDS:
        field = _FIELDS[named]
        return _asking_for(field, prompt, is_emoji=named == "emoji_generation")
    if any(pattern.match(prompt) for pattern in _TITLE_PROMPTS):
        # Some versions put the conversation into messages of its own before the prompt.
        return Task(
            field=None, prompt="\n".join([*(f"USER: {text}" for text in spoken[:-1]), prompt]), is_title=True
        )
    if _EMOJI_PROMPT.match(prompt):
        return Task(field=None, prompt=prompt, is_emoji=True)
    if _MERGE_PROMPT.match(prompt):
        return Task(field=None, prompt=prompt)
    instructions = next((message.content for message in messages if message.role == "system"), "")
    if _TOOLS_PROMPT.match(instructions):
        return _asking_for("tool_calls", prompt)
    return _headed_task(prompt)


def _asking_for(field: str | None, prompt: str, *, is_emoji: bool = False) -> Task:
    return Task(
        field=field,
        prompt=prompt,
        is_list=field in _LISTS,
        is_title=field == "title",
        is_emoji=is_emoji,
    )


def _headed_task(prompt: str) -> Task | None:
    """Return the task of a prompt under `### Task:`.

    It has a chat history, or names a field that Open WebUI reads: a question may have such a heading as well.
    """
    heading = _TASK.match(prompt)
    if heading is None:
        return None
    history = between(prompt, *_HISTORY)
    shape = _SHAPE.search(prompt if history is None else prompt.replace(history, "", 1))
    if shape is None:
        is_title = "title" in heading[1].lower()
        return None if history is None else Task(field=None, prompt=prompt, is_title=is_title)
    if history is None and shape[1] not in _FIELDS.values():
        return None
    return Task(field=shape[1], prompt=prompt, is_list=shape[2] == "[", is_title=shape[1] == "title")


async def fulfil(
    task: Task,
    messages: Sequence[MessageBody],
    *,
    language_model: LanguageModel | None,
    sampling: Sampling,
) -> Fulfilment:
    """Return the language model's text; without one, or where it fails, what can be said by rule."""
    if language_model is not None:
        try:
            return await _written(messages, language_model, sampling)
        except LanguageModelError as error:
            logger.warning("%s", error)  # a title is not worth more
    return Fulfilment(by_rule(task))


def by_rule(task: Task) -> str:
    """Return the title that the first question makes, and nothing for the rest, in the form asked for."""
    text = _title(task.prompt) if task.is_title else ""
    if task.field is None:
        return _EMOJI if task.is_emoji else text
    return json.dumps({task.field: [] if task.is_list else text}, ensure_ascii=False)


async def _written(
    messages: Sequence[MessageBody], language_model: LanguageModel, sampling: Sampling
) -> Fulfilment:
    prompt = [{"role": message.role, "content": message.content} for message in messages]
    text, usage = "", NO_USAGE
    async for part in language_model.stream(prompt, sampling):
        if isinstance(part, Usage):
            usage = part
        else:
            text += part.text
    return Fulfilment(text, usage)


def _title(prompt: str) -> str:
    """Return the first words of the first question in a prompt's chat history."""
    found = _FIRST_QUESTION.search(between(prompt, *_HISTORY) or prompt)
    words = found[1].split(maxsplit=_TITLE_WORDS)[:_TITLE_WORDS] if found else []
    return " ".join(words)[:_TITLE_CHARACTERS].strip(_AROUND_TITLE) or "Kutip"
