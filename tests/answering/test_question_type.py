"""What a question asks for, in many languages, and what a sentence lacks."""

import pytest

from rag.answering.question_type import Missing, QuestionType, missing, question_type


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Kapan perang itu berakhir?", "time"),
        ("Pada tahun berapa Tesla meninggal?", "time"),
        ("What year did Tesla die?", "time"),
        ("Năm nào cầu được xây?", "time"),
        ("这座桥哪一年建成？", "time"),
        ("متى افتتح الجسر؟", "time"),
        ("पुल कब खुला?", "time"),
        ("Berapa rumah yang terendam?", "number"),
        ("¿Cuántas hectáreas ardieron?", "number"),
        ("有多少人参加？", "number"),
        ("สะพานยาวเท่าไร", "number"),
        ("집이 몇 채입니까?", "number"),
        ("Siapakah presiden pertama Indonesia?", "name"),
        ("Di mana kapal itu tenggelam?", "name"),
        ("Who won the race?", "name"),
        ("誰が勝ちましたか", "name"),
        ("Où se trouve le port ?", "name"),
        ("Apa kepanjangan dari GPS?", None),
        ("Was ist das?", None),
    ],
)
def test_question_words_tell_the_type_of_a_question(question: str, kind: QuestionType | None) -> None:
    assert question_type(question) == kind


@pytest.mark.parametrize(
    ("question", "sentence", "lacks"),
    [
        ("Berapa rumah terendam?", "Banjir merendam 412 rumah.", Missing()),
        ("Berapa rumah terendam?", "Banjir merendam rumah.", Missing(number=True)),
        ("Berapa korban banjir 2005?", "Banjir 2005 menelan korban.", Missing(number=True)),
        ("Kapan jembatan dibuka?", "Jembatan dibuka pada 1998.", Missing()),
        ("Kapan jembatan dibuka?", "Jembatan dibuka 3 Juni.", Missing(year=True)),
        ("Kapan jembatan dibuka?", "Jembatan sudah dibuka.", Missing(number=True, year=True)),
        ("متى افتتح الجسر؟", "افتتح الجسر عام ١٩٩٨", Missing()),
        ("大桥哪一年建成？", "大桥于1998年建成。", Missing()),
        ("Siapa menemukan Kutip?", "Kutip ditemukan oleh Budi.", Missing()),
        ("Siapa menemukan Kutip?", "Penemu Kutip tidak diketahui.", Missing(name=True)),
        ("谁建了桥？", "AI 公司建了桥。", Missing()),
        ("Apa itu kopi?", "Minuman.", Missing()),
    ],
)
def test_a_sentence_without_a_new_number_year_or_name_lacks_it(
    question: str, sentence: str, lacks: Missing
) -> None:
    assert missing(question, sentence) == lacks
