"""Citations in the formats of other services, all made from Kutip's citations so that they agree.

These formats know no verdicts, so they hold only the quotes that support their claim.
"""

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from rag.answering.events import Answered, ClaimCited, Event
from rag.datatypes import Answer, Citation, Claim

Json = dict[str, Any]

# Characters that need no escaping in a URL, except the brackets, which would end a Markdown link.
_SAFE_IN_LINK = "%:/?#@!$&'*+,;=~"

# The brackets around an IPv6 address such as `[::1]` must not be escaped.
_HOST = re.compile(r"https?://(\[[0-9a-f:.]+\](:\d+)?)?", re.I)

_SIGNS = {"unsupported": " \N{WARNING SIGN}", "contradicted": " \N{WARNING SIGN}\N{NOT EQUAL TO}"}

_SUPPORTING = {"supported", "unchecked"}


def web_url(url: str | None) -> str:
    """Return a URL that begins with http:// or https://. Any other is replaced by an empty text.

    >>> web_url("https://example.org/kopi"), web_url("javascript:alert(1)")
    ('https://example.org/kopi', '')
    """
    return url if url and url.lower().startswith(("http://", "https://")) else ""


@dataclass(frozen=True)
class CitationUrls:
    """The URLs of citations: the article's page at the quote, or the reading view of Kutip at `base_url`."""

    base_url: str

    def quote_url(self, citation: Citation) -> str:
        """Return an http(s) URL that opens at the quote."""
        return web_url(citation.link) or self._reading_view_url(citation)

    def page_url(self, citation: Citation) -> str:
        """Return the URL of the page, without the position of the quote."""
        return self.quote_url(citation).partition("#:~:text=")[0]

    def _reading_view_url(self, citation: Citation) -> str:
        place = {
            "article": citation.article_id,
            "version": citation.article_version,
            "start": citation.start,
            "end": citation.end,
        }
        return f"{self.base_url.rstrip('/')}/?{urlencode(place)}"


@dataclass(frozen=True)
class ChatMarkers:
    """Writes the markers after a claim in a chat: the citations' numbers, with `has_links` as Markdown links.

    A warning sign marks a claim that is unsupported or contradicted, because most front ends show only the
    text. A contradicted claim has a second sign, and no number for the quote that contradicts it. The numbers
    begin after `sources_before`, the number of sources that the front end lists before Kutip's.
    """

    urls: CitationUrls
    has_links: bool
    sources_before: int = 0

    def __call__(self, claim: Claim, citations: Sequence[Citation]) -> str:
        """Return the markers: ` [1]`, ` [1](https://…)`, ` ⚠`, ` ⚠≠`."""
        return _SIGNS.get(claim.verdict, "") + "".join(f" {self._number(citation)}" for citation in citations)

    def _number(self, citation: Citation) -> str:
        number = citation.number + self.sources_before
        if not self.has_links:
            return f"[{number}]"
        return f"[{number}]({_escaped_for_link(self.urls.quote_url(citation))})"


def _escaped_for_link(url: str) -> str:
    host = _HOST.match(url)
    start = host.end() if host else 0
    return url[:start] + quote(url[start:], safe=_SAFE_IN_LINK)


def renumbered_answer(answer: Answer, *, sources_before: int) -> Answer:
    """Return an answer whose citations have the numbers of its markers.

    `ChatMarkers` writes these numbers after those of the `sources_before` of the front end.
    """
    return replace(
        answer,
        claims=tuple(_renumbered_claim(claim, sources_before) for claim in answer.claims),
        citations=tuple(_renumbered_citation(citation, sources_before) for citation in answer.citations),
    )


def renumbered_event(event: Event, *, sources_before: int) -> Event:
    """Return an event whose citations have the numbers of the markers, as in `renumbered_answer`."""
    match event:
        case ClaimCited(claim, citations):
            renumbered = [_renumbered_citation(citation, sources_before) for citation in citations]
            return replace(event, claim=_renumbered_claim(claim, sources_before), citations=renumbered)
        case Answered(answer):
            return Answered(renumbered_answer(answer, sources_before=sources_before))
        case _:
            return event


def _renumbered_claim(claim: Claim, sources_before: int) -> Claim:
    return replace(claim, citations=tuple(number + sources_before for number in claim.citations))


