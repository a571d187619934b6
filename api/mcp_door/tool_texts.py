"""The tools' results as plain text, for models that do not read structured content."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from api.openai_door.citation_shapes import numbered, supporting, web_url
from api.openai_door.endings import failure_note
from rag.datatypes import Answer, Article, Citation, Claim, Hit

Json = dict[str, Any]

# The number of passages shown with a refusal.
_NEAREST = 3

_REASONS = {
    "empty_corpus": "There are no articles yet.",
    "filters_leave_nothing": "No article matches the filters.",
    "nothing_relevant": "No passage about this was found.",
    "evidence_does_not_answer": "The closest passages do not answer the question.",
    "other_time": "The articles about this are from another time.",
    "not_a_question": "This is not a question about the articles.",
}

_WARNINGS = {
    "contradicted": "Contradicted by the articles",
    "unsupported": "Not supported by the articles",
    "unchecked": "Could not be verified",
}


def answer_text(answer: Answer) -> str:
    """Return the answer with its markers, warnings about its claims, and its numbered sources."""
    blocks = [answer.answer]
    blocks += [_warning(claim) for claim in answer.claims if claim.verdict in _WARNINGS]
    if note := failure_note(answer, language="en"):
        blocks.append(f"{note} Reason: {answer.degraded}.")
    if answer.refusal_reason:
        blocks += _refusal(answer.refusal_reason, answer.hits)
    sources = numbered(supporting(answer.citations))
    cited = {source.number for source in sources}
    others = [citation for citation in numbered(answer.citations) if citation.number not in cited]
    if sources:
        blocks += ["Sources:", *map(_source, sources)]
    if others:
        blocks += ["Quotes that do not support their sentence:", *map(_source, others)]
    return "\n\n".join([*blocks, *_undated(answer.undated_articles_left_out)])


def search_text(hits: Sequence[Hit], results: Sequence[Json], *, undated: int) -> str:
    """Return the results as JSON, as connectors expect it, each with its passages and their positions."""
    found = [{**result, **_found_in(result["id"], hits)} for result in results]
    notes = {"notes": _undated(undated)} if undated else {}
    return json_text({"results": found, **notes})


def json_text(value: Json) -> str:
    """Return a value as JSON. Characters of every script are shown as they are."""
    return json.dumps(value, ensure_ascii=False)


def _found_in(article_id: str, hits: Sequence[Hit]) -> Json:
    """Return the source and the passages of an article that was found."""
    own = [hit for hit in hits if hit.article_id == article_id]
    copies = {copy.article_id: None for hit in own for copy in hit.copies}
    return {
        "outlet": own[0].outlet,
        "published": _day(own[0].published_at),
        "language": own[0].language,
        "passages": [
            {"paragraph": hit.paragraph, "start": hit.start, "end": hit.end, "text": hit.text} for hit in own
        ],
        **({"same_text_in": [*copies]} if copies else {}),
    }


def article_text(article: Article) -> str:
    """Return the article's title, source and ids, followed by its text without any change."""
    header = [
        _line(article.title),
        _joined(article.author, article.outlet, article.section, _day(article.published_at)),
        web_url(article.url),
        f"article {article.id}, version {article.version}, language {article.language}",
    ]
    return "\n".join(line for line in header if line) + f"\n\n{article.text}"


def _warning(claim: Claim) -> str:
    markers = "".join(f" [{number}]" for number in claim.citations)
    return f"{_WARNINGS[claim.verdict]}: “{claim.text}”{markers}"


def _refusal(reason: str, hits: tuple[Hit, ...]) -> Iterator[str]:
    yield _REASONS.get(reason, reason)
    if hits:
        yield "The closest passages, which do not answer the question:"
    yield from map(_hit, hits[:_NEAREST])


def _source(citation: Citation) -> str:
    place = f"article {citation.article_id}, paragraph {citation.paragraph}, {citation.start}–{citation.end}"
    lines = [
        citation.heading,
        f"“{citation.quote}”",
        _joined(citation.title, citation.author, citation.outlet, _day(citation.published_at)),
        place,
        web_url(citation.link),
    ]
    return _list_item(f"[{citation.number}] ", lines)


def _hit(hit: Hit) -> str:
    source = _joined(hit.title, hit.outlet, _day(hit.published_at), hit.language)
    place = f"article {hit.article_id}, paragraph {hit.paragraph}, {hit.start}–{hit.end}"
    copies = "; ".join(f"article {c.article_id}, paragraph {c.paragraph}" for c in hit.copies)
    same = f"same text in: {copies}" if copies else None
    return _list_item(f"{hit.rank}. ", [source, place, hit.heading, hit.text, same])


def _list_item(label: str, lines: list[str | None]) -> str:
    """Return a list item in which every line except the first is indented.

    subtle: the indent keeps a line break in an article from starting a list item of its own.
    """
    entry = "\n".join(line for line in lines if line)
    return label + ("\n" + " " * len(label)).join(entry.splitlines())


def _undated(count: int) -> list[str]:
    return [f"The date filter left out {count} articles without a date."] if count else []


def _joined(*parts: str | None) -> str:
    return ", ".join(_line(part) for part in parts if part)


def _line(text: str) -> str:
    return " ".join(text.split())


def _day(time: datetime | None) -> str | None:
    return time.date().isoformat() if time else None
