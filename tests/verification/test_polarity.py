"""Which questions and texts deny something."""

import pytest

from rag.verification.comparison import Statement, compare
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


def polarity_of(claim: str, evidence: str, language: str) -> str | None:
    return compare(Statement(claim, language), Statement(evidence, language)).polarity


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("en", "The mayor resigned after the vote.", "The mayor did not resign after the vote."),
        ("en", "No passengers were injured in the crash.", "Passengers were injured in the crash."),
        ("de", "Die Regierung erhöhte keine Preise.", "Die Regierung erhöhte die Preise."),
        ("tr", "Belediye başkanı sözleşmeyi imzalamadı.", "Belediye başkanı sözleşmeyi imzaladı."),
        ("tr", "Okullar pazartesi günü açılmayacak.", "Okullar pazartesi günü açılacak."),
        ("tr", "Fiyatlar yüzde 5 düştü.", "Fiyatlar yüzde 5 arttı."),
        ("nl", "De prijzen daalden met 5 procent.", "De prijzen stegen met 5 procent."),
        ("es", "Los precios bajaron un 5%.", "Los precios subieron un 5%."),
        ("pt", "Os preços caíram 5%.", "Os preços subiram 5%."),
        ("id", "Inflasi turun ke 5 persen pada Mei.", "Inflasi naik ke 5 persen pada Mei."),
    ],
)
def test_denials_and_directions_that_differ(language: str, claim: str, evidence: str) -> None:
    assert polarity_of(claim, evidence, language) == "differs"
    assert polarity_of(claim, claim, language) in ("given", None)


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Tidak hanya Arif, Dina juga hadir dalam rapat.", "Arif dan Dina hadir dalam rapat."),
        ("id", "Tak sedikit warga yang mengeluh soal air.", "Banyak warga yang mengeluh soal air."),
        ("id", "Bupati turun ke lokasi banjir.", "Bupati meninjau lokasi banjir; air terus naik."),
        ("id", "Presiden naik kereta ke Bogor.", "Presiden ke Bogor; harga tiket kereta turun."),
        ("id", "Hujan turun di pasar.", "Harga naik saat hujan di pasar."),
        ("en", "No one was hurt in the fire.", "Nobody was injured in the fire."),
        ("en", "Article No. 5 was repealed in May.", "Article 5 was repealed in May."),
        ("en", "In the fall, exports were weak.", "Exports were weak, but imports increased."),
        ("de", "Kein Fahrgast wurde verletzt.", "Die Fahrgäste wurden nicht verletzt."),
        ("tr", "Film bir komedi olarak tanıtıldı.", "Film dram olarak tanıtıldı."),
    ],
)
def test_denials_and_directions_that_do_not_differ(language: str, claim: str, evidence: str) -> None:
    assert polarity_of(claim, evidence, language) is None
