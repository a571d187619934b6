"""Short turns that have no topic of their own, in many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation.short_turns import is_remark, request_of, without_correction

MORE = [
    "Jelaskan lebih lanjut",
    "lebih rinci",
    "Tolong jelaskan lagi",
    "Bisa dijelaskan lebih lanjut?",
    "Tell me more",
    "Add details",
    "Can you explain that in more detail?",
    "Explain more.",
    "terangkan lebih lanjut",
    "Cuéntame más",
    "Dis-m'en plus",
    "Mehr Details, bitte",
    "请详细说明",
    "もっと詳しく教えて",
    "المزيد من التفاصيل",
    "더 자세히",
]
LESS = [
    "Ringkas",
    "Tolong diringkas",
    "lebih singkat dong",
    "Intinya apa?",
    "More Concise",
    "Make it shorter",
    "TL;DR",
    "In one sentence",
    "Ringkaskan",
    "Más corto, por favor",
    "Résume",
    "Kürzer bitte",
    "总结一下",
    "要約して",
    "باختصار",
    "요약해줘",
]
WHEN = [
    "Dan kapan itu?",
    "Kapan?",
    "And when was that?",
    "¿Y cuándo fue eso?",
    "Et quand?",
    "那是什么时候？",
    "ومتى كان ذلك؟",
    "それはいつですか",
    "Khi nào?",
]
REMARKS = [
    "Terima kasih!",
    "Wah menarik",
    "Wow, menarik sekali, makasih ya",
    "Thanks!",
    "I see",
    "Oke",
    "Great, thanks!",
    "谢谢",
    "Gracias",
    "Merci beaucoup",
    "شكرا",
]
WITH_TOPIC = [
    "Ringkas berita tentang banjir",
    "Kapan lombanya?",
    "Berapa armadanya?",
    "Explain the tunnel repair",
    "Kopi menarik",
    "Summarize the flood in Lembah Arum",
    "When did the tram reopen?",
    "Siapa dia?",
    "Good news about coffee?",
]


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        *((text, "more") for text in MORE),
        *((text, "less") for text in LESS),
        *((text, "when") for text in WHEN),
        *((text, None) for text in [*REMARKS, *WITH_TOPIC]),
    ],
)
def test_a_short_turn_asks_for_more_for_less_or_for_the_time(text: str, request_: str | None) -> None:
    assert request_of(text) == request_


@pytest.mark.parametrize("text", REMARKS)
def test_a_turn_of_words_of_thanks_and_praise_is_a_remark(text: str) -> None:
    assert is_remark(text)


@pytest.mark.parametrize("text", [*WITH_TOPIC, *MORE, *LESS, *WHEN, "", "?"])
def test_a_turn_with_any_other_word_is_no_remark(text: str) -> None:
    assert not is_remark(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Bukan, maksud saya tarifnya", "tarifnya"),
        ("bukan itu, yang saya maksud tarifnya", "tarifnya"),
        ("eh maksudku 2023", "2023"),
        ("No, I meant the fare", "the fare"),
        ("sorry, I mean the winner", "the winner"),
        ("不是，我是说2023年", "2023年"),
        ("لا، أقصد 2023", "2023"),
        ("Apa maksud pasal 5?", "Apa maksud pasal 5?"),
        ("What did he mean by that?", "What did he mean by that?"),
        ("Bukan saya", "Bukan saya"),
        ("maksud saya", "maksud saya"),
    ],
)
def test_what_was_meant_is_asked(text: str, meant: str) -> None:
    assert without_correction(text) == meant


@given(st.text())
def test_any_text_can_be_asked(text: str) -> None:
    assert request_of(text * 30) is None or len(text * 30) <= 80
    is_remark(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jelasin dong", "more"),
        ("kasih detailnya dong", "more"),
        ("jelaskan secara detail", "more"),
        ("tambahin info", "more"),
        ("add some details", "more"),
        ("ringkasin dong", "less"),
        ("jawab dengan singkat", "less"),
        ("give me the short version", "less"),
        ("in 1 sentence", "less"),
        ("kpn itu?", "when"),
        ("tgl brp?", "when"),
        ("lbh detail", "more"),
        ("lebih detail dong kak", "more"),
        ("mas detalles porfa", "more"),
        ("もう少し詳しく", "more"),
        ("تفاصيل اكثر", "more"),
        ("kepanjangan bro", "less"),
        ("mas corto porfa", "less"),
        ("più breve per favore", "less"),
        ("tóm tắt lại", "less"),
        ("짧게 요약해줘", "less"),
        ("cuando fue?", "when"),
        ("quando è successo?", "when"),
        ("когда это было?", "when"),
        ("متى حصل هذا", "when"),
        ("bila tu jadi", "when"),
        ("lengkapi", "more"),
        ("más info porfa", "more"),
        ("leuwih jelas", "more"),
        ("luwih cetho", "more"),
        ("بالتفصيل لو سمحت", "more"),
        ("подробнее пж", "more"),
        ("chi tiết hơn đi", "more"),
        ("विस्तार से बताओ", "more"),
        ("daha fazla detay", "more"),
        ("说详细一点", "more"),
        ("ringkaskan sikit", "less"),
        ("singkat wae", "less"),
        ("短くお願い", "less"),
        ("kısaca anlat", "less"),
        ("kurz und knapp", "less"),
        ("简单来说", "less"),
        ("สรุปสั้นๆ", "less"),
        ("iklian mo", "less"),
        ("wann genau", "when"),
        ("когда именно", "when"),
        ("cuando fue eso", "when"),
        ("कब हुआ", "when"),
        ("kapan kuwi", "when"),
        ("iraha eta", "when"),
        ("info lengkapnya", "more"),
        ("be more specific", "more"),
        ("dime más", "more"),
        ("具体一点", "more"),
        ("продолжай", "more"),
        ("jangan panjang-panjang", "less"),
        ("trop long", "less"),
        ("长话短说", "less"),
        ("вкратце", "less"),
        ("what year was that?", "when"),
        ("¿en qué año?", "when"),
        ("哪一年？", "when"),
        ("في أي سنة؟", "when"),
        ("Mas?", None),
        ("LINE?", None),
        ("Jelaskan kenapa banjir", None),
        ("ringkasan APBN", None),
    ],
)
def test_requests_as_people_type_them(text: str, expected: str | None) -> None:
    assert request_of(text) == expected
