"""What is a task and what its reply is by rule, whatever a prompt holds."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.openai_door.housekeeping import rule_based_text, task_of
from api.openai_door.messages import MessageBody, extract_question

HISTORY = "<chat_history>\nUSER: {}\nASSISTANT: Ya.\n</chat_history>"
TITLE = (
    '### Task:\nWrite a title.\n### Output:\nJSON format: {{ "title": "…" }}\n### Chat History:\n' + HISTORY
)

# Prompts are put together from what the rules look for, and anything between.
PIECES = st.sampled_from(
    [
        *("### Task:\n", "# Task: ", "Respond to the user query", "<chat_history>", "</chat_history>"),
        *("USER: ", "||>User:\n", "User: Kopi?", "ASSISTANT: ", "\n", "  ", '{ "title": "', '{"a": ["'),
        *(
            '{\n"queries": [',
            "</context>",
            "<user_query>",
            "</user_query>",
            '"tool_calls"',
            "Available Tools:",
        ),
        "Provide a concise, 5-word-or-less title for the conversation",
        "Your task is to reflect the speaker's likely facial expression",
        "Analyze this conversation and provide:",
    ]
)
PROMPTS = st.lists(PIECES | st.text(max_size=10), max_size=12).map("".join)
ROLES = st.sampled_from(["user", "assistant", "system", "developer"])
METADATA = st.dictionaries(
    st.sampled_from(["task", "chat_id"]),
    st.sampled_from(["title_generation", "tags_generation", "default"]) | st.integers() | st.none(),
)


def said(text: str, role: str = "user") -> MessageBody:
    return MessageBody.model_validate({"role": role, "content": text})


def title_of(question: str) -> str:
    task = task_of([said(TITLE.format(question))], {})
    assert task is not None
    title: str = json.loads(rule_based_text(task))["title"]
    return title


@given(st.lists(st.tuples(ROLES, PROMPTS), min_size=1, max_size=4), METADATA)
def test_any_prompt_is_a_question_or_gets_a_reply_in_the_expected_format(
    messages: list[tuple[str, str]], metadata: dict[str, Any]
) -> None:
    task = task_of([said(text, role) for role, text in messages], metadata)
    if task is not None and task.field is not None:
        text = rule_based_text(task)
        assert list(json.loads(text)) == [task.field]
        assert isinstance(json.loads(text)[task.field], list if task.is_list else str)


@given(st.text())
def test_any_question_gives_a_title(question: str) -> None:
    title = title_of(question)
    assert title.strip()
    assert len(title) <= 60
    assert len(title.split()) <= 6


@given(PROMPTS)
def test_a_plain_question_stays_unchanged(text: str) -> None:
    if "</context>" not in text:
        assert extract_question(text) == text
    assert extract_question(text).strip() or not text.strip()


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("Berapa ton panen kopi tahun ini di Gayo dan Lampung?", "Berapa ton panen kopi tahun ini"),
        ('"Kapan banjir?"', "Kapan banjir"),
        ("\n  Apa itu?\nBaris kedua", "Apa itu"),
        ("今年咖啡收成多少？", "今年咖啡收成多少"),
        ("?!", "!"),
        ("...", "Kutip"),
        ("k" * 100, "k" * 60),
    ],
)
def test_titles(question: str, title: str) -> None:
    assert title_of(question) == title


def test_a_title_for_a_conversation_in_separate_messages() -> None:
    prompt = "Provide a concise, 5-word-or-less title for the conversation."
    task = task_of([said("Berapa ton panen kopi?"), said("1.500,5 ton.", "assistant"), said(prompt)], {})
    assert task is not None
    assert rule_based_text(task) == "Berapa ton panen kopi"


def test_a_title_is_plain_text_if_the_prompt_names_no_format() -> None:
    task = task_of([said("### Task:\nWrite a title, nothing else.\n" + HISTORY.format("Kapan banjir?"))], {})
    assert task is not None
    assert rule_based_text(task) == "Kapan banjir"


def test_a_custom_prompt_with_its_own_field_is_a_task() -> None:
    prompt = '### Task:\nSort it.\nJSON format: { "topics": ["…"] }\n'
    task = task_of([said(prompt + HISTORY.format('{"title": "x"}'))], {})
    assert task is not None
    assert rule_based_text(task) == '{"topics": []}'
    assert task_of([said(prompt)], {}) is None


def test_an_unknown_task_in_the_metadata_is_ignored() -> None:
    assert task_of([said("Berapa?")], {"task": "default"}) is None
    assert task_of([said("Berapa?")], {"task": ["title_generation"]}) is None


@pytest.mark.parametrize(
    "text",
    [
        "### Task:\nA title.\n" + "<chat_history>" * 300_000,
        "### Task:\nA title.\n<chat_history></chat_history>" + "\n" * 3_000_000,
        "### Task:\nA title.\n<chat_history>" + "\nUSER:" * 500_000 + "</chat_history>",
        "### Task:\n" + '{ "' * 1_000_000,
        "### Task:\nRespond to the user query</context>" + "<user_query>" * 300_000,
        "### Task:\nRespond to the user query" + "</context" * 300_000,
        " " * 3_000_000,
        "<system-reminder>" * 300_000,
        "<system-reminder></system-reminder>" * 100_000,
        "Analyze this conversation and provide:" * 80_000,
    ],
    ids=range(10),
)
def test_a_long_prompt_is_read_quickly(text: str) -> None:
    begin = time.process_time()  # that of the processor, because other tests run meanwhile
    task = task_of([said(text, "system"), said(text)], {})
    if task is not None:
        rule_based_text(task)
    extract_question(text)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize(
    ("prompt", "question"),
    [
        ("[[ ## question ## ]]\nKopi?\n\nRespond with the corresponding output fields.", "Kopi?"),
        (
            "[[ ## context ## ]]\nBus.\n\n[[ ## question ## ]]\nKopi?\nTeh?\n\n[[ ## hint ## ]]\nx",
            "Kopi?\nTeh?",
        ),
        ("[[ ## topic ## ]]\nKopi\n\nRespond with a JSON object.", None),
        ("[[ ## question ## ]]\n\n\nRespond with a JSON object.", None),
        ("Apa arti [[ ## question ## ]]\nitu?", None),
    ],
)
def test_the_question_is_read_from_a_prompt_of_dspy(prompt: str, question: str | None) -> None:
    assert extract_question(prompt) == (question or prompt)


DAY = "<system-reminder>\nToday's date is 2026-11-29.\n</system-reminder>"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (f"{DAY}\n\nBerapa ton panen kopi?", "Berapa ton panen kopi?"),
        (f"Berapa ton panen kopi?\n{DAY}\n{DAY}", "Berapa ton panen kopi?"),
        ("<environment_context>\n<cwd>/kopi</cwd>\n</environment_context>\nKopi?", "Kopi?"),
        ("<user_instructions>Bus.</user_instructions>Kopi?", "Kopi?"),
        (DAY, ""),
        ("Apa arti <system-reminder> itu?", "Apa arti <system-reminder> itu?"),
        (f"Apa arti </system-reminder>?{DAY}", "Apa arti </system-reminder>?"),
        ("<b>Kopi</b>?", "<b>Kopi</b>?"),
    ],
)
def test_the_notes_of_coding_assistants_are_no_part_of_the_question(text: str, question: str) -> None:
    assert extract_question(text).strip() == question
