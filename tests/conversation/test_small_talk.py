"""What is small talk, and what is a question, in eleven languages."""

import json
from pathlib import Path

import pytest

from rag.conversation.small_talk import small_talk
from rag.validation import validated

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


@pytest.mark.parametrize("text", ["👍", "🙏🏽🙏🏽", "❤️", "😀 !", "👨‍👩‍👧", "✅"])
def test_emojis_alone_are_small_talk(text: str) -> None:
    assert validated(text, field="question", maximum=20) == text
    assert small_talk(text) == ()


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_short_question_is_not_small_talk(text: str) -> None:
    assert small_talk(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("makasih banyak kak 🙏", "id"),
        ("hai bot 👋", "id"),
        ("okee", "id"),
        ("assalamu'alaikum wr. wb.", "id"),
        ("kamu ini siapa sih?", "id"),
        ("apakah kamu ChatGPT?", "id"),
        ("awak ni siapa?", "ms"),
        ("who r u", "en"),
        ("what can u do?", "en"),
        ("hola que tal", "es"),
        ("quien eres", "es"),
        ("buenos dias", "es"),
        ("quem é vc?", "pt"),
        ("t'es qui ?", "fr"),
        ("vielen Dank für deine Hilfe", "de"),
        ("wie ben jij?", "nl"),
        ("你好啊", "zh-Hans"),
        ("您好，请问你是谁？", "zh-Hans"),
        ("你好谢谢", "zh-Hans"),
        ("你是什么模型？", "zh-Hans"),
        ("君の名前は？", "ja"),
        ("どうもありがとうございます", "ja"),
        ("넌 누구니?", "ko"),
        ("شكراً جزيلاً", "ar"),
        ("هل أنت إنسان؟", "ar"),
        ("bạn là ai vậy?", "vi"),
        ("คุณเป็นใครคะ", "th"),
        ("ты кто такой?", "ru"),
        ("aap kaun ho", "hi"),
        ("sino ka ba talaga?", "fil"),
        ("kowe sapa?", "jv"),
        ("hatur nuhun pisan", "su"),
        ("Test123", "en"),
        ("makasi byk ya", "id"),
        ("km siapa", "id"),
        ("apa itu Kutip?", "id"),
        ("what is Kutip?", "en"),
        ("ok boss", "en"),
        ("谢啦", "zh-Hans"),
        ("¿quién sos?", "es"),
        ("bom dia pessoal", "pt"),
        ("bonjour à tous", "fr"),
        ("cảm ơn nhé", "vi"),
        ("cek sound", "id"),
        ("bisa ngapain aja?", "id"),
        ("hye", "ms"),
        ("what can u help with", "en"),
        ("你会干嘛", "zh-Hans"),
        ("السلام عليكم ورحمة الله", "ar"),
        ("что умеешь?", "ru"),
        ("ありがと", "ja"),
        ("테스트중", "ko"),
        ("ano kaya mong gawin?", "fil"),
        ("kulo nuwun", "jv"),
        ("ok makasih kak", "id"),
        ("ok danke", "de"),
        ("hey kutip, how are you?", "en"),
        ("bodoh", "id"),
        ("selamat idul fitri", "id"),
        ("kamu tinggal di mana?", "id"),
        ("gak ngerti", "id"),
        ("salam sejahtera", "ms"),
        ("that's sad", "en"),
        ("you are awesome", "en"),
        ("الى اللقاء", "ar"),
        ("joyeux noël", "fr"),
        ("aap kya kar sakte ho", "hi"),
        ("seni seviyorum", "tr"),
        ("bs apa aja?", "id"),
        ("panas banget ya hari ini", "id"),
        ("aku ngantuk banget", "id"),
        ("kamu manusia atau robot?", "id"),
        ("it's so cold today", "en"),
        ("nice weather today, isn't it?", "en"),
        ("what's your favourite colour", "en"),
        ("qué calor hace hoy", "es"),
        ("今天好冷啊", "zh-Hans"),
    ],
)
def test_small_talk_as_people_type_it(text: str, language: str) -> None:
    assert language in (small_talk(text) or ())


@pytest.mark.parametrize("text", ["あああ", "asdasdasd", "zzz", "jkl;", "wkwkwk 😂", "哈哈哈"])
def test_noise_and_laughter_have_no_language(text: str) -> None:
    assert small_talk(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Siapa sampeyan tani?", "Siapa Andi?", "gaji guru brp", "kpn pemilu", "UU 13 2003", "Apa itu AI?",
        "can you tell me about AI", "Robot bedah", "Wer ist sie?", "谁是总统", "好莱坞", "中行",
        "sino si Ana?", "Bagus Santoso?", "Tes PCR", "Aku Cinta Indonesia", "кто такой Павлов?", "من هو علي؟",
        "halo effect itu apa", "terima kasih artinya apa", "cek bansos", "salam satu jiwa artinya",
        "谢谢你 陈明", "danke merkel", "привет сериал", "kumusta kahulugan", "merhaba hayat",
        "what do you know about coffee", "K2", "G20", "berapa km", "tanda kutip", "gpt4", "gas", "mangga",
        "anjing", "salah paham", "kamus bahasa", "gila kerja", "claro", "love island",
        "pagi ini", "cuaca panas", "hujan hari ini",
        "panas bumi kamojang", "so hot in india", "lapar warga gaza",
    ],
)  # fmt: skip
def test_other_words_make_it_a_question(text: str) -> None:
    assert small_talk(text) is None
