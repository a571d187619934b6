"""What a claim states against what the evidence gives."""

import unicodedata
from datetime import date

import pytest

from rag.verification.comparison import Comparison, Statement, compare

EVIDENCE = Statement(
    "Bupati Sari Dewi meresmikan jembatan sepanjang 1.500 meter di Bogor pada Senin (3/6).",
    "id",
    reference=date(2024, 6, 4),
    context="Jembatan baru\nKabupaten Bogor membangun jembatan. Biayanya Rp2,3 triliun.",
)


def against(claim: str, language: str = "id", evidence: Statement = EVIDENCE) -> Comparison:
    return compare(Statement(claim, language), evidence)


@pytest.mark.parametrize(
    "claim",
    [
        EVIDENCE.text,
        "Jembatan sepanjang 1,5 km diresmikan pada 3 Juni 2024.",
        "Sari Dewi meresmikannya kemarin.",
        "Pada 2024-06-03 jembatan 1500 m di Bogor diresmikan.",
        "Jembatan itu diresmikan pada bulan Juni.",
    ],
)
def test_facts_that_the_evidence_states(claim: str) -> None:
    assert set(against(claim).findings) <= {"given"}
    assert all(against(claim).checks.values())


@pytest.mark.parametrize(
    ("claim", "kind", "finding"),
    [
        ("Jembatan sepanjang 1.600 meter diresmikan.", "numbers", "differs"),
        ("Jembatan sepanjang 1.500 km diresmikan.", "numbers", "differs"),
        ("Jembatan diresmikan pada 4 Juni 2024.", "dates", "differs"),
        ("Jembatan diresmikan pada Selasa.", "dates", "differs"),
        ("Jembatan diresmikan pada 3 Juni 2023.", "dates", "differs"),
        (EVIDENCE.text.replace("Bogor", "Depok"), "names", "differs"),
        (EVIDENCE.text.replace("Sari Dewi", "Rina Wati"), "names", "differs"),
        ("Kata Gubernur Budi, jembatan itu panjang.", "names", "missing"),
    ],
)
def test_facts_that_the_evidence_does_not_state(claim: str, kind: str, finding: str) -> None:
    comparison = against(claim)
    assert getattr(comparison, kind) == finding
    assert comparison.checks[kind] is False


def test_an_amount_is_no_year() -> None:
    amount = Statement("Pada 3 Juni dikumpulkan 2.005 orang.", "id")
    year = Statement("Pada 3 Juni tahun 2005 itu berkumpul banyak orang.", "id")
    claim = "Mereka berkumpul pada 3 Juni 2005."
    assert against(claim, evidence=amount).dates != "given"
    assert against(claim, evidence=year).dates == "given"


def test_a_range_gives_each_of_its_days() -> None:
    evidence = Statement("Festival berlangsung 3–5 Juni 2024 di Bogor.", "id")
    assert against("Festival dimulai pada 3 Juni 2024.", evidence=evidence).dates == "given"
    assert against("Festival berakhir pada 5 Juni 2024.", evidence=evidence).dates == "given"
    assert against("Festival dimulai pada 7 Juni 2024.", evidence=evidence).dates == "differs"
    assert against("Festival berlangsung 3-8 Juni 2024.", evidence=evidence).dates == "differs"
    listed = Statement("Festival berlangsung 3, 4, dan 5 Juni 2024 di Bogor.", "id")
    assert against("Festival berlangsung 3-5 Juni 2024.", evidence=listed).dates == "given"


