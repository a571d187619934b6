"""What Kutip says to readers, in their language."""

import pytest

from rag import reply_texts
from rag.reply_texts import REFUSALS, refusal_sentence


@pytest.mark.parametrize(
    ("language", "known"),
    [
        ("id", "id"),
        ("id-ID", "id"),
        ("pt-BR", "pt"),
        ("zh", "zh-Hans"),
        ("zh-Hans", "zh-Hans"),
        ("zh-Hant", "zh-Hant"),
        ("zh-Hans-SG", "zh-Hans"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("sr-Latn-RS", "en"),
        ("eo", "en"),
        ("und", "en"),
        ("", "en"),
    ],
)
def test_a_refusal_is_in_the_language_of_the_question(language: str, known: str) -> None:
    assert refusal_sentence(language) == REFUSALS[known]


def test_every_refusal_is_one_distinct_sentence() -> None:
    assert len(set(REFUSALS.values())) == len(REFUSALS)
    assert all(sentence == sentence.strip() and "\n" not in sentence for sentence in REFUSALS.values())


_TEXTS = [name for name, value in vars(reply_texts).items() if name.isupper() and isinstance(value, dict)]


@pytest.mark.parametrize("name", _TEXTS)
def test_every_text_is_there_in_every_language(name: str) -> None:
    assert getattr(reply_texts, name).keys() == REFUSALS.keys()
