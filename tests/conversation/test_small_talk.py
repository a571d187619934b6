"""What is small talk, and what is a question, in eleven languages."""

import json
from pathlib import Path

import pytest

from rag.conversation.small_talk import small_talk

DATA = json.loads((Path(__file__).parent / "data" / "small_talk.json").read_text(encoding="utf-8"))
NON_QUESTIONS = [(language, text) for language, texts in DATA["non_questions"].items() for text in texts]
QUESTIONS = [text for texts in DATA["questions"].values() for text in texts]


def test_there_are_enough_of_both() -> None:
    assert len(NON_QUESTIONS) >= 150
    assert len(QUESTIONS) >= 150
    assert len(DATA["non_questions"]) >= 10


@pytest.mark.parametrize(("language", "text"), NON_QUESTIONS)
def test_small_talk_is_no_question(language: str, text: str) -> None:
    languages = small_talk(text)
    assert languages is not None
    assert not languages or language in {tag.split("-")[0] for tag in languages}


@pytest.mark.parametrize("text", ["ليبيا؟", "اليمن", "المكسيك", "نيبال", "الاتحاد"])
def test_an_arabic_word_is_no_noise(text: str) -> None:
    assert small_talk(text) is None


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_short_question_is_not_small_talk(text: str) -> None:
    assert small_talk(text) is None