def _renumbered_citation(citation: Citation, sources_before: int) -> Citation:
    return replace(citation, number=citation.number + sources_before)


def supporting(citations: Iterable[Citation]) -> list[Citation]:
    """Return the citations whose quote supports the claim, as far as could be verified."""
    return [citation for citation in citations if citation.verdict in _SUPPORTING]


def url_citations(citations: Iterable[Citation], urls: CitationUrls) -> list[Json]:
    """Return the annotations of a chat completion, one per claim and quote. Their indices span the claim."""
    cited = supporting(citations)
    return [{"type": "url_citation", "url_citation": _url_citation(citation, urls)} for citation in cited]


def response_annotations(citations: Iterable[Citation], urls: CitationUrls) -> list[Json]:
    """Return the annotations of a response, one per claim and quote. Their indices span the claim."""
    cited = supporting(citations)
    return [{"type": "url_citation", **_url_citation(citation, urls)} for citation in cited]


def source_urls(citations: Iterable[Citation], urls: CitationUrls) -> list[str]:
    """Return Perplexity's field `citations`: item n - 1 is the URL of the page that `[n]` cites."""
    return [urls.page_url(citation) if citation else "" for citation in _by_place(citations)]


def search_results(citations: Iterable[Citation], urls: CitationUrls) -> list[Json]:
    """Return Perplexity's field `search_results`: item n - 1 describes the quote that `[n]` cites."""
    return [_search_result(citation, urls) for citation in _by_place(citations)]


def source_events(
    citations: Iterable[Citation], urls: CitationUrls, *, names: set[str] | None = None
) -> list[Json]:
    """Return the source events of Open WebUI, one for each number.

    Open WebUI opens sources by the distinct values of `metadata[].source` and labels markers by the distinct
    names, so each quote needs its own value and name. `names` holds those of earlier events; new ones are
    added. The value is not a URL, because Open WebUI would show a URL instead of the name. The source's URL
    has no text fragment, because Open WebUI adds one of its own.
    """
    names = set() if names is None else names
    return [
        {"event": {"type": "source", "data": _source(citation, urls, name=_new_name(citation, names))}}
        for citation in numbered(supporting(citations))
    ]


def _new_name(citation: Citation, names: set[str]) -> str:
    """Return the title and outlet of a citation, with a count if `names` has them already, and add them."""
    name = " · ".join(filter(None, [citation.title or citation.article_id, citation.outlet]))
    counted = (f"{name} ({count})" for count in itertools.count(2))
    new = next(each for each in itertools.chain([name], counted) if each not in names)
    names.add(new)
    return new


def numbered(citations: Iterable[Citation]) -> list[Citation]:
    """Return one citation for each number, in the order of the numbers."""
    by_number = {citation.number: citation for citation in reversed(list(citations))}
    return [by_number[number] for number in sorted(by_number)]


def _by_place(citations: Iterable[Citation]) -> list[Citation | None]:
    """Return the citation of each number at its place.

    A place is empty if its number is that of a source of the front end, or if it supports nothing any more,
    which a review may find after the number was sent.
    """
    by_number = {citation.number: citation for citation in numbered(supporting(citations))}
    return [by_number.get(number) for number in range(1, max(by_number, default=0) + 1)]


def _search_result(citation: Citation | None, urls: CitationUrls) -> Json:
    date = citation.published_at.date().isoformat() if citation and citation.published_at else None
    return {
        "title": citation.title if citation else "",
        "url": urls.page_url(citation) if citation else "",
        "date": date,
        "snippet": citation.quote if citation else "",
        "source": "web",
    }


def _url_citation(citation: Citation, urls: CitationUrls) -> Json:
    return {
        "url": urls.quote_url(citation),
        "title": citation.title,
        "start_index": citation.answer_start,
        "end_index": citation.answer_end,
    }


def _source(citation: Citation, urls: CitationUrls, *, name: str) -> Json:
    identity = f"kutip:{citation.article_id}@{citation.article_version}:{citation.start}-{citation.end}"
    return {
        "source": {"id": identity, "name": name, "url": urls.page_url(citation)},
        "document": [citation.quote],
        "metadata": [{"source": identity, "name": name, "source_url": urls.quote_url(citation)}],
    }
