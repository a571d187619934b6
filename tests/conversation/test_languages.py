"""The language of a question: what the letters, the telling words and the hints say."""

import pytest

from rag.conversation.languages import question_language
from rag.conversation.question import Question
from rag.datatypes import Turn


def language(text: str, *corpus: str, preferred: tuple[str, ...] = (), before: str = "") -> str:
    turns = (Turn(role="user", text=before),) if before else ()
    question = Question(text=text, turns=turns, preferred_languages=preferred)
    return question_language(question, query=text, corpus_languages=lambda: corpus)


@pytest.mark.parametrize("corpus", [("id",), ("id", "ms"), ("en", "id"), ()])
@pytest.mark.parametrize(
    "text",
    [
        "Berapa gaji minimum?",
        "Kapan banjir terjadi?",
        "Mengapa bandara ditutup?",
        "Siapa menteri besar?",
        "Dan kapan itu?",
        "banjir jakarta",
        "Berapa ton?",
        "Apa sebabnya karena hujan?",
        "Di mana lokasinya?",
        "Siapa gubernur Jawa Barat?",
    ],
)
def test_a_short_indonesian_question_is_not_malay(text: str, corpus: tuple[str, ...]) -> None:
    assert language(text, *corpus) == "id"


@pytest.mark.parametrize(
    "text",
    [
        "Berapakah gaji minimum tahun lepas?",
        "Mengapa sekolah ditutup kerana banjir?",
        "Bilakah kejohanan itu?",
        "Apa yang berlaku pada bulan Ogos?",
        "Siapa ketua polis daerah?",
    ],
)
def test_telling_words_make_a_question_malay(text: str) -> None:
    assert language(text, "id", "ms") == "ms"


def test_a_question_to_a_malay_corpus_is_malay_unless_a_word_tells_otherwise() -> None:
    assert language("Berapakah gaji minimum?", "ms") == "ms"
    assert language("Kapan gaji minimum naik?", "ms") == "id"


@pytest.mark.parametrize("text", ["More concise", "More Concise", "Add details", "Shorter", "And when?"])
def test_a_short_turn_takes_the_language_of_the_conversation(text: str) -> None:
    assert language(text, "id", before="How many people died in the Lembah Arum flood?") == "en"


@pytest.mark.parametrize(("text", "tag"), [("Jakarta?", "de"), ("Korbannya?", "id"), ("banjir?", "id")])
def test_one_name_alone_takes_the_language_of_the_conversation(text: str, tag: str) -> None:
    assert language(text, "id", "en", before="Wie viele Menschen starben bei der Flut?") == tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [("що сталося", "uk"), ("чому?", "uk"), ("де це", "uk"), ("что случилось", "ru"), ("новости", "ru"),
     ("какво се случи", "bg"), ("Wie hoch?", "de"),
     ("¿Cuándo?", "es"), ("Was geschah im Juli?", "de"), ("Qui a gagné ?", "fr"),
     ("いつ？", "ja"), ("什么时候？", "zh-Hans"), ("متى؟", "ar"), ("Когда?", "ru"), ("언제?", "ko")],
)  # fmt: skip
def test_hints_do_not_outweigh_another_language(text: str, tag: str) -> None:
    assert language(text, "id", "en", preferred=("id", "en")) == tag


def test_a_preferred_language_decides_what_is_too_short_to_tell() -> None:
    assert language("More concise", preferred=("en-GB", "id")) == "en"
    assert language("2023?", "id", preferred=("en",)) == "en"
    assert language("2023?", "id", "en") == "id"
    assert language("2023?") == "und"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("bila pilihan raya", "ms"),
        ("bila PRU", "ms"),
        ("apa yang jadi kat KL semalam", "ms"),
        ("saha nu meunang", "su"),
        ("macam mana nak mohon bantuan", "ms"),
        ("berapa ramai mangsa banjir", "ms"),
        ("Siapa Perdana Menteri Malaysia pada tahun 2020", "id"),
        ("gaji guru pira", "jv"),
        ("piye kabare banjir demak", "jv"),
        ("sabaraha harga beas", "su"),
        ("bakit baha", "fil"),
        ("bakit?", "fil"),
        ("piye", "jv"),
        ("kenopo mudhun", "jv"),
        ("neng endi kecelakaane", "jv"),
        ("had umur kahwin", "ms"),
        ("naha?", "su"),
        ("gdp growth", "en"),
        ("Kasus korupsi", "id"),
        ("Kapan?", "id"),
    ],
)
def test_telling_words_decide_between_neighbours(text: str, tag: str) -> None:
    assert language(text, "id", "en") == tag


@pytest.mark.parametrize("text", ["More concise", "Add details", "2023?", "Bali?"])
def test_a_request_takes_the_language_of_the_conversation(text: str) -> None:
    assert language(text, "id", "en", before="Berapa gaji guru di Demak pada 2024?") == "id"


def test_a_short_turn_of_a_malay_conversation_is_malay() -> None:
    assert language("Kenapa?", "id", "ms", before="Siapakah ketua pejabat polis negara?") == "ms"
