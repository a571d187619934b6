"""What follows an answer for clients that show only its text: its sources, or that the model failed."""

from collections.abc import Iterator

from api.openai_door.citation_shapes import CitationUrls, numbered, supporting
from rag.datatypes import Answer, Citation
from rag.text.tags import primary_language

_FAILED = {
    "id": "Model bahasa tidak tersedia.",
    "en": "The language model is not available.",
}
_VERBATIM = {
    "id": "Model bahasa tidak tersedia. Jawaban ini adalah kutipan kata demi kata dari artikel.",
    "en": "The language model is not available. This answer consists of verbatim sentences of the articles.",
}
_CUT_SHORT = {
    "id": "Model bahasa berhenti sebelum jawaban ini selesai.",
    "en": "The language model stopped before this answer was complete.",
}

# Brackets in a title could make a link of it in clients that show Markdown.
_WITHOUT_BRACKETS = str.maketrans("[]", "()")


def ending(answer: Answer, urls: CitationUrls) -> str:
    """Return the text to add to an answer: a note if the language model failed, and the numbered sources."""
    note = failure_note(answer)
    blocks = [f"\N{WARNING SIGN} {note}"] if note else []
    if sources := [*_source_lines(answer, urls)]:
        blocks.append("\n".join(sources))
    return "".join(f"\n\n{block}" for block in blocks)


def failure_note(answer: Answer, *, language: str | None = None) -> str | None:
    """Return a sentence that says that the language model failed.

    It is in `language`, by default the answer's, or in English.
    """
    if answer.degraded is None:
        return None
    if answer.model and answer.is_cut_short:
        texts = _CUT_SHORT
    else:  # a refusal has no sentences, and if only the JSON failed, the language model wrote the answer
        texts = _FAILED if answer.model or answer.is_refusal else _VERBATIM
    return texts.get(primary_language(language or answer.language), texts["en"])


def _source_lines(answer: Answer, urls: CitationUrls) -> Iterator[str]:
    for citation in numbered(supporting(answer.citations)):
        yield f"{citation.number}. {_described(citation)}: {urls.quote_url(citation)}"


def _described(citation: Citation) -> str:
    """Return the title, outlet and day of a citation's article, on one line."""
    day = citation.published_at.date().isoformat() if citation.published_at else None
    parts = (citation.title or citation.article_id, citation.outlet, day)
    return " ".join(", ".join(filter(None, parts)).translate(_WITHOUT_BRACKETS).split())