@pytest.mark.parametrize(
    ("language", "dated", "relative"),
    [
        ("id", "Kebakaran itu terjadi pada 4 Mei 2024.", "Kebakaran itu terjadi dua hari yang lalu."),
        ("en", "The fire broke out on 4 May 2024.", "The fire broke out two days ago."),
        ("es", "El incendio ocurrió el 4 de mayo de 2024.", "El incendio ocurrió hace dos días."),
        ("zh", "火灾发生在2024年5月4日。", "火灾发生在两天前。"),
        ("id", "Kebakaran itu terjadi pada 4 Mei 2024.", "Kebakaran itu terjadi kemarin."),
    ],
)
def test_days_before_an_unknown_day_are_no_other_dates(language: str, dated: str, relative: str) -> None:
    for claim, evidence in ((dated, relative), (relative, dated)):
        found = compare(Statement(claim, language), Statement(evidence, language))
        assert not {found.numbers, found.dates} & {"missing", "differs"}


def test_days_before_a_known_day_give_a_date() -> None:
    evidence = Statement("Kebakaran itu terjadi dua hari lalu.", "id", reference=date(2024, 5, 6))
    assert against("Kebakaran itu terjadi pada 4 Mei.", evidence=evidence).dates == "given"
    assert against("Kebakaran itu terjadi pada 2 Mei.", evidence=evidence).dates == "differs"
    assert against("Kebakaran itu terjadi lima hari lalu.", evidence=evidence).numbers == "differs"


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("zh", "会议于6月1日开幕。", "第十届世界环境大会于6月1日开幕。"),
        ("ja", "売上高は1兆円だった。", "同社の売上高は1兆円で、前年より増えた。"),
        ("hi", "हादसे में 8 लोगों की मौत हुई।", "बस हादसे में 8 लोगों की मौत हो गई।"),
        ("ko", "행사는 10월 3일에 열렸다.", "행사는 2023년 10월 3일 서울에서 열렸다."),
    ],
)
def test_a_paraphrase_is_no_other_name_in_a_script_without_capitals(
    language: str, claim: str, evidence: str
) -> None:
    assert finds(claim, evidence, language).names is None


def test_a_year_beside_its_sign_is_that_of_a_date() -> None:
    evidence = Statement("该桥于2018年10月24日正式通车。", "zh")
    assert against("该桥于2018年通车。", "zh", evidence).numbers == "given"
    assert against("该桥于2016年通车。", "zh", evidence).numbers == "missing"


def test_a_common_word_is_no_name_beside_a_sign() -> None:
    context = "Harga kopi, beras dan gula naik di Bogor."
    evidence = Statement("Kopi naik 5 persen di Bogor.", "id", context=context)
    assert against("Harganya naik 5 persen di Bogor.", evidence=evidence).names == "given"


@pytest.mark.parametrize("language", ["ace-Latn", "ace", "qaa-x-kutip"])
def test_a_language_that_cldr_does_not_have(language: str) -> None:
    assert against(EVIDENCE.text, language).numbers == "given"


def test_a_number_stated_once_cannot_support_two() -> None:
    evidence = Statement("12 orang tewas dan 30 luka.", "id")
    assert against("30 orang tewas dan 30 luka.", evidence=evidence).numbers == "differs"
    assert against("12 orang tewas; 12 itu warga Bogor.", evidence=evidence).numbers == "differs"
    assert against("30 luka, ya, 30.", evidence=Statement("30 luka.", "id")).numbers == "given"


def test_a_changed_name_in_a_script_without_capitals() -> None:
    evidence = Statement("国务院总理李强周六在上海出席开幕式并发表讲话。", "zh-Hans")
    assert against(evidence.text, "zh-Hans", evidence).names in {None, "given"}
    assert against(evidence.text.replace("上海", "北京"), "zh-Hans", evidence).names == "differs"


def test_across_languages_numbers_and_countries_are_compared() -> None:
    evidence = Statement("Germany spent 2.3 trillion dollars in March 2020.", "en")
    assert set(
        against("Jerman mengeluarkan 2,3 triliun dolar pada Maret 2020.", "id", evidence).findings
    ) == {"given"}
    assert against("Jerman mengeluarkan 2,4 triliun dolar.", "id", evidence).numbers == "differs"
    assert against("Jerman mengeluarkan US$2,4 triliun.", "id", evidence).numbers == "differs"
    assert against("Jerman mengeluarkannya pada April 2020.", "id", evidence).dates == "differs"


