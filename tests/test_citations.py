"""Sentences and quotes into a text whose numbers, claims and citations always agree."""

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.citations import Composer, Quote, text_fragment_link, widen_foreign_brackets
from rag.datatypes import Hit, Verdict

BODY = "Panen kopi naik [5] persen. 😀 ارتفعت الأسعار [٢]. 价格上涨。"


def hit(article_id: str = "kopi", *, start: int = 0, url: str | None = None) -> Hit:
    return Hit(
        rank=1,
        score=1.0,
        source="hybrid",
        passage_id=1,
        article_id=article_id,
        article_version="sha256:1",
        title="Panen kopi",
        url=url,
        outlet=None,
        author=None,
        published_at=None,
        language="id",
        paragraph=1,
        start=start,
        end=start + len(BODY),
        text=BODY,
    )


def quote(
    start: int, end: int, *, article_id: str = "kopi", verdict: Verdict = "supported", url: str | None = None
) -> Quote:
    return Quote(hit=hit(article_id, url=url), start=start, end=end, verdict=verdict, checks={"quote": True})


def test_a_quote_s_text_is_taken_from_its_passage() -> None:
    shifted = Quote(hit=hit(start=100), start=106, end=110, verdict="supported", checks={})
    assert shifted.text == "kopi"


def test_numbers_follow_the_first_appearance_and_stay_with_their_quote() -> None:
    composer = Composer()
    first, second = quote(0, 27), quote(0, 27, article_id="banjir")
    composer.add("Satu.", [second], lead="\n")
    composer.add("Dua.", [first, second, first], lead=" ")
    assert composer.text == "Satu. [1] Dua. [2] [1]"
    assert [(claim.text, claim.citations) for claim in composer.claims] == [("Satu.", (1,)), ("Dua.", (2, 1))]
    numbered = [(citation.number, citation.claim, citation.article_id) for citation in composer.citations]
    assert numbered == [(1, 0, "banjir"), (2, 1, "kopi"), (1, 1, "banjir")]
    assert [(c.answer_start, c.answer_end) for c in composer.citations] == [(0, 5), (10, 14), (10, 14)]


def test_a_sentence_without_a_word_is_not_a_claim() -> None:
    composer = Composer()
    assert composer.add("—😀", [quote(0, 5)]) == "—😀"
    assert (composer.claims, composer.citations) == ([], [])


def test_a_claim_without_a_quote_has_no_number_and_is_unchecked() -> None:
    composer = Composer()
    composer.add("Satu.", [])
    assert composer.text == "Satu."
    assert (composer.claims[0].verdict, composer.claims[0].citations) == ("unchecked", ())


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["supported", "supported"], "supported"),
        (["supported", "unchecked"], "unchecked"),
        (["unsupported", "supported"], "unsupported"),
        (["unsupported", "contradicted", "unchecked"], "contradicted"),
    ],
)
def test_a_claim_has_the_verdict_of_its_worst_quote(verdicts: list[Verdict], expected: str) -> None:
    composer = Composer()
    composer.add("Satu.", [quote(place, 9, verdict=verdict) for place, verdict in enumerate(verdicts)])
    assert composer.claims[0].verdict == expected


def test_contradicting_quotes_without_a_number_in_the_text_get_the_last_numbers() -> None:
    composer = Composer(has_silent_contradictions=True)
    first, second, third = quote(0, 5), quote(0, 9), quote(0, 14)
    composer.add("Satu.", [replace(first, verdict="contradicted")])
    composer.add("Dua.", [second, replace(third, verdict="contradicted")], lead=" ")
    composer.add("Tiga.", [third], lead=" ")
    assert composer.text == "Satu. Dua. [1] Tiga. [2]"
    assert [citation.number for citation in composer.citations] == [0, 1, 0, 2]
    assert [claim.citations for claim in composer.claims] == [(), (1,), (2,)]
    composer.number_contradictions()
    assert composer.text == "Satu. Dua. [1] Tiga. [2]"
    assert [citation.number for citation in composer.citations] == [3, 1, 2, 2]
    assert [claim.citations for claim in composer.claims] == [(3,), (1, 2), (2,)]


TEXTS = st.one_of(
    st.text(st.sampled_from("ab1٢２[]［］ ,-–;.(\n😀ع‏价"), max_size=12),
    st.sampled_from(
        ["Naik [1] persen.", "[2, 3]", "[ 4 ]", "ارتفعت [٢].", "‏[1]‎", "[[1]]", "[12", "3]", "😀"]
    ),
)
SPANS = st.tuples(st.integers(0, len(BODY) - 1), st.integers(1, len(BODY)), st.sampled_from(["kopi", "b"]))


