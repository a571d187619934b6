"""The verdict from what the cross-encoder reads: units of evidence, facts and probabilities."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from embeddings.cross_encoder import Reading as QuestionReading
from embeddings.weights import FloatArray
from rag.verification.attribution import Attribution, attribute
from rag.verification.claims import Sentence
from rag.verification.comparison import Statement
from rag.verification.evidence import Evidence
from rag.verification.judgement import SAME_LANGUAGE, Features, log_odds
from rag.verification.readings import Unit
from rag.verification.support import read
from tests.conftest import TopicEncoder
from tests.test_citations import hit

TEXT = "Panen kopi mencapai 1.500 ton. Harga kopi naik. Bus mogok di Bogor. Warga menonton maraton."

Judge = Callable[[str, str], tuple[float, float, float]]


class Scripted:
    """A cross-encoder that judges as it is told to."""

    name = "scripted"

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.pairs: list[tuple[str, str]] = []

    def judge(self, pairs: Sequence[tuple[str, str]]) -> FloatArray:
        self.pairs += pairs
        return np.array([self._judge(*pair) for pair in pairs], np.float32).reshape(-1, 3)

    def read(self, question: str, passages: Sequence[Sequence[str]]) -> list[QuestionReading]:
        raise AssertionError(f"no question is read here: {question}, {passages}")


def always(*probabilities: float) -> Scripted:
    supported, unsupported, contradicted = probabilities
    return Scripted(lambda _claim, _evidence: (supported, unsupported, contradicted))


def evidence_of(*texts: str) -> Evidence:
    hits = [
        replace(hit(f"article-{place}"), text=text, start=0, end=len(text))
        for place, text in enumerate(texts)
    ]
    return Evidence(hits, encoder=TopicEncoder())


def verdict_on(claim: str, cross_encoder: Scripted | None, *texts: str) -> Attribution:
    sentence = Sentence(lead="", text=claim, evidence=())
    return attribute(
        sentence, evidence=evidence_of(*(texts or (TEXT,))), language="id", claim_judge=cross_encoder
    )


SUPPORT = (0.98, 0.01, 0.01)


def test_a_claim_that_is_read_as_following_is_supported() -> None:
    found = verdict_on("Panen kopi mencapai 1.500 ton.", always(*SUPPORT))
    assert found.verdict == "supported"
    assert found.quotes[0].text == "Panen kopi mencapai 1.500 ton."
    assert set(found.checks) == {"quote", "numbers", "dates", "names", "polarity", "meaning"}


def test_support_is_withheld_from_another_number() -> None:
    found = verdict_on("Panen kopi mencapai 1.600 ton.", always(*SUPPORT))
    assert found.verdict == "contradicted"
    assert found.quotes[0].difference is not None
    assert found.quotes[0].difference.claim.text == "1.600"
    apart = verdict_on("Menurut petani di desa itu hasilnya kira-kira 9.000 karung kopi.", always(*SUPPORT))
    assert apart.verdict in ("unsupported", "contradicted")


def test_the_sentence_that_supports_a_claim_must_have_its_number_itself() -> None:
    def judge(_claim: str, evidence: str) -> tuple[float, float, float]:
        return (0.98, 0.01, 0.01) if "1.500" not in evidence else (0.3, 0.69, 0.01)

    texts = ("Panen kopi naik lagi di desa itu.", "Gempa merusak 1.500 rumah.")
    claim = "Menurut petani, panen kopi di desa itu naik menjadi 1.500 ton."
    assert verdict_on(claim, Scripted(judge), *texts).verdict == "unsupported"
    whole = verdict_on(claim, always(*SUPPORT), "Panen kopi di desa itu naik. Hasilnya menjadi 1.500 ton.")
    assert whole.verdict == "supported"
    assert "1.500" in " ".join(quote.text for quote in whole.quotes)


@pytest.mark.parametrize(
    ("probabilities", "verdict"),
    [
        ((0.98, 0.01, 0.01), "supported"),
        ((0.40, 0.59, 0.01), "unchecked"),
        ((0.02, 0.97, 0.01), "unsupported"),
        ((0.01, 0.01, 0.98), "contradicted"),
    ],
)
def test_the_probabilities_lead_to_the_verdict(
    probabilities: tuple[float, float, float], verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = replace(SAME_LANGUAGE, supported=(1.0, *[0.0] * 8), contradicted=(0.0, 1.0, *[0.0] * 7))
    monkeypatch.setattr("rag.verification.judgement.SAME_LANGUAGE", plain)
    assert verdict_on("Harga kopi naik di desa itu.", always(*probabilities)).verdict == verdict


def test_a_copy_of_a_sentence_needs_less_support_but_some(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(SAME_LANGUAGE, supported=(1.0, *[0.0] * 8), contradicted=(0.0, 1.0, *[0.0] * 7))
    monkeypatch.setattr("rag.verification.judgement.SAME_LANGUAGE", plain)
    assert verdict_on("Panen kopi mencapai 1500 ton.", always(0.40, 0.59, 0.01)).verdict == "supported"
    assert verdict_on("Panen kopi mencapai 1500 ton.", always(0.02, 0.97, 0.01)).verdict == "unsupported"


def test_only_a_whole_sentence_repeated_needs_still_less_support(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = replace(SAME_LANGUAGE, supported=(1.0, *[0.0] * 8), contradicted=(0.0, 1.0, *[0.0] * 7))
    monkeypatch.setattr("rag.verification.judgement.SAME_LANGUAGE", plain)
    little = always(0.15, 0.84, 0.01)
    assert verdict_on("Panen kopi mencapai 1.500 ton.", little).verdict == "supported"
    assert verdict_on("Panen kopi mencapai 1.600 ton.", little).verdict == "contradicted"
    exchanged = "Harga kopi naik dari 6 menjadi 5 ribu."
    assert verdict_on(exchanged, little, "Harga kopi naik dari 5 menjadi 6 ribu.").verdict != "supported"
    assert (
        verdict_on("Harga kopi naik.", little, "Kabar bahwa harga kopi naik keliru.").verdict == "unsupported"
    )


SENTENCE = "Pada 13 April 2020 ada 12.843 rumah (8,1%) dan 1.388 gubuk (0,9%) terendam."


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Pada 13/4/2020 ada 12.843 rumah (8,1%) dan 1.388 gubuk (0,9%) terendam.", "supported"),
        ("Pada 2020-04-13 ada 12843 rumah (8.1%) dan 1.388 gubuk (0,9 persen) terendam.", "supported"),
        ("Pada 13 April 2020 ada 1.388 rumah (8,1%) dan 12.843 gubuk (0,9%) terendam.", "contradicted"),
        ("Pada 13 April 2020 ada 12.843 rumah (0,9%) dan 1.388 gubuk (8,1%) terendam.", "contradicted"),
        ("Pada 14/4/2020 ada 12.843 rumah (8,1%) dan 1.388 gubuk (0,9%) terendam.", "contradicted"),
        ("Pada 13 April 2020 ada 12.843 rumah (8,1%) dan 1.388 gubuk terendam.", "unsupported"),
        ("Pada 13 April 2020 ada hampir 12.843 rumah (8,1%) dan 1.388 gubuk (0,9%) terendam.", "unsupported"),
    ],
)
def test_a_whole_sentence_may_be_repeated_in_another_notation(
    claim: str, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = replace(SAME_LANGUAGE, supported=(1.0, *[0.0] * 8), contradicted=(0.0, 1.0, *[0.0] * 7))
    monkeypatch.setattr("rag.verification.judgement.SAME_LANGUAGE", plain)
    assert verdict_on(claim, always(0.15, 0.84, 0.01), SENTENCE).verdict == verdict


@pytest.mark.parametrize(
    ("evidence", "claim", "verdict"),
    [
        ("Sembilan rumah yang dihuni 10 keluarga (41 jiwa) tertimbun.",
         "Sembilan rumah yang dihuni 50 keluarga (41 jiwa) tertimbun.", "contradicted"),
        ("Inflasi mencapai 15 persen sampai 16 persen.",
         "Inflasi mencapai 15 persen sampai 15 persen.", "contradicted"),
        ("Harga kopi naik dari 5 menjadi 6 ribu rupiah.",
         "Harga kopi naik dari 6 menjadi 5 ribu rupiah.", "contradicted"),
        ("Pameran dibuka 3 Juni 2024 dan ditutup 9 Juli 2024.",
         "Pameran dibuka 9 Juli 2024 dan ditutup 3 Juni 2024.", "unsupported"),
        ("Harga naik 5 ribu rupiah. Lalu harga turun 6 ribu rupiah.",
         "Harga naik 6 ribu rupiah.", "contradicted"),
        ("Harga naik 5 ribu rupiah. Harga naik 6 ribu rupiah.", "Harga naik 6 ribu rupiah.", "supported"),
        ("Sembilan rumah dan 41 toko tertimbun.", "50 rumah dan toko tertimbun.", "supported"),
        ("Panen mencapai 74,6 persen dari rencana.", "Panen mencapai 75 persen dari rencana.", "supported"),
        ("Panen mencapai 74,6 persen dari rencana.",
         "Panen mencapai hampir 75 persen dari rencana.", "supported"),
    ],
)  # fmt: skip
def test_a_number_or_date_in_the_place_of_another_is_no_copy(evidence: str, claim: str, verdict: str) -> None:
    assert verdict_on(claim, always(0.7, 0.2, 0.1), evidence).verdict == verdict


@pytest.mark.parametrize(
    ("support", "verdict"), [(0.4, "contradicted"), (0.7, "unsupported"), (0.9, "supported")]
)
def test_another_word_in_a_repeated_sentence_needs_more_support(support: float, verdict: str) -> None:
    evidence = "Anak itu dirawat dalam kondisi kritis di rumah sakit."
    claim = evidence.replace("kritis", "stabil")
    assert verdict_on(claim, always(support, 1 - support, 0.0), evidence).verdict == verdict


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Bank sentral menaikkan target pertumbuhan.", "unsupported"),
        ("Target itu diturunkan bank sentral.", "supported"),
        ("Target pertumbuhan itu kini melonjak.", "unsupported"),
    ],
)
def test_what_falls_supports_no_claim_that_it_rises(claim: str, verdict: str) -> None:
    evidence = "Bank sentral menurunkan target pertumbuhan."
    assert verdict_on(claim, always(0.95, 0.05, 0.0), evidence).verdict == verdict


def test_a_number_in_the_place_of_another_is_found_without_a_cross_encoder() -> None:
    evidence = "Harga kopi naik dari 5 menjadi 6 ribu rupiah."
    assert verdict_on(evidence, None, evidence).verdict == "unchecked"
    exchanged = verdict_on("Harga kopi naik dari 6 menjadi 5 ribu rupiah.", None, evidence)
    assert exchanged.verdict == "contradicted"


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        ("Menteri Andi menuduh Budi korupsi dana desa.", "Menteri Andi korupsi dana desa."),
        ("Menteri membantah kabar bahwa jembatan itu runtuh.", "Jembatan itu runtuh."),
        ("Hanya 5 dari 100 siswa lulus ujian itu.", "100 siswa lulus ujian itu."),
    ],
)
def test_a_part_of_a_sentence_needs_the_support_of_any_other_claim(evidence: str, claim: str) -> None:
    assert verdict_on(claim, always(0.3, 0.3, 0.4), evidence).verdict != "supported"
    assert verdict_on(claim, always(0.02, 0.03, 0.95), evidence).verdict == "contradicted"
    assert verdict_on(claim, always(0.95, 0.03, 0.02), evidence).verdict == "supported"


def test_words_in_brackets_are_checked() -> None:
    yes, evidence = always(0.95, 0.03, 0.02), "Budi membuka bus di Bogor."
    assert verdict_on("[Sari] membuka bus di Bogor.", yes, evidence).verdict != "supported"
    assert verdict_on("Budi membuka bus di Bogor [2].", yes, evidence).verdict == "supported"


def test_yesterday_in_another_article_is_another_day() -> None:
    texts = {
        datetime(2025, 7, 10, tzinfo=UTC): "Jembatan Ampera rusak parah.",
        datetime(2025, 8, 20, tzinfo=UTC): "Jembatan Ampera ditutup kemarin bagi truk berat.",
    }
    hits = [
        replace(hit(str(day.month)), text=text, end=len(text), published_at=day)
        for day, text in texts.items()
    ]
    evidence = Evidence(hits, encoder=TopicEncoder())
    claim = Statement("Jembatan Ampera rusak dan ditutup bagi truk berat pada 9 Juli 2025.", "id")
    candidates = evidence.candidates(claim, evidence.encode(claim.text), depth=6)
    readings = read(claim, candidates, named=[], evidence=evidence, claim_judge=always(0.3, 0.4, 0.3))
    assert all(reading.comparison.dates != "given" for reading in readings)


def test_a_copy_is_not_contradicted() -> None:
    assert verdict_on("Panen kopi mencapai 1500 ton.", always(0.01, 0.01, 0.98)).verdict == "unsupported"
    assert verdict_on("Panen kopi mencapai 1600 ton.", always(0.01, 0.01, 0.98)).verdict == "contradicted"


@pytest.mark.parametrize(
    ("claim", "verdict"), [("Harga.", "supported"), ("1.500.", "supported"), ("Aman sekali.", "unsupported")]
)
def test_a_claim_of_a_word_or_two_must_have_something_of_the_evidence(claim: str, verdict: str) -> None:
    assert verdict_on(claim, always(*SUPPORT)).verdict == verdict


def test_a_claim_that_one_sentence_clearly_supports_is_read_no_further() -> None:
    claim, sentence = "Panen kopi mencapai 1.500 ton di Gayo.", "Panen kopi mencapai 1.500 ton di Gayo."
    texts = (sentence, "Harga kopi naik.")

    def pairs(read_by: Scripted, claim: str, *named: int) -> list[tuple[str, str]]:
        found = Sentence(lead="", text=claim, evidence=named)
        attribute(found, evidence=evidence_of(*texts), language="id", claim_judge=read_by)
        return read_by.pairs

    assert pairs(always(*SUPPORT), claim) == [(claim, sentence)]
    assert pairs(always(0.3, 0.6, 0.1), claim) == [(claim, sentence)]  # a copy needs less
    assert pairs(always(*SUPPORT), claim, 1) == [(claim, sentence)]
    unclear = {
        "another passage is cited": pairs(always(*SUPPORT), claim, 2),
        "support is weak": pairs(always(0.6, 0.3, 0.1), claim.replace("mencapai", "melewati")),
        "support of a copy is very weak": pairs(always(0.1, 0.8, 0.1), claim),
        "a number differs": pairs(always(*SUPPORT), claim.replace("1.500", "1.600")),
    }
    assert {name: len(read) > 1 for name, read in unclear.items()} == dict.fromkeys(unclear, True)


def test_numbers_are_read_in_the_notation_of_the_evidence() -> None:
    read_by = always(0.6, 0.3, 0.1)
    verdict_on("Menurut petani, panen kopi mencapai 1500 ton.", read_by)
    assert (
        "Menurut petani, panen kopi mencapai 1.500 ton.",
        "Panen kopi mencapai 1.500 ton.",
    ) in read_by.pairs
    assert ("Menurut petani, panen kopi mencapai 1500 ton.", "Harga kopi naik.") in read_by.pairs


def test_the_probabilities_of_the_verdicts_add_up() -> None:
    features = Features(
        supported=log_odds(1.0),
        contradicted=log_odds(0.0),
        most_contradicted=log_odds(0.5),
        mean=0.0,
        coverage=1.0,
        number=1.0,
        date=1.0,
        name=1.0,
    )
    assert sum(SAME_LANGUAGE.probabilities(features).values()) == pytest.approx(1.0)


@pytest.mark.parametrize("cross_encoder", [None, always(*SUPPORT)])
def test_no_evidence_supports_nothing(cross_encoder: Scripted | None) -> None:
    sentence = Sentence(lead="", text="Harga kopi naik.", evidence=())
    evidence = Evidence([], encoder=TopicEncoder())
    found = attribute(sentence, evidence=evidence, language="id", claim_judge=cross_encoder)
    assert (found.verdict, found.quotes, found.is_related) == ("unsupported", (), False)


def test_a_claim_that_is_too_long_is_not_read() -> None:
    cross_encoder = always(*SUPPORT)
    found = verdict_on("Harga kopi naik " * 300, cross_encoder)
    assert (found.verdict, found.quotes, cross_encoder.pairs) == ("unsupported", (), [])


def test_a_claim_is_read_with_sentences_with_two_together_and_with_the_passage() -> None:
    cross_encoder = always(0.6, 0.3, 0.1)
    verdict_on("Harga kopi naik tajam.", cross_encoder)
    texts = [evidence for _, evidence in cross_encoder.pairs]
    assert len(texts) == len(set(texts)) == 5
    assert texts[0] == "Harga kopi naik."
    assert texts[3] == "Panen kopi mencapai 1.500 ton. Harga kopi naik."
    assert texts[4] == TEXT


def test_the_cited_passage_is_read_whole_beside_that_of_the_best_sentence() -> None:
    texts = [f"Harga kopi naik di desa {name}. Bus mogok." for name in ("satu", "dua", "tiga", "empat")]
    claim = Statement("Harga kopi naik di desa.", "id")
    evidence = evidence_of(*texts)
    candidates = evidence.candidates(claim, evidence.encode(claim.text), depth=6)
    readings = read(claim, candidates, named=[4], evidence=evidence, claim_judge=always(*SUPPORT))
    passages = [reading.unit for reading in readings if len(reading.unit.sentences) == 2]
    whole = [unit for unit in passages if len({sentence.number for sentence in unit.sentences}) == 1]
    assert {unit.sentences[0].number for unit in whole} == {4, candidates[0].sentence.number}
    assert candidates[0].sentence.number != 4


def test_two_sentences_of_two_articles_are_two_quotes() -> None:
    def judge(_: str, evidence: str) -> tuple[float, float, float]:
        return SUPPORT if "kopi" in evidence and "beras" in evidence else (0.01, 0.98, 0.01)

    texts = ("Harga kopi tetap di pasar.", "Pedagang beras libur sepekan.")
    found = verdict_on("Harga kopi tetap di pasar, dan pedagang beras libur.", Scripted(judge), *texts)
    assert found.verdict == "supported"
    assert [quote.hit.article_id for quote in found.quotes] == ["article-0", "article-1"]


def test_a_unit_is_one_statement_with_the_contexts_of_all_its_passages() -> None:
    sentences = evidence_of("Harga kopi naik.", "Bus mogok.").sentences
    unit = Unit(tuple(sentences))
    assert unit.statement.text == "Harga kopi naik. Bus mogok."
    assert "Harga kopi naik." in unit.statement.context
    assert "Bus mogok." in unit.statement.context
    assert not unit.is_one_sentence
