"""Which questions and texts deny something."""

import pytest

from rag.verification.facts.polarity import denied, is_negated


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Siapa yang tidak hadir dalam rapat?", "id"),
        ("Kota mana yang bukan ibu kota provinsi?", "id"),
        ("Siapa yang tak setuju?", "ms"),
        ("Who didn't attend the meeting?", "en"),
        ("Which river has never flooded?", "en"),
        ("Who was accused of not paying the fine?", "en"),
        ("Quem é o não eleito do partido?", "pt"),
        ("¿Quién no asistió a la reunión?", "es"),
        ("Qui n'a pas assisté à la réunion ?", "fr"),
        ("Wer war nicht anwesend?", "de"),
        ("Кто не пришёл на собрание?", "ru"),
        ("Ai không tham dự cuộc họp?", "vi"),
        ("谁没有参加会议？", "zh-Hans"),
        ("من لم يحضر الاجتماع؟", "ar"),
        ("ใครไม่ได้เข้าร่วมประชุม", "th"),
    ],
)
def test_a_question_that_denies_something(question: str, language: str) -> None:
    assert is_negated(question, language=language)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Siapa yang hadir dalam rapat?", "id"),
        ("Apakah wali kota hadir atau tidak?", "id"),
        ("Gaji sudah dibayar atau belum?", "id"),
        ("Will the bridge be built or not?", "en"),
        ("Is it known whether or not he resigned?", "en"),
        ("Is de brug open of niet open?", "nl"),
        ("Thị trưởng có từ chức không?", "vi"),
        ("市长是不是辞职了？", "zh-Hans"),
        ("有没有人受伤？", "zh-Hans"),
        ("นายกเทศมนตรีลาออกหรือไม่", "th"),
        ("", "id"),
    ],
)
def test_a_question_that_denies_nothing(question: str, language: str) -> None:
    assert not is_negated(question, language=language)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("rencana itu bukanlah kebijakan partai dan tidak sedang dibahas oleh partai", "id",
         {"kebijakan", "sedang", "dibahas"}),
        ("the mayor did not resign and will not resign", "en", {"resign"}),
        ("the mayor resigned but did not leave the mayor office", "en", {"leave"}),
        ("harga tidak", "id", {"harga"}),
        ("harga naik", "id", set()),
    ],
)  # fmt: skip
def test_a_word_is_denied_where_every_mention_of_it_is(text: str, language: str, words: set[str]) -> None:
    assert denied(text.split(), language=language) - {"the", "and"} == words