def test_a_claim_without_facts_has_no_findings() -> None:
    assert against("jembatan itu panjang").findings == []


@pytest.mark.parametrize(
    "claim",
    [
        "Ma'ruf Amin membuka pameran Al-Qur'an pada Jum'at (7/6).",
        "Ma’ruf Amin membuka pameran Alquran pada Jum’at (7/6).",
        "Maruf Amin membuka pameran Al Quran pada Jumat (7/6).",
        "Ma`ruf Amin mem\u00adbuka pa\u200bmeran Al-Quran pada Jumʼat (7/6).",
    ],
)
def test_spellings_of_names_and_words_are_no_differences(claim: str) -> None:
    for text in ("Ma’ruf Amin membuka pameran Al-Qur’an pada Jumat (7/6).", claim):
        found = against(claim, evidence=Statement(text, "id", reference=date(2024, 6, 8)))
        assert set(found.findings) == {"given"}
        assert found.coverage == 1
    other = Statement(
        "Makruf Amin membuka pameran Al-Quran pada Jumat (7/6).", "id", reference=date(2024, 6, 8)
    )
    assert (
        against("Ma'ruf Hasan membuka pameran Al-Quran pada Jumat (7/6).", evidence=other).names == "differs"
    )


def test_decomposed_letters_are_no_differences() -> None:
    text = "Menteri José Müller membuka pameran di Côte d’Azur."
    found = against(unicodedata.normalize("NFD", text), evidence=Statement(text, "id"))
    assert (found.names, found.coverage) == ("given", 1)


def finds(claim: str, evidence: str, language: str) -> Comparison:
    """Compare two texts of one language and one day."""
    return compare(
        Statement(claim, language, date(2024, 6, 4)), Statement(evidence, language, date(2024, 6, 4))
    )


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Komisi Pemberantasan Korupsi menahan bupati.", "KPK menahan bupati."),
        ("id", "Hal itu diatur dalam Undang-Undang Nomor 11.", "Hal itu diatur dalam UU No. 11."),
        ("en", "The WHO declared an emergency.", "The World Health Organization declared an emergency."),
        ("en", "JFK visited Berlin.", "John F. Kennedy visited Berlin."),
        ("id", "Hampir 75 persen warga setuju.", "Sebanyak 74,6 persen warga setuju."),
        ("id", "Semua warga Sukamaju mengungsi.", "Warga Desa Sukamaju mengungsi."),
        ("en", "The project costs US$1.25bn.", "The project costs $1.25 billion."),
        ("de", "Es kostet 1.250 Mio. €.", "Es kostet 1,25 Milliarden Euro."),
        ("vi", "Cuộc họp diễn ra vào thứ Hai.", "Cuộc họp diễn ra ngày 3 tháng 6 năm 2024."),
    ],
)
def test_names_that_are_written_in_another_way(language: str, claim: str, evidence: str) -> None:
    assert finds(claim, evidence, language).names in ("given", None)


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("en", "The boy is in a stable condition.", "The boy is in a critical condition."),
        (
            "id",
            "Petugas itu dirawat karena luka berat di wajah.",
            "Petugas itu dirawat karena luka ringan di wajah.",
        ),
        ("zh", "张伟是清华大学的知名教授。", "张伟是北京大学的知名教授。"),
        ("th", "นายสมชาย เดินทางไปภูเก็ตเมื่อวันจันทร์", "นายสมชาย เดินทางไปเชียงใหม่เมื่อวันจันทร์"),
    ],
)
def test_another_word_in_a_repeated_sentence(language: str, claim: str, evidence: str) -> None:
    assert finds(claim, evidence, language).has_other_word
    assert not finds(claim, evidence, language).has_no_conflict
    assert not finds(claim, claim, language).has_other_word


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The man was taken to a hospital in Bonn.", "The man was taken to the hospital in Bonn."),
        ("The price of rice rises again this week.", "The price of rice rise again this week."),
        ("The trial of the mayor began at noon on the coast.", "The mayor went on trial at noon."),
        ("The minister will speak in Vienna on Monday.", "The minister will speak in Bonn on Monday."),
        ("The boy is at a children's hospital now.", "The boy is at Rady children's hospital now."),
    ],
)
def test_an_inflected_word_a_name_or_a_paraphrase_is_no_other_word(claim: str, evidence: str) -> None:
    assert not finds(claim, evidence, "en").has_other_word


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("ja", "政府は米の価格を上げなかった。", "政府は米の価格を上げた。"),
        ("de", "Die Regierung erhöhte die Preise nicht.", "Die Regierung erhöhte die Preise."),
        ("ar", "الخطة غير قابلة للتنفيذ.", "الخطة قابلة للتنفيذ."),
        ("ko", "정부는 가격을 안 올렸다.", "정부는 가격을 올렸다."),
        ("jv", "Rega beras mudhun 5 persen.", "Rega beras mundhak 5 persen."),
        ("ru", "Цены снизились на 5%.", "Цены выросли на 5%."),
    ],
)
def test_negations_and_directions_of_more_languages(language: str, claim: str, evidence: str) -> None:
    assert finds(claim, evidence, language).polarity == "differs"
    assert finds(claim, claim, language).polarity in ("given", None)


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("de", "Er belegte den zweiten Platz.", "Er belegte den dritten Platz."),
        ("en", "She finished first in the race.", "She finished third in the race."),
        ("en", "It fell to 5 degrees.", "It fell to -5 degrees."),
        ("en", "About half of households have no water.", "34 percent of households have no water."),
    ],
)
def test_ordinals_signs_and_shares_in_the_place_of_others(language: str, claim: str, evidence: str) -> None:
    assert finds(claim, evidence, language).numbers == "differs"


