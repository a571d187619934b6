"""Names that a claim exchanges: who does what to whom."""

import pytest

from rag.verification.comparison import Statement, compare
from tests.verification.test_judgement import always, verdict_on

ANWAR = (
    "Kuala Lumpur, Kamis - Mantan Deputi Perdana Menteri Malaysia Anwar Ibrahim, Kamis (18/8), memenangi "
    "gugatan atas Khalid Jafri, penulis sebuah buku."
)
PORTER = "The most successful indicator was developed for the inventor Charles Porter by Charles Richard."


def is_exchanged(claim: str, evidence: str, language: str) -> bool:
    found = compare(Statement(claim, language), Statement(evidence, language))
    assert found.has_no_conflict or found.has_exchanged_names
    return found.has_exchanged_names


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Andi menuduh Budi korupsi.", "Kemarin Budi menuduh Andi korupsi."),
        ("id", "Khalid Jafri memenangi gugatan atas Anwar Ibrahim.", ANWAR),
        ("id", "Hakim menyuruh Anwar membayar ganti rugi kepada Khalid.",
         "Hakim menyuruh Khalid membayar uang ganti rugi kepada Anwar."),
        ("id", "Kereta berangkat dari Jakarta ke Bandung.", "Kereta berangkat dari Bandung ke Jakarta pagi."),
        ("ms", "Ahmad menyaman Siti di mahkamah.", "Siti menyaman Ahmad di mahkamah."),
        ("jv", "Slamet ngalahake Bejo.", "Wingi Bejo ngalahake Slamet."),
        ("en", "The indicator was developed for Charles Richard by Charles Porter.", PORTER),
        ("en", "Acme bought Globex.", "On 3 June 2024, Globex bought Acme for $3 million."),
        ("es", "Ana demandó a Juan.", "Juan demandó a Ana en mayo."),
        ("fr", "Marie a battu Jeanne.", "Jeanne a battu Marie hier soir."),
        ("nl", "Ajax versloeg Feyenoord.", "Feyenoord versloeg Ajax met 2-1."),
        ("vi", "Lan kiện Hùng ra tòa.", "Hùng kiện Lan ra tòa."),
    ],
)  # fmt: skip
def test_exchanged_names(language: str, claim: str, evidence: str) -> None:
    assert is_exchanged(claim, evidence, language)
    assert not is_exchanged(claim, claim, language)
    assert not is_exchanged(evidence, evidence, language)


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Jakarta adalah ibu kota Indonesia.", "Ibu kota Indonesia adalah Jakarta."),
        ("id", "Persib bertemu Persija.", "Persija bertemu Persib."),
        ("id", "Budi dan Andi menuduh Citra.", "Andi dan Budi menuduh Citra."),
        ("id", "Budi dituduh Andi.", "Andi menuduh Budi."),
        ("en", "Ajax beat Porto.", "Ajax beat Porto, and a year later Porto beat Ajax."),
        ("en", "Rome met Milan in the final.", "Milan met Rome in the final."),
        ("en", "Porter hired Richard.", "Richard, whom Porter hired, left."),
        # The endings of the names tell who accuses whom.
        ("ru", "Ивана обвинил Пётр.", "Пётр обвинил Ивана."),
    ],
)
def test_names_in_another_order_that_say_the_same(language: str, claim: str, evidence: str) -> None:
    found = compare(Statement(claim, language), Statement(evidence, language))
    assert not found.has_exchanged_names


@pytest.mark.parametrize(("support", "verdict"), [(0.4, "contradicted"), (0.99, "unsupported")])
def test_a_claim_with_exchanged_names_is_never_supported(support: float, verdict: str) -> None:
    evidence = "Budi menuduh Andi korupsi."
    judge = always(support, 1 - support, 0.0)
    assert verdict_on("Andi menuduh Budi korupsi.", judge, evidence).verdict == verdict
    assert verdict_on(evidence, always(0.9, 0.1, 0.0), evidence).verdict == "supported"


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Andi digugat Budi di pengadilan.", "Andi menggugat Budi di pengadilan."),
        ("id", "Andi mengalahkan Budi.", "Andi dikalahkan Budi."),
        ("ms", "Ahmad disaman oleh Siti.", "Ahmad menyaman Siti."),
        ("en", "Andi was accused by Budi of graft.", "Andi accused Budi of graft."),
        ("en", "Andi was accused by Budi of graft.", "Budi was accused by Andi of graft."),
    ],
)
def test_a_passive_with_the_names_in_the_same_order(language: str, claim: str, evidence: str) -> None:
    assert is_exchanged(claim, evidence, language)
    assert is_exchanged(evidence, claim, language)


@pytest.mark.parametrize(
    ("language", "claim", "evidence"),
    [
        ("id", "Andi menggugat Budi.", "Budi digugat oleh Andi."),
        ("id", "Bogor berjarak 12 km dari Depok.", "Depok berjarak 12 km dari Bogor."),
        ("en", "Andi accused Budi of graft.", "Budi was accused by Andi of graft."),
        ("es", "Ana fue demandada por Juan.", "Juan demandó a Ana."),
    ],
)
def test_a_passive_and_a_distance_that_say_the_same(language: str, claim: str, evidence: str) -> None:
    for one, other in ((claim, evidence), (evidence, claim)):
        assert not compare(Statement(one, language), Statement(other, language)).has_exchanged_names
