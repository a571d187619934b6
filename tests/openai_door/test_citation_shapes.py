"""Citations in the shapes of other services, whatever the articles' addresses are."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from api.openai_door.citation_shapes import (
    ChatMarkers,
    CitationUrls,
    search_results,
    source_events,
    source_urls,
)
from api.openai_door.completions import CompletionFormatter
from api.openai_door.response_events import ResponseFormatter
from rag.answering.events import ClaimCited
from rag.citations import Composer
from tests.chat_shapes import check_address
from tests.test_citations import quote

CITATION_URLS = CitationUrls("https://kutip.example.org/")
URLS = st.builds("https://example.org/{}".format, st.text(max_size=30))


def composed(url: str | None, *, has_links: bool = True) -> Composer:
    composer = Composer(ChatMarkers(CITATION_URLS, has_links=has_links))
    composer.add("Panen kopi naik.", [quote(0, 27, url=url)])
    return composer


def links(markdown: str) -> list[Token]:
    return [
        token
        for block in MarkdownIt().parse(markdown)
        for token in block.children or []
        if token.type == "link_open"
    ]


@given(URLS)
@example("https://example.org/a(b)c")
@example("https://example.org/a b")
@example("https://example.org/](javascript:alert(1))")
@example("https://example.org/<b>`\\")
def test_a_marker_is_one_link_for_any_address(url: str) -> None:
    composer = composed(url)
    (link,) = links(composer.text)
    assert str(link.attrs["href"]).startswith("https://example.org/")
    assert composer.text[: composer.claims[0].end] == "Panen kopi naik."


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "a"]
)
def test_without_an_http_url_a_citation_links_to_the_reading_view(url: str | None) -> None:
    composer = composed(url)
    (citation,) = composer.citations
    expected = "https://kutip.example.org/?article=kopi&version=sha256%3A1&start=0&end=27"
    assert CITATION_URLS.quote_url(citation) == CITATION_URLS.page_url(citation) == expected
    assert composer.text == f"Panen kopi naik. [1]({expected})"
    check_address(expected, {**vars(citation)})
    assert source_urls([citation], CITATION_URLS) == [expected]
    assert search_results([citation], CITATION_URLS)[0]["url"] == expected


def test_an_ipv6_address_keeps_its_brackets() -> None:
    markers = ChatMarkers(CitationUrls("http://[::1]:8000/"), has_links=True)
    composer = Composer(markers)
    composer.add("Panen kopi naik.", [quote(0, 27)])
    (link,) = links(composer.text)
    assert str(link.attrs["href"]).startswith("http://[::1]:8000/?article=kopi&")
    assert composer.text.count("[") == 2


@pytest.mark.parametrize(
    ("verdict", "markers"),
    [
        ("supported", " [1]"),
        ("unchecked", " [1]"),
        ("contradicted", " \u26a0\u2260"),
        ("unsupported", " \u26a0 [1]"),
    ],
)
def test_a_warning_sign_marks_unsupported_claims(verdict: str, markers: str) -> None:
    composer = Composer(ChatMarkers(CITATION_URLS, has_links=False), has_silent_contradictions=True)
    composer.add("Panen kopi naik.", [quote(0, 27, verdict=verdict)])  # type: ignore[arg-type]
    composer.add("Lain.", [], verdict="unsupported", lead=" ")
    assert composer.text == f"Panen kopi naik.{markers} Lain. \u26a0"


def test_there_is_one_source_for_each_number_in_order() -> None:
    composer = Composer()
    first, second = quote(0, 27), quote(0, 15)
    composer.add("Satu.", [second])
    composer.add("Dua.", [first, second], lead=" ")
    events = source_events(reversed(composer.citations), CITATION_URLS)
    assert [event["event"]["data"]["document"] for event in events] == [[second.text], [first.text]]
    assert [event["event"]["type"] for event in events] == ["source", "source"]


def test_a_number_that_a_review_contradicts_leaves_its_place_empty() -> None:
    composer = Composer()
    composer.add("Satu.", [quote(0, 15, verdict="unchecked")])
    composer.add("Dua.", [quote(0, 27)], lead=" ")
    composer.revise(0, "contradicted", number=1, checks={"reviewed": True})
    second = CITATION_URLS.page_url(composer.citations[1])
    assert source_urls(composer.citations, CITATION_URLS) == ["", second]
    assert [it["snippet"] for it in search_results(composer.citations, CITATION_URLS)] == [
        "",
        composer.citations[1].quote,
    ]
    composer.revise(1, "contradicted", number=2, checks={"reviewed": True})
    assert source_urls(composer.citations, CITATION_URLS) == []


def test_a_revised_claim_repeats_no_annotation() -> None:
    composer = composed("https://example.org/kopi")
    claim, citations = composer.claims[0], composer.citations
    completion = CompletionFormatter(model="kutip", urls=CITATION_URLS)
    response = ResponseFormatter(model="kutip", urls=CITATION_URLS, metadata={})
    for formatter in (completion, response):
        first = "".join(formatter.answer_events(ClaimCited(claim, citations)))
        again = "".join(formatter.answer_events(ClaimCited(claim, citations, is_revised=True)))
        assert "url_citation" in first
        assert "url_citation" not in again
        assert '"verdict":"supported"' in again.replace(" ", "")
