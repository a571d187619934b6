"""What front ends ask beside questions: titles, tags, follow-ups. Answered without retrieval.

Recognised by the words of the prompts of Open WebUI (each begins with `### Task:`, but so does the prompt
around a question and its files, which is none of them) and of LibreChat, or by Open WebUI's `metadata.task`.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.messages import MessageBody
from rag.errors import LanguageModelError
from rag.language_model import LanguageModel, Sampling, TextPart

_TASK = re.compile(r"\s*#{1,3} Task:\s*+(?!Respond to the user query)", re.I)
_SHAPE = re.compile(r'\{\s*"(\w+)":\s*("|\[)')
_HISTORY = re.compile(r"<chat_history>(.*?)</chat_history>", re.S)
_FIRST_QUESTION = re.compile(r"^\s*USER:\s*(.+)", re.I | re.M)

_TITLE_PROMPTS = (
    re.compile(r"\b5[- ]word[- ]or[- ]less title for (the|this) conversation", re.I),
    re.compile(r"Analyze this conversation and provide:.{0,120}\btitle\b", re.I | re.S),
)
_EMOJI_PROMPT = re.compile(r"\s*Your task is to reflect the speaker's likely facial expression", re.I)
_TOOLS_PROMPT = re.compile(r'\s*Available Tools:.*"tool_calls"', re.I | re.S)

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

_TITLE_WORDS = 6
_TITLE_CHARACTERS = 60
_EMOJI = "\N{NEWSPAPER}"


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a front end wants: `field` of a JSON object, or a plain text about the conversation."""

    field: str | None
    prompt: str
    is_title: bool = False
    is_emoji: bool = False


def task_of(messages: Sequence[MessageBody], metadata: Mapping[str, Any]) -> Task | None:
    """Return the task that a request is, None where it is a question."""
    spoken = [message.content for message in messages if message.role == "user"]
    prompt = spoken[-1] if spoken else ""
    instructions = next((message.content for message in messages if message.role == "system"), "")
    named = metadata.get("task")
    if isinstance(named, str) and named in _FIELDS:
        field = _FIELDS[named]
        return Task(
            field=field, prompt=prompt, is_title=field == "title", is_emoji=named == "emoji_generation"
        )
    if _TASK.match(prompt):
        shape = _SHAPE.search(prompt)
        field = shape[1] if shape else None
        return Task(field=field, prompt=prompt, is_title=field == "title")
    if any(pattern.search(prompt) for pattern in _TITLE_PROMPTS):
        # Some versions put the conversation into messages of its own before the prompt.
        return Task(
            field=None, prompt="\n".join([*(f"USER: {text}" for text in spoken[:-1]), prompt]), is_title=True
        )
    if _EMOJI_PROMPT.match(prompt):
        return Task(field=None, prompt=prompt, is_emoji=True)
    if _TOOLS_PROMPT.match(instructions):
        return Task(field="tool_calls", prompt=prompt)
    return None


async def fulfil(
    task: Task,
    messages: Sequence[MessageBody],
    *,
    language_model: LanguageModel | None,
    sampling: Sampling,
) -> str:
    """Return the language model's text; without one, or where it fails, what can be said by rule."""
    if language_model is not None:
        try:
            return await _written(messages, language_model, sampling)
        except LanguageModelError:
            pass  # a title is not worth an error
    return by_rule(task)


def by_rule(task: Task) -> str:
    """Return the title that the first question makes, and nothing for the rest, in the form asked for."""
    text = _title(task.prompt) if task.is_title else ""
    if task.field is None:
        return _EMOJI if task.is_emoji else text
    return json.dumps({task.field: [] if task.field in _LISTS else text}, ensure_ascii=False)


async def _written(messages: Sequence[MessageBody], language_model: LanguageModel, sampling: Sampling) -> str:
    prompt = [{"role": message.role, "content": message.content} for message in messages]
    parts = [part async for part in language_model.stream(prompt, sampling)]
    return "".join(part.text for part in parts if isinstance(part, TextPart))


def _title(prompt: str) -> str:
    """Return the first words of the first question in a prompt's chat history."""
    history = _HISTORY.search(prompt)
    found = _FIRST_QUESTION.search(history[1] if history else prompt)
    words = found[1].split() if found else []
    return " ".join(words[:_TITLE_WORDS])[:_TITLE_CHARACTERS].rstrip(" ?？.,:;") or "Kutip"
