"""An article into passages: its paragraphs, or spans of one where it is too long for the encoder."""

import math
from collections.abc import Callable, Iterator, Sequence

from rag.datatypes import Article, Paragraph, Passage
from rag.text.languages import Span, sentence_spans

CountTokens = Callable[[Sequence[str]], list[int]]

# White space and signs that an encoder does not know are few tokens, however many there are.
_CHARACTERS_A_TOKEN = 16


def cut_passages(article: Article, *, count_tokens: CountTokens, max_tokens: int) -> list[Passage]:
    """Cut `article` into passages of at most `max_tokens`, at sentence boundaries, nothing left out.

    `article.text[passage.start:passage.end] == passage.text` for each. A sentence that is too long by
    itself is cut at a space, or where there is none between two characters. A paragraph of white space
    gives no passage. A token counts for no more than 16 characters.
    """
    count_tokens = _at_most_so_long(count_tokens)
    paragraphs = [paragraph for paragraph in article.numbered_paragraphs() if paragraph.text.strip()]
    lengths = count_tokens([paragraph.text for paragraph in paragraphs])
    passages: list[Passage] = []
    for paragraph, length in zip(paragraphs, lengths, strict=True):
        if length <= max_tokens:
            spans = [(0, len(paragraph.text))]
        else:
            spans = _spans(paragraph.text, article.language, count_tokens=count_tokens, max_tokens=max_tokens)
        passages.extend(_passage(paragraph, span) for span in spans)
    return passages


def _at_most_so_long(count_tokens: CountTokens) -> CountTokens:
    def count(texts: Sequence[str]) -> list[int]:
        lengths = zip(texts, count_tokens(texts), strict=True)
        return [max(tokens, math.ceil(len(text) / _CHARACTERS_A_TOKEN)) for text, tokens in lengths]

    return count


def titled(title: str, texts: Sequence[str], *, count_tokens: CountTokens, max_tokens: int) -> list[str]:
    """Return what is encoded for texts of one article: each after the title, which says what it is about.

    The title is left out where it would make one of them longer than `max_tokens`.

    >>> count_words = lambda texts: [len(text.split()) for text in texts]
    >>> titled("Panen kopi", ["Naik lagi."], count_tokens=count_words, max_tokens=4)
    ['Panen kopi. Naik lagi.']
    """
    with_title = [f"{title}. {text}" for text in texts]
    if not title or max(count_tokens(with_title), default=0) > max_tokens:
        return list(texts)
    return with_title


def _passage(paragraph: Paragraph, span: Span) -> Passage:
    start, end = span
    return Passage(
        paragraph=paragraph.number,
        start=paragraph.start + start,
        end=paragraph.start + end,
        text=paragraph.text[start:end],
    )


def _spans(text: str, language: str, *, count_tokens: CountTokens, max_tokens: int) -> list[Span]:
    """Join neighbouring sentences into runs of about equal length that fit."""
    pieces: list[Span] = []
    for span in sentence_spans(text, language=language):
        pieces.extend(_fitting_pieces(text, span, count_tokens=count_tokens, max_tokens=max_tokens))
    lengths = count_tokens([text[start:end] for start, end in pieces])
    # Equal runs, so that the last is no orphan: 300 tokens at most 256 become 150 + 150.
    target = sum(lengths) / math.ceil(sum(lengths) / max_tokens)
    runs: list[Span] = []
    run_length = 0
    for (start, end), length in zip(pieces, lengths, strict=True):
        is_enough = run_length + length / 2 > target
        # subtle: joined, two texts may have more tokens than the sum of theirs.
        if runs and not is_enough and count_tokens([text[runs[-1][0] : end]])[0] <= max_tokens:
            runs[-1] = (runs[-1][0], end)
            run_length += length
        else:
            runs.append((start, end))
            run_length = length
    return runs


def _fitting_pieces(text: str, span: Span, *, count_tokens: CountTokens, max_tokens: int) -> Iterator[Span]:
    """Halve a span, at the space nearest to its middle, until every piece fits."""
    start, end = span
    if count_tokens([text[start:end]])[0] <= max_tokens or end - start < 2:
        yield span
        return
    middle = _nearest_space(text, start, end)
    for half in ((start, middle), (middle, end)):
        span = _trimmed(text, half)
        yield from _fitting_pieces(text, span, count_tokens=count_tokens, max_tokens=max_tokens)


def _trimmed(text: str, span: Span) -> Span:
    start, end = span
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())


def _nearest_space(text: str, start: int, end: int) -> int:
    middle = (start + end) // 2
    after = next((place for place in range(middle, end - 1) if text[place].isspace()), None)
    before = next((place for place in range(middle, start, -1) if text[place].isspace()), None)
    places = [place for place in (after, before) if place is not None and place > start]
    return min(places, key=lambda place: abs(place - middle), default=middle)
