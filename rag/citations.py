"""Compose the text of an answer from sentences and their quotes, with numbered citations."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote as percent_encode

from rag.datatypes import Citation, Claim, Difference, Hit, TextSpan, Verdict

# A number in square brackets that is no citation: a footnote of the article, or a bracket that the language
# model wrote. A bracket left open at the end could be closed by the text that follows.
_FOREIGN_NUMBER = re.compile(r"\[(\s*\d[\d\s,;–-]*)\]")
_OPEN_AT_END = re.compile(r"\[(?=[\d\s,;–-]*\Z)")

# The link to a longer quote holds only its first and last words.
_LINK_QUOTE_CHARACTERS = 120
_LINK_WORDS = 5


_WORST_FIRST: tuple[Verdict, ...] = ("contradicted", "unsupported", "unchecked", "supported")


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A verbatim span of a hit's article that a claim cites, with the verdict on the claim and its checks.

    `difference` counts the claim's offsets from the claim's beginning.
    """

    hit: Hit
    start: int
    end: int
    verdict: Verdict
    checks: Mapping[str, bool | float]
    difference: Difference | None = None

    @property
    def text(self) -> str:
        """The quoted text."""
        return self.hit.text[self.start - self.hit.start : self.end - self.hit.start]


# Returns the markers to write after a claim. Each citation's number must occur once in them, as `[number]`.
# The citations are those whose numbers are printed.
CitationMarkers = Callable[[Claim, Sequence[Citation]], str]


def plain_markers(_: Claim, citations: Sequence[Citation]) -> str:
    """Return the markers of a claim as plain numbers: ` [1] [2]`."""
    return "".join(f" [{citation.number}]" for citation in citations)


class Composer:
    """Builds an answer sentence by sentence. `text`, `claims` and `citations` always agree.

    The numbers of citations are 1, 2, 3 … in order of first appearance. The same quote keeps its number.
    With `has_silent_contradictions`, the text has no number for a quote that contradicts its claim. Such a
    citation has the number 0 until `number_contradictions` gives it one after those in the text.
    """

    def __init__(
        self, citation_markers: CitationMarkers = plain_markers, *, has_silent_contradictions: bool = False
    ) -> None:
        self.text = ""
        self._citation_markers = citation_markers
        self._has_silent_contradictions = has_silent_contradictions
        self.claims: list[Claim] = []
        self.citations: list[Citation] = []
        self._numbers: dict[tuple[str, str, int, int], int] = {}

    def add(
        self,
        text: str,
        quotes: Sequence[Quote],
        *,
        lead: str = "",
        verdict: Verdict = "unchecked",
        checks: Mapping[str, bool | float] | None = None,
    ) -> str:
        """Add a sentence after `lead`, and return what was appended to `text`.

        `verdict` and `checks` apply to a claim without quotes. A claim with quotes gets those of its worst
        quote.
        """
        before = len(self.text)
        start = self._append(text, lead)
        if any(map(str.isalnum, text)):
            worst = min(quotes, key=lambda quote: _WORST_FIRST.index(quote.verdict), default=None)
            if worst is not None:
                verdict, checks = worst.verdict, worst.checks
            claim = Claim(
                text=self.text[start:],
                start=start,
                end=len(self.text),
                verdict=verdict,
                citations=(),
                checks=checks or {},
                difference=_in_answer(worst.difference, self.text, start) if worst else None,
            )
            self._add_claim(claim, quotes)
        return self.text[before:]

    def revise(
        self, place: int, verdict: Verdict, *, number: int, checks: Mapping[str, bool | float]
    ) -> None:
        """Give claim number `place` (from 0) another verdict, which citation `number` leads to.

        The other citations of a supported claim keep theirs. Those of any other claim support it no longer.
        """
        self.claims[place] = replace(self.claims[place], verdict=verdict, checks=checks, difference=None)
        for position, citation in enumerate(self.citations):
            is_named = citation.number == number
            if citation.claim == place and (is_named or verdict != "supported"):
                own: Verdict = verdict if is_named else "unsupported"
                self.citations[position] = replace(citation, verdict=own, checks=checks, difference=None)

    def add_unclaimed(self, text: str, *, lead: str = "") -> str:
        """Add a text that claims nothing about the articles: a refusal, a heading, code."""
        before = len(self.text)
        self._append(text, lead)
        return self.text[before:]

    def number_contradictions(self) -> None:
        """Give the citations that have no number yet the next numbers. The text stays as it is."""
        if all(citation.number for citation in self.citations):
            return
        for position, citation in enumerate(self.citations):
            if not citation.number:
                number = self._numbers.setdefault(_key(citation, citation), len(self._numbers) + 1)
                self.citations[position] = replace(citation, number=number)
        for place, claim in enumerate(self.claims):
            numbers = [citation.number for citation in self.citations if citation.claim == place]
            self.claims[place] = replace(claim, citations=tuple(numbers))

    def _append(self, text: str, lead: str) -> int:
        self.text += widen_foreign_brackets(lead if self.text else lead.lstrip())
        start = len(self.text)
        self.text += widen_foreign_brackets(text)
        return start

    def _add_claim(self, claim: Claim, quotes: Sequence[Quote]) -> None:
        place = len(self.claims)
        unique = {_key(quote.hit, quote): quote for quote in quotes}.values()
        citations = [_citation(claim, place, quote, self._number(quote), self.text) for quote in unique]
        printed = [citation for citation in citations if citation.number]
        claim = replace(claim, citations=tuple(citation.number for citation in printed))
        self.claims.append(claim)
        self.citations += citations
        self.text += self._citation_markers(claim, printed)

    def _number(self, quote: Quote) -> int:
        if self._has_silent_contradictions and quote.verdict == "contradicted":
            return 0
        return self._numbers.setdefault(_key(quote.hit, quote), len(self._numbers) + 1)


