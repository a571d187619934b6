"""Citations as other services return them, each made from Kutip's own, so that all say the same."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from rag.datatypes import Citation, Claim

Json = dict[str, Any]

# What may stand in an address, but for the brackets, which would end a Markdown link.
_SAFE_IN_LINK = "%:/?#@!$&'*+,;=~"

# The brackets of an address without a name, `[::1]`, have to stay.
_HOST = re.compile(r"https?://(\[[0-9a-f:.]+\](:\d+)?)?", re.I)

_WARNING = " \N{WARNING SIGN}"


@dataclass(frozen=True)
class Addresses:
    """Where a citation leads: the article's page at the quote, else Kutip's own page at `base_url`."""

    base_url: str

    def of(self, citation: Citation) -> str:
        """Return an http(s) address."""
        link = citation.link or ""
        return link if link.lower().startswith(("http://", "https://")) else self._reading_view(citation)

    def page(self, citation: Citation) -> str:
        """Return the same without the quote's place in the page."""
        return self.of(citation).partition("#:~:text=")[0]

    def _reading_view(self, citation: Citation) -> str:
        place = {
            "article": citation.article_id,
            "version": citation.article_version,
            "start": citation.start,
            "end": citation.end,
        }
        return f"{self.base_url.rstrip('/')}/?{urlencode(place)}"


@dataclass(frozen=True)
class ChatMarks:
    """What stands behind a claim in a chat: its numbers, as Markdown links if so asked.

    A sign warns of a claim that nothing supports or that its source contradicts, since most front ends show
    nothing but the text.
    """

    addresses: Addresses
    has_links: bool

    def __call__(self, claim: Claim, citations: Sequence[Citation]) -> str:
        """Return the marks: ` [1]`, ` [1](https://…)`, ` ⚠`, ` ⚠ [1]`."""
        warning = _WARNING if claim.verdict in {"unsupported", "contradicted"} else ""
        return warning + "".join(f" {self._number(citation)}" for citation in citations)

    def _number(self, citation: Citation) -> str:
        if not self.has_links:
            return f"[{citation.number}]"
        return f"[{citation.number}]({_in_link(self.addresses.of(citation))})"


def _in_link(address: str) -> str:
    host = _HOST.match(address)
    start = host.end() if host else 0
    return address[:start] + quote(address[start:], safe=_SAFE_IN_LINK)


def url_citations(citations: Iterable[Citation], addresses: Addresses) -> list[Json]:
    """Return chat completions' annotations, one for each claim and quote; the indices span the claim."""
    return [
        {"type": "url_citation", "url_citation": _url_citation(citation, addresses)} for citation in citations
    ]


def response_annotations(citations: Iterable[Citation], addresses: Addresses) -> list[Json]:
    """Return the same as the Responses API has them."""
    return [{"type": "url_citation", **_url_citation(citation, addresses)} for citation in citations]


def source_urls(citations: Iterable[Citation], addresses: Addresses) -> list[str]:
    """Return Perplexity's `citations`: the page of `[n]` at place n - 1."""
    return [addresses.page(citation) for citation in numbered(citations)]


def search_results(citations: Iterable[Citation], addresses: Addresses) -> list[Json]:
    """Return Perplexity's `search_results`: what `[n]` cites at place n - 1."""
    return [
        {
            "title": citation.title,
            "url": addresses.page(citation),
            "date": citation.published_at.date().isoformat() if citation.published_at else None,
            "snippet": citation.quote,
            "source": "web",
        }
        for citation in numbered(citations)
    ]


def source_events(citations: Iterable[Citation], addresses: Addresses) -> list[Json]:
    """Return Open WebUI's source events, one for each number.

    Open WebUI gives a source the number of its place among the different `metadata[].source`, hence one that
    is each quote's own. It is no address, because an address is shown in the name's place.
    """
    return [
        {"event": {"type": "source", "data": _source(citation, addresses.of(citation))}}
        for citation in numbered(citations)
    ]


def numbered(citations: Iterable[Citation]) -> list[Citation]:
    """Return one citation for each number, in the order of the numbers."""
    by_number = {citation.number: citation for citation in reversed(list(citations))}
    return [by_number[number] for number in sorted(by_number)]


def _url_citation(citation: Citation, addresses: Addresses) -> Json:
    return {
        "url": addresses.of(citation),
        "title": citation.title,
        "start_index": citation.answer_start,
        "end_index": citation.answer_end,
    }


def _source(citation: Citation, address: str) -> Json:
    identity = f"kutip:{citation.article_id}@{citation.article_version}:{citation.start}-{citation.end}"
    name = " · ".join(filter(None, [citation.title or citation.article_id, citation.outlet]))
    return {
        "source": {"id": identity, "name": name, "url": address},
        "document": [citation.quote],
        "metadata": [{"source": identity, "name": name, "source_url": address}],
    }
