"""Tasks that chat front ends send besides questions: titles, tags, follow-ups. They need no search.

A task is recognised by the text of Open WebUI's and LibreChat's prompts, or by Open WebUI's `metadata.task`.
All prompts of Open WebUI begin with `### Task:`. So does the prompt that it makes of a question with files,
which is a question and not a task.
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

# subtle: these patterns run on texts of any length, so none may scan a text more than once.
_TASK = re.compile(r"\s*#{1,3} Task:\s*+(?!Respond to the user query)(.*)", re.I)
_SHAPE = re.compile(r'\{\s*"(\w+)":\s*("|\[)')
_FIRST_QUESTION = re.compile(r"^[ \t]*(?:\|\|>)?USER:\s*+(\S.*)", re.I | re.M)

# These are matched at the start of a prompt only. Elsewhere in a question the words mean nothing.
_TITLE_PROMPTS = (
    re.compile(r"\s*+.{0,60}\b5[- ]word[- ]or[- ]less title for (the|this) conversation", re.I),
    re.compile(r"\s*+Analyze this conversation and provide:.{0,120}\btitle\b", re.I | re.S),
)
_EMOJI_PROMPT = re.compile(r"\s*+Your task is to reflect the speaker's likely facial expression", re.I)
_MERGE_PROMPT = re.compile(r"\s*+You have been provided with a set of responses from various models", re.I)
_TOOLS_PROMPT = re.compile(r'\s*+Available Tools:.*"tool_calls"', re.I | re.S)

# Open WebUI's task names, each with the JSON field that it reads, or None if it reads plain text.
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

# What a language model is told of a task: not the results of tools that it did not call.
_PROMPTING_ROLES = ("system", "developer", "user", "assistant")

_HISTORY = ("<chat_history>", "</chat_history>")

_TITLE_WORDS = 6
_TITLE_CHARACTERS = 60
_AROUND_TITLE = ' ?？.,:;"'
_EMOJI = "\N{NEWSPAPER}"


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task of a front end. It expects a JSON object with `field`, or plain text if `field` is None."""

    field: str | None
    prompt: str
    is_list: bool = False
    is_title: bool = False
    is_emoji: bool = False


# A text in a Latin script has more characters per token than this.
_CHARACTERS_PER_TOKEN = 3


@dataclass(frozen=True)
class TaskReply:
    """The reply to a task, and the tokens that the language model used for it."""

    text: str
    usage: Usage = NO_USAGE


def task_of(messages: Sequence[MessageBody], metadata: Mapping[str, Any]) -> Task | None:
    """Return the task that a request holds, or None if the request is a question."""
    user_texts = [message.content for message in messages if message.role == "user"]
    # Older versions of LibreChat send the prompt for a title as the only message, with the role system.
    prompt = user_texts[-1] if user_texts else messages[-1].content
    named = metadata.get("task")
    if isinstance(named, str) and named in _FIELDS:
        field = _FIELDS[named]
        return _task_for_field(field, prompt, is_emoji=named == "emoji_generation")
    if any(pattern.match(prompt) for pattern in _TITLE_PROMPTS):
        # Some versions send the conversation as separate messages before the prompt.
        conversation = [f"USER: {text}" for text in user_texts[:-1]]
        return Task(field=None, prompt="\n".join([*conversation, prompt]), is_title=True)
    if _EMOJI_PROMPT.match(prompt):
        return Task(field=None, prompt=prompt, is_emoji=True)
    if _MERGE_PROMPT.match(prompt):
        return Task(field=None, prompt=prompt)
    instructions = next((message.content for message in messages if message.role == "system"), "")
    if _TOOLS_PROMPT.match(instructions):
        return _task_for_field("tool_calls", prompt)
    return _task_under_heading(prompt)


def _task_for_field(field: str | None, prompt: str, *, is_emoji: bool = False) -> Task:
    return Task(
        field=field,
        prompt=prompt,
        is_list=field in _LISTS,
        is_title=field == "title",
        is_emoji=is_emoji,
    )


def _task_under_heading(prompt: str) -> Task | None:
    """Return the task of a prompt that begins with `### Task:`, or None if the prompt is a question.

    A question may begin with this heading too. A task has a chat history or names a field of `_FIELDS`.
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


async def reply_to_task(
    task: Task,
    messages: Sequence[MessageBody],
    *,
    language_model: LanguageModel | None,
    sampling: Sampling,
    max_prompt_tokens: int,
) -> TaskReply:
    """Return the language model's reply. Without a language model, or if it fails, return a fixed reply.

    Messages that do not fit into `max_prompt_tokens` are not sent to the language model.
    """
    characters = sum(len(message.content) for message in messages)
    if language_model is not None and characters <= _CHARACTERS_PER_TOKEN * max_prompt_tokens:
        try:
            return await _ask_language_model(messages, language_model, sampling)
        except LanguageModelError as error:
            logger.warning("%s", error)  # a missing title is no reason to fail the request
    return TaskReply(rule_based_text(task))


def rule_based_text(task: Task) -> str:
    """Return a title made from the first question, or an empty value for other tasks, as the task expects."""
    text = _title(task.prompt) if task.is_title else ""
    if task.field is None:
        return _EMOJI if task.is_emoji else text
    return json.dumps({task.field: [] if task.is_list else text}, ensure_ascii=False)


async def _ask_language_model(
    messages: Sequence[MessageBody], language_model: LanguageModel, sampling: Sampling
) -> TaskReply:
    prompt = [{"role": it.role, "content": it.content} for it in messages if it.role in _PROMPTING_ROLES]
    text, usage = "", NO_USAGE
    async for part in language_model.stream(prompt, sampling):
        if isinstance(part, Usage):
            usage = part
        else:
            text += part.text
    return TaskReply(text, usage)


def _title(prompt: str) -> str:
    """Return the first words of the first question in a prompt's chat history."""
    found = _FIRST_QUESTION.search(between(prompt, *_HISTORY) or prompt)
    words = found[1].split(maxsplit=_TITLE_WORDS)[:_TITLE_WORDS] if found else []
    return " ".join(words)[:_TITLE_CHARACTERS].strip(_AROUND_TITLE) or "Kutip"