@pytest.mark.parametrize(
    ("language", "claim"),
    [
        ("zh", "会议于二〇二四年六月三日举行。"),
        ("ja", "会議は令和6年6月3日に開かれた。"),
        ("th", "จัดขึ้นเมื่อวันที่ 3 มิ.ย. 2567"),
        ("ar", "عقد الاجتماع في 3 حزيران 2024."),
        ("jv", "Rapat dianakake dina Senen."),
    ],
)
def test_dates_in_more_notations(language: str, claim: str) -> None:
    evidence = Statement("The meeting was on 3 June 2024.", "en", date(2024, 6, 4))
    assert compare(Statement(claim, language), evidence).dates == "given"
    other = Statement("The meeting was on 4 July 2023.", "en", date(2024, 6, 4))
    assert compare(Statement(claim, language), other).dates in ("differs", "missing")


@pytest.mark.parametrize(
    ("claim", "evidence", "language"),
    [
        ("Ratna Wijaya fired 36 workers.", "Its owner, Ratna Wijaya, hired 36 workers.", "en"),
        ("Toko itu ditutup pada 3 Mei.", "Menurut warga, toko itu dibuka pada 3 Mei.", "id"),
        ("La empresa vendió dos barcos en Lima.", "La empresa compró dos barcos viejos en Lima.", "es"),
    ],
)
def test_an_opposite_word_in_a_sentence_that_is_cut_short(claim: str, evidence: str, language: str) -> None:
    assert compare(Statement(claim, language), Statement(evidence, language)).has_other_word


def test_a_sentence_that_is_cut_short_has_no_other_word() -> None:
    claim, evidence = "Ratna Wijaya hired 36 workers.", "Its owner, Ratna Wijaya, hired 36 workers."
    assert not compare(Statement(claim, "en"), Statement(evidence, "en")).has_other_word
