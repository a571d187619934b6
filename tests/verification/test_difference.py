"""The words in which a claim and its contradicting quote differ, with their offsets."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.schemas import citations_json
from rag.citations import Composer, Quote
from rag.datatypes import Difference
from rag.verification.difference import difference
from tests.test_citations import hit


def quote_of(text: str, *, start: int = 0) -> Quote:
    whole = replace(hit(), text=text, start=start, end=start + len(text))
    return Quote(hit=whole, start=start, end=start + len(text), verdict="contradicted", checks={})


def words(found: Difference | None) -> tuple[str, str] | None:
    return (found.claim.text, found.evidence.text) if found else None


@pytest.mark.parametrize(
    ("claim", "evidence", "expected"),
    [
        ("Panen naik 13 persen.", "Panen naik 12 persen.", ("13", "12")),
        ("Panen mencapai 1.600,5 ton.", "Panen kopi mencapai 1.500,5 ton.", ("1.600,5", "1.500,5")),
        ("Budi meresmikan jembatan itu.", "Sari meresmikan jembatan itu.", ("Budi", "Sari")),
        ("Harga kopi tidak naik.", "Harga kopi naik.", ("tidak", "naik")),
        ("Tidak ada korban jiwa.", "Ada korban jiwa.", ("Tidak", "Ada")),
        ("Harga kopi naik.", "Harga kopi tidak naik.", ("naik", "tidak")),
        ("产量达到16万吨。", "产量达到15万吨。", ("16", "15")),
        ("市长李明表示支持。", "市长王明表示支持。", ("李", "王")),
        ("कीमत नहीं बढ़ी आज", "कीमत अभी बढ़ी आज", ("नहीं", "अभी")),
        ("Ma’ruf naik 13 persen.", "Maruf naik 12 persen.", ("13", "12")),
        ("Panen ko\u00adpi naik 13 persen.", "Panen kopi naik 12 persen.", ("13", "12")),
        ("Jose\u0301 naik 13 persen.", "José naik 12 persen.", ("13", "12")),
        ("Sekitar 900 rumah rusak.", "Banjir besar itu merendam 412 rumah warga.", ("900", "412")),
    ],
)
def test_the_words_that_differ(claim: str, evidence: str, expected: tuple[str, str]) -> None:
    assert words(difference(claim, quote_of(evidence))) == expected


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Bupati hadir.", "Hujan turun di kota itu sejak pagi."),
        ("Panen naik.", "Panen naik."),
        ("", "Panen naik."),
        ("Panen naik.", "—"),
        ("12 lawan 13", "14 lawan 15 lawan 16"),
    ],
)
def test_nothing_is_told_where_nothing_can_be_told(claim: str, evidence: str) -> None:
    assert difference(claim, quote_of(evidence)) is None


texts = st.lists(
    st.sampled_from(
        ["Panen", "kopi", "tidak", "12", "13,5", "[5]", "价", "नहीं", "😀", ",", "Budi", "[", "ย"]
    ),
    min_size=1,
    max_size=8,
).map(" ".join)


@given(lead=texts, claim=texts, evidence=texts, start=st.integers(0, 50))
def test_the_offsets_are_those_of_claim_answer_and_article(
    lead: str, claim: str, evidence: str, start: int
) -> None:
    quote = quote_of(evidence, start=start)
    found = difference(claim, quote)
    if found is None:
        return
    assert claim[found.claim.start : found.claim.end] == found.claim.text != ""
    given_words = evidence[found.evidence.start - start : found.evidence.end - start]
    assert given_words == found.evidence.text != ""
    composer = Composer()
    composer.add(f"{lead} 1.", [])
    composer.add(claim, [replace(quote, difference=found)], lead=" ")
    for citation in composer.citations:
        assert citation.difference is not None
        shown = citation.difference.claim
        assert composer.text[shown.start : shown.end] == shown.text
        assert citation.answer_start <= shown.start < shown.end <= citation.answer_end


def test_the_json_of_a_contradicted_citation_has_the_difference() -> None:
    quote = quote_of("Panen naik 12 persen.", start=7)
    composer = Composer()
    found = difference("Panen naik 13 persen.", quote)
    composer.add("Panen naik 13 persen.", [replace(quote, difference=found)])
    (citation,) = citations_json(composer.citations)
    assert citation["difference"] == {
        "claim": {"start": 11, "end": 13, "text": "13"},
        "evidence": {"start": 18, "end": 20, "text": "12"},
    }
