"""Turns that ask for an answer in another language, and questions that only mention one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.asked_language import AskedLanguage, asked_language

WHOLE_TURNS = {
    "en": [
        "In English, please",
        "english please",
        "jawab dalam bahasa inggris dong",
        "pakai bahasa Inggris aja",
        "terjemahkan ke bahasa Inggris",
        "Translate that to English.",
        "请用英文回答",
        "英語で答えてください",
        "英語でお願いします",
        "بالإنجليزية من فضلك",
        "أجب باللغة الإنجليزية",
        "ตอบเป็นภาษาอังกฤษ",
        "trả lời bằng tiếng Anh",
        "영어로 답해 주세요",
        "по-английски",
        "İngilizce lütfen",
        "अंग्रेज़ी में जवाब दो",
        "अंग्रेजी में",
        "pake bhs inggris",
        "jawab pakai english",
        "puedes responder en inglés",
        "بالانجليزي",
        "sa English please",
    ],
    "id": [
        "Bahasa Indonesia tolong",
        "Translate it into Bahasa Indonesia",
        "翻译成印尼语",
        "in Indonesian please",
        "terjemahin ke indonesia",
    ],
    "ms": ["guna bahasa Melayu", "Please answer in Malay."],
    "es": ["en español por favor"],
    "de": ["auf Deutsch bitte"],
    "fr": ["en français s'il te plaît"],
    "pt": ["em português"],
    "ru": ["Ответь на русском"],
    "jv": ["Dalam bahasa Jawa", "nganggo basa Jawa"],
    "su": ["ku basa Sunda"],
    "zh-Hant": ["用繁體中文"],
    "zh-Hans": ["用中文", "dalam bahasa Mandarin"],
}
WITH_A_QUESTION = [
    ("Kapan gempa terjadi? Jawab dalam bahasa Inggris.", "en", "Kapan gempa terjadi?"),
    ("siapa bupatinya jawab dalam bahasa inggris", "en", "siapa bupatinya"),
    ("Answer in Indonesian: who won?", "id", "who won?"),
    ("In Indonesian, who won the match?", "id", "who won the match?"),
    ("jelaskan banjir demak dalam bahasa inggris", "en", "jelaskan banjir demak"),
    ("summarize the news about floods in Indonesian", "id", "summarize the news about floods"),
    ("ringkas dalam bahasa Inggris", "en", "ringkas"),
    ("Who won the match, in Indonesian please?", "id", "Who won the match"),
]
QUESTIONS = [
    "Berapa penutur bahasa Inggris?",
    "Apa bahasa resmi Filipina?",
    "Is the film in English?",
    "Siapa menulis novel dalam bahasa Jawa?",
    "What does the law say about teaching in English?",
    "buku itu ditulis dalam bahasa Inggris",
    "Can you speak English?",
    "In Indonesia, who won the match?",
    "中文系有多少学生？",
    "Siapa yang menjawab dalam sidang itu?",
    "kenapa?",
    "What did he say in English?",
    "jelaskan sejarah bahasa Inggris",
    "jelaskan kenapa siswa belajar dalam bahasa Inggris",
    "ke Indonesia?",
]


@pytest.mark.parametrize(
    ("tag", "text"), [(tag, text) for tag, texts in WHOLE_TURNS.items() for text in texts]
)
def test_a_turn_may_ask_for_another_language_only(tag: str, text: str) -> None:
    asked = asked_language(text)
    assert asked is not None
    assert (asked.tag, asked.rest) == (tag, "")


@pytest.mark.parametrize(("text", "tag", "rest"), WITH_A_QUESTION)
def test_a_question_may_also_tell_the_language_of_its_answer(text: str, tag: str, rest: str) -> None:
    asked = asked_language(text)
    assert asked is not None
    assert (asked.tag, asked.rest) == (tag, rest)


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_about_a_language_asks_for_none(text: str) -> None:
    assert asked_language(text) is None


@given(
    st.lists(
        st.sampled_from(["kapan", "gempa", "banjir", "di", "Palu", "harga", "kopi"]), min_size=1, max_size=20
    )
)
def test_any_question_keeps_its_words_before_a_request(words: list[str]) -> None:
    question = f"{' '.join(words)}?"
    assert asked_language(f"{question} Jawab dalam bahasa Inggris.") == AskedLanguage("en", question)


@given(st.text(max_size=200))
def test_any_text_keeps_its_question(text: str) -> None:
    asked = asked_language(text)
    assert asked is None or asked.rest in text
