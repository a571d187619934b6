"""Which questions depend on what was said before, and how a rule completes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.follow_ups import follows_up, last_exchange, recent, stands_alone, with_topic
from rag.datatypes import Turn
from rag.reply_texts import OTHER_TIMES, REFUSALS, USUAL_REFUSALS


def user(text: str) -> Turn:
    return Turn(role="user", text=text)


def assistant(text: str) -> Turn:
    return Turn(role="assistant", text=text)


MARATHON = user("Siapa yang menjuarai nomor putri Maraton Danau Sentara 2025?")
FOLLOW_UPS = {
    "id": ["Dan kapan itu?", "Siapa dia?", "Di mana dia lahir?", "Berapa korbannya?", "Siapa istrinya?"],
    "id, elliptic": ["Kenapa?", "Lalu siapa yang menang?", "Bagaimana dengan Jakarta?", "Kalau di Bali?",
                     "bandingkan dengan 2023"],
    "en": ["And when was that?", "Who is he?", "Where was she born?", "What happened there?"],
    "en, elliptic": ["Why?", "What about Jakarta?", "And in 2019?", "What else?"],
    "es": ["¿Y cuándo fue eso?", "¿Quién es él?", "¿Cuál es su población?", "¿Por qué?", "¿Y en Madrid?"],
    "zh": ["那是什么时候？", "他是谁？", "为什么？", "那里有多少人？", "然后呢？", "死了多少人？"],
    "ar": ["ومتى كان ذلك؟", "من هو؟", "لماذا؟", "ماذا حدث هناك؟"],
    "vi": ["Ông ấy sinh ở đâu?", "Khi nào?", "Việc đó xảy ra khi nào?", "Thế còn Hà Nội?"],
    "th": ["แล้วเมื่อไหร่", "เขาเกิดที่ไหน", "ทำไม", "ที่นั่นมีกี่คน"],
    "ja, ko, hi": ["それはいつですか", "언제?", "वह कौन है?"],
    "pt, ru, tr, nl": ["E no Rio?", "А в Москве?", "Peki ya Ankara?", "En in Amsterdam?"],
    "pt, nl, it, ru": ["Quem é ele?", "O que é isso?", "Wat is dat?", "Chi è lui?", "Кто он?"],
    "fr, de, fil": ["Et quand?", "Und wann war das?", "Kailan iyon?"],
}  # fmt: skip
WHOLE = [
    "Apa itu fotosintesis?",
    "Siapa itu Soekarno?",
    "Berapa harga kopi di Toraja?",
    "Siapa presiden pertama Indonesia?",
    "Dari manakah Presiden Gloria Macapagal-Arroyo?",
    "What is photosynthesis?",
    "How long does it take to brew coffee?",
    "Where did Tesla live for much of his life?",
    "What is the name of the river that flows through Paris?",
    "¿Qué son los clados?",
    "什么是光合作用？",
    "o que é inflação",
    "что такое инфляция",
    "wat is inflatie",
    "enflasyon nedir",
    "인플레이션이 뭐야",
    "Fotosintesis là gì?",
    "ما هي كفاءة كارنو النظرية للتوربين؟",
]


@pytest.mark.parametrize("question", [text for texts in FOLLOW_UPS.values() for text in texts])
def test_follow_ups_are_recognised_in_many_languages(question: str) -> None:
    assert follows_up(question, [MARATHON])
    assert not stands_alone(question)


@pytest.mark.parametrize("question", WHOLE)
def test_independent_questions_are_recognised(question: str) -> None:
    assert not follows_up(question, [MARATHON])


@pytest.mark.parametrize("turns", [[], [assistant("Halo! Apa yang ingin Anda ketahui?")]])
def test_the_first_question_is_never_a_follow_up(turns: list[Turn]) -> None:
    assert not follows_up("Dan kapan itu?", turns)


def test_a_long_question_is_not_a_follow_up() -> None:
    assert not follows_up("itu " * 100, [MARATHON])


def test_a_follow_up_without_content_words_gets_the_whole_topic() -> None:
    completed = with_topic("Dan kapan itu?", [MARATHON, assistant("Yosefina Waromi. [1]")])
    assert completed == "menjuarai nomor putri Maraton Danau Sentara 2025: Dan kapan itu?"


def test_a_follow_up_with_content_words_gets_the_names() -> None:
    assert with_topic("Berapa pesertanya?", [MARATHON]) == "Maraton Danau Sentara 2025: Berapa pesertanya?"


def test_a_number_alone_is_no_topic() -> None:
    before = user("كم عدد زوار مهرجان التمور عام 2022؟")
    assert with_topic("ومن فاز بالجائزة؟", [before]) == "عدد زوار مهرجان التمور عام 2022: ومن فاز بالجائزة؟"


def test_all_words_of_the_topic_can_be_asked_for() -> None:
    assert with_topic("Berapa pesertanya?", [MARATHON], has_all_words=True) == (
        "menjuarai nomor putri Maraton Danau Sentara 2025: Berapa pesertanya?"
    )


def test_the_topic_stays_over_a_question_that_names_nothing() -> None:
    turns = [MARATHON, assistant("Yosefina Waromi. [1]"), user("Berapa pelari yang ikut?"), assistant("40.")]
    assert with_topic("Kapan pendaftarannya?", turns) == ("Maraton Danau Sentara 2025: Kapan pendaftarannya?")


def test_a_reply_to_a_remark_adds_no_names() -> None:
    turns = [
        MARATHON,
        assistant("Pelari Yosefina Waromi menang. [1]"),
        user("Menarik!"),
        assistant("Senang membantu, kata Kutip Bandung."),
    ]
    assert with_topic("Di mana dia berlatih?", turns) == (
        "Maraton Danau Sentara 2025 Pelari Yosefina Waromi: Di mana dia berlatih?"
    )


def test_a_pronoun_for_a_person_refers_to_the_person_named_in_the_answer() -> None:
    turns = [MARATHON, assistant("Pelari Yosefina Waromi menang [1](https://example.org). Di Bali hujan.")]
    assert with_topic("Di mana dia berlatih?", turns) == (
        "Maraton Danau Sentara 2025 Pelari Yosefina Waromi: Di mana dia berlatih?"
    )


@pytest.mark.parametrize("refusal", [REFUSALS["id"], REFUSALS["zh-Hans"]])
def test_a_refusal_provides_no_names(refusal: str) -> None:
    assert "Artikel" not in with_topic("Di mana dia berlatih?", [MARATHON, assistant(refusal)])


@pytest.mark.parametrize(
    "after",
    [
        " " + OTHER_TIMES["id"].format(times="2019, 2021–2023"),
        "\n\n⚠ Model bahasa tidak tersedia.",
        " " + OTHER_TIMES["id"].format(times="2019") + "\n\n⚠ Model bahasa tidak tersedia.",
    ],
)
@pytest.mark.parametrize("refusal", [REFUSALS["id"], USUAL_REFUSALS[7]])
def test_a_text_may_follow_a_refusal(refusal: str, after: str) -> None:
    assert last_exchange([MARATHON, assistant(refusal + after)]) == (0, "")


def test_an_answer_that_cites_after_it_refuses_is_an_answer() -> None:
    answered = f"{REFUSALS['id']} Maraton Bali dimenangi Yosefina Waromi."
    assert last_exchange([MARATHON, assistant(f"{answered} [1]")]) == (0, answered)


def test_a_chain_of_follow_ups_goes_back_to_the_last_independent_question() -> None:
    turns = [
        user("Berapa harga kopi di Toraja?"),
        assistant("Rp92.000. [1]"),
        MARATHON,
        assistant("Yosefina Waromi. [1]"),
        user("Kapan itu?"),
        assistant("Minggu. [1]"),
        user("Bagaimana dengan Bali?"),
        assistant("Tidak ada."),
    ]
    assert with_topic("Berapa pesertanya?", turns) == "Maraton Danau Sentara 2025 Bali: Berapa pesertanya?"


def test_without_an_independent_question_the_chain_begins_at_the_first() -> None:
    assert with_topic("Kapan itu?", [user("Dan di Bali?")]) == "Bali: Kapan itu?"


def test_a_topic_keeps_its_script() -> None:
    assert with_topic("那是什么时候？", [user("谁发明了电话？")]) == "发明 电话: 那是什么时候？"


@given(st.text(), st.lists(st.builds(Turn, role=st.sampled_from(["user", "assistant"]), text=st.text())))
def test_completing_any_text_keeps_all_of_it(question: str, turns: list[Turn]) -> None:
    completed = with_topic(question, turns)
    assert completed.endswith(question)
    assert len(completed) <= len(question) + 302
    follows_up(question, turns)
    stands_alone(question)


def test_the_newest_turns_that_fit_are_kept_whole_and_in_order() -> None:
    turns = [user("a" * 50), assistant("b" * 500), user("c" * 40)]
    assert recent(turns, max_characters=100) == [turns[0], turns[2]]
    assert recent(turns, max_characters=10) == []
    assert len(recent([user("a")] * 1000, max_characters=100)) == 10