def _key(article: Hit | Citation, span: Quote | Citation) -> tuple[str, str, int, int]:
    """Return what makes a quote the same quote: its article and version, and its span in them."""
    return article.article_id, article.article_version, span.start, span.end


def widen_foreign_brackets(text: str) -> str:
    """Replace the brackets of numbers that are no citations with wide brackets.

    The length of the text stays the same, and so do offsets into it. Quotes keep their own brackets.

    >>> widen_foreign_brackets("GPS[1] (2024) [Reuters]")
    'GPS［1］ (2024) [Reuters]'
    """
    return _OPEN_AT_END.sub("［", _FOREIGN_NUMBER.sub(r"［\1］", text))


def text_fragment_link(url: str | None, quote: str) -> str | None:
    """Return `url` with a text fragment, so that a browser opens the page at the quote.

    Syntax: https://wicg.github.io/scroll-to-text-fragment/

    >>> text_fragment_link("https://example.org/a#top", "satu, dua")
    'https://example.org/a#:~:text=satu%2C%20dua'
    """
    if not url:
        return None
    page = url.split("#", 1)[0]
    words = quote.split()
    if len(quote) <= _LINK_QUOTE_CHARACTERS or len(words) <= 2 * _LINK_WORDS:
        fragment = _encode_fragment(" ".join(words))
    else:
        first, last = " ".join(words[:_LINK_WORDS]), " ".join(words[-_LINK_WORDS:])
        fragment = f"{_encode_fragment(first)},{_encode_fragment(last)}"
    return f"{page}#:~:text={fragment}"


def _encode_fragment(text: str) -> str:
    # A dash has a special meaning in text fragments, but `percent_encode` does not encode it.
    return percent_encode(text, safe="").replace("-", "%2D")


def _citation(claim: Claim, place: int, quote: Quote, number: int, answer: str) -> Citation:
    hit = quote.hit
    return Citation(
        number=number,
        claim=place,
        answer_start=claim.start,
        answer_end=claim.end,
        article_id=hit.article_id,
        article_version=hit.article_version,
        title=hit.title,
        url=hit.url,
        link=text_fragment_link(hit.url, quote.text),
        outlet=hit.outlet,
        author=hit.author,
        published_at=hit.published_at,
        language=hit.language,
        paragraph=hit.paragraph,
        start=quote.start,
        end=quote.end,
        quote=quote.text,
        verdict=quote.verdict,
        checks=quote.checks,
        difference=_in_answer(quote.difference, answer, claim.start),
        heading=hit.heading,
    )


def _in_answer(difference: Difference | None, answer: str, start: int) -> Difference | None:
    """Return a difference with the claim's words and offsets as in the answer, where the claim is at `start`.

    The words are read from the answer, because brackets in it may have been widened.
    """
    if difference is None:
        return None
    begin, end = start + difference.claim.start, start + difference.claim.end
    return replace(difference, claim=TextSpan(start=begin, end=end, text=answer[begin:end]))