@given(
    st.lists(st.tuples(TEXTS, st.lists(SPANS, max_size=3), st.sampled_from(["", " ", "\n\n"])), max_size=8)
)
@example([("a[", [], ""), ("1]", [], "")])
@example([("a [1", [(0, 5, "kopi")], ""), ("] b", [], "")])
def test_text_claims_and_citations_always_agree(
    sentences: list[tuple[str, list[tuple[int, int, str]], str]],
) -> None:
    composer = Composer()
    appended = ""
    for text, spans, lead in sentences:
        quotes = [quote(min(start, end - 1), end, article_id=source) for start, end, source in spans]
        appended += composer.add(text, quotes, lead=lead)
    assert appended == composer.text
    for claim in composer.claims:
        assert composer.text[claim.start : claim.end] == claim.text
        markers = "".join(f" [{number}]" for number in claim.citations)
        assert composer.text[claim.end :].startswith(markers)
    for citation in composer.citations:
        claim = composer.claims[citation.claim]
        assert citation.number in claim.citations
        assert (citation.answer_start, citation.answer_end) == (claim.start, claim.end)
        assert citation.quote == BODY[citation.start : citation.end]
    printed = [int(number) for number in re.findall(r"\[\s*(\d+)\s*\]", composer.text)]
    assert printed == [number for claim in composer.claims for number in claim.citations]
    assert list(dict.fromkeys(printed)) == list(range(1, len(set(printed)) + 1))
    keys = {(c.article_id, c.start, c.end): c.number for c in composer.citations}
    assert sorted(keys.values()) == sorted(set(printed))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPS[1] dan [2].", "GPS［1］ dan ［2］."),
        ("[1, 2] [3-5] [6–7] [8;9]", "［1, 2］ ［3-5］ ［6–7］ ［8;9］"),
        ("[ 1 ]\n[\t2]", "［ 1 ］\n［\t2］"),
        ("[[1]]", "[［1］]"),
        ("ارتفعت [٢] و[۳]", "ارتفعت ［٢］ و［۳］"),
        ("[１] [२]", "［１］ ［२］"),
        ("[2024]", "［2024］"),
        ("naik [", "naik ［"),
        ("naik [1, ", "naik ［1, "),
        ("[Reuters] [sic] [a1] [] [,] (1) 【1】 1]", "[Reuters] [sic] [a1] [] [,] (1) 【1】 1]"),
    ],
)
def test_bracketed_numbers_that_are_not_citations_get_wide_brackets(text: str, expected: str) -> None:
    assert widen_foreign_brackets(text) == expected


@given(st.text(st.sampled_from("[]1٢, -a\n")))
def test_widening_keeps_the_length_and_leaves_no_bracketed_number(text: str) -> None:
    replaced = widen_foreign_brackets(text)
    assert len(replaced) == len(text)
    assert not re.search(r"\[\s*\d+\s*\]", replaced)
    assert replaced.translate({0xFF3B: "[", 0xFF3D: "]"}) == text


LONG_QUOTE = "Satu dua tiga empat lima " + "kata " * 30 + "enam tujuh delapan sembilan sepuluh"


@pytest.mark.parametrize(
    ("url", "words", "expected"),
    [
        ("https://a.id/b", "naik lima", "https://a.id/b#:~:text=naik%20lima"),
        ("https://a.id/b", "naik, lima & enam", "https://a.id/b#:~:text=naik%2C%20lima%20%26%20enam"),
        ("https://a.id/b", "Jakarta-Bandung -", "https://a.id/b#:~:text=Jakarta%2DBandung%20%2D"),
        ("https://a.id/b", "naik 5% #1?", "https://a.id/b#:~:text=naik%205%25%20%231%3F"),
        ("https://a.id/b", "价格", "https://a.id/b#:~:text=%E4%BB%B7%E6%A0%BC"),
        ("https://a.id/b", "dua\n  baris", "https://a.id/b#:~:text=dua%20baris"),
        ("https://a.id/b?c=d&e=f#top", "x", "https://a.id/b?c=d&e=f#:~:text=x"),
        ("https://a.id/b#:~:text=old", "x", "https://a.id/b#:~:text=x"),
        (
            "https://a.id/b",
            LONG_QUOTE,
            "https://a.id/b#:~:text=Satu%20dua%20tiga%20empat%20lima,enam%20tujuh%20delapan%20sembilan%20sepuluh",
        ),
        (None, "x", None),
        ("", "x", None),
    ],
)
def test_a_link_opens_the_page_at_the_quote(url: str | None, words: str, expected: str | None) -> None:
    assert text_fragment_link(url, words) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100))
def test_a_short_quote_can_be_read_back_from_its_link(words: str) -> None:
    link = text_fragment_link("https://a.id/b", words)
    assert link is not None
    page, fragment = link.split("#:~:text=")
    assert page == "https://a.id/b"
    assert not set(fragment) & set(",&- #")
    assert unquote(fragment) == " ".join(words.split())


def test_a_citation_carries_its_link() -> None:
    composer = Composer()
    composer.add("Naik.", [quote(0, 10, url="https://a.id/b")])
    assert composer.citations[0].link == "https://a.id/b#:~:text=Panen%20kopi"


def test_a_revised_verdict_is_that_of_the_claim_and_of_the_quote_it_names() -> None:
    composer = Composer()
    composer.add("Satu.", [quote(0, 27, verdict="unchecked"), quote(6, 10, verdict="unchecked")])
    composer.add("Dua.", [quote(0, 27, verdict="unchecked")], lead=" ")
    text = composer.text
    composer.revise(0, "supported", number=2, checks={"reviewed": True})
    assert [claim.verdict for claim in composer.claims] == ["supported", "unchecked"]
    assert [citation.verdict for citation in composer.citations] == ["unchecked", "supported", "unchecked"]
    composer.revise(0, "unsupported", number=1, checks={"reviewed": True})
    assert [citation.verdict for citation in composer.citations] == [*["unsupported"] * 2, "unchecked"]
    assert (composer.text, composer.claims[0].citations) == (text, (1, 2))
    composer.revise(0, "contradicted", number=2, checks={"reviewed": True})
    assert [citation.verdict for citation in composer.citations] == [
        "unsupported",
        "contradicted",
        "unchecked",
    ]
