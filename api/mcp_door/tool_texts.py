"""What the tools return, as text for models that read nothing else."""

from collections.abc import Iterator
from datetime import datetime

from api.openai_door.citation_shapes import numbered
from rag.datatypes import Answer, Article, Citation, Claim, Hit
from rag.search.retrieval import Found

# Passages shown with a refusal.
_NEAREST = 3

_REASONS = {
    "empty_corpus": "There are no articles yet.",
    "filters_leave_nothing": "No article passes the filters.",
    "nothing_relevant": "No article comes near enough to the question.",
    "evidence_does_not_answer": "The articles come near the question but do not answer it.",
}

_WARNINGS = {
    "contradicted": "The articles say otherwise",
    "unsupported": "Not supported by the articles",
    "unchecked": "Not checked",
}


def answer_text(answer: Answer) -> str:
    """Return the answer with its markers, what is wrong with its claims, and its numbered sources."""
    blocks = [answer.answer]
    blocks += [_warning(claim) for claim in answer.claims if claim.verdict in _WARNINGS]
    if answer.degraded:
        blocks.append(f"The language model failed ({answer.degraded}); these are verbatim sentences.")
    if answer.refusal_reason:
        blocks += _refusal(answer.refusal_reason, answer.hits)
    if answer.citations:
        blocks += ["Sources:", *map(_source, numbered(answer.citations))]
    return "\n\n".join([*blocks, *_undated(answer.undated_articles_left_out)])


def search_text(found: Found, *, undated: int) -> str:
    """Return the passages, numbered by rank, each with where it stands."""
    blocks = [_hit(hit) for hit in found.hits] or [
        "No passage was found: loosen the filters, or search in mode hybrid."
    ]
    return "\n\n".join([*blocks, *_undated(undated)])


def article_text(article: Article) -> str:
    """Return the whole article, every character of its text as it is, below what is known of it."""
    known = [
        _line(article.title),
        _joined(article.author, article.outlet, article.section, _day(article.published_at)),
        article.url,
        f"article {article.id}, version {article.version}, language {article.language}",
    ]
    return "\n".join(line for line in known if line) + f"\n\n{article.text}"


def _warning(claim: Claim) -> str:
    markers = "".join(f" [{number}]" for number in claim.citations)
    return f"{_WARNINGS[claim.verdict]}: “{claim.text}”{markers}"


def _refusal(reason: str, hits: tuple[Hit, ...]) -> Iterator[str]:
    yield _REASONS.get(reason, reason)
    if hits:
        yield "The nearest passages, which do not answer the question:"
    yield from map(_hit, hits[:_NEAREST])


def _source(citation: Citation) -> str:
    place = f"article {citation.article_id}, paragraph {citation.paragraph}, {citation.start}–{citation.end}"
    lines = [
        f"“{citation.quote}”",
        _joined(citation.title, citation.author, citation.outlet, _day(citation.published_at)),
        place,
        citation.link,
    ]
    return _listed(f"[{citation.number}] ", lines)


def _hit(hit: Hit) -> str:
    source = _joined(hit.title, hit.outlet, _day(hit.published_at), hit.language)
    place = f"article {hit.article_id}, paragraph {hit.paragraph}, {hit.start}–{hit.end}"
    copies = "; ".join(f"article {c.article_id}, paragraph {c.paragraph}" for c in hit.copies)
    same = f"the same in: {copies}" if copies else None
    return _listed(f"{hit.rank}. ", [source, place, hit.text, same])


def _listed(label: str, lines: list[str | None]) -> str:
    """Return an entry of a list, every line but the first indented.

    subtle: so no line break in an article can begin an entry of its own.
    """
    entry = "\n".join(line for line in lines if line)
    return label + ("\n" + " " * len(label)).join(entry.splitlines())


def _undated(count: int) -> list[str]:
    return [f"{count} articles have no date and were left out by the days asked for."] if count else []


def _joined(*parts: str | None) -> str:
    return ", ".join(_line(part) for part in parts if part)


def _line(text: str) -> str:
    return " ".join(text.split())


def _day(time: datetime | None) -> str | None:
    return time.date().isoformat() if time else None
