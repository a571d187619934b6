"""Splits an article into passages: paragraphs, or parts of a paragraph that is too long for the encoder."""

import math
from collections.abc import Callable, Iterator, Sequence

from rag.datatypes import Article, Paragraph, Passage
from rag.text.languages import Span, sentence_spans

CountTokens = Callable[[Sequence[str]], list[int]]

# A long run of white space or of characters unknown to the encoder is only a few tokens.
_CHARACTERS_PER_TOKEN = 16


def cut_passages(article: Article, *, count_tokens: CountTokens, max_tokens: int) -> list[Passage]:
    """Split `article` into passages of at most `max_tokens`, at sentence boundaries, without losing text.

    `article.text[passage.start:passage.end] == passage.text` for each passage. A sentence that is too long by
    itself is split at a space, or between two characters if it has no space. A paragraph of white space gives
    no passage. A heading gives none either, because it belongs to the paragraphs below it, unless there are
    none. Every 16 characters count as at least one token.
    """
    count_tokens = _with_minimum_count(count_tokens)
    paragraphs = list(_without_headings(article))
    lengths = count_tokens([paragraph.text for paragraph in paragraphs])
    passages: list[Passage] = []
    for paragraph, length in zip(paragraphs, lengths, strict=True):
        if length <= max_tokens:
            spans = [(0, len(paragraph.text))]
        else:
            spans = _spans(paragraph.text, article.language, count_tokens=count_tokens, max_tokens=max_tokens)
        passages.extend(_passage(paragraph, span) for span in spans)
    return passages


def _without_headings(article: Article) -> Iterator[Paragraph]:
    """Yield the paragraphs that hold text, without the headings that stand above others."""
    headings: list[Paragraph] = []
    numbers = set(article.headings)
    for paragraph in article.numbered_paragraphs():
        if not paragraph.text.strip():
            continue
        if paragraph.number in numbers:
            headings.append(paragraph)
        else:
            headings.clear()
            yield paragraph
    yield from headings


def _with_minimum_count(count_tokens: CountTokens) -> CountTokens:
    def count(texts: Sequence[str]) -> list[int]:
        lengths = zip(texts, count_tokens(texts), strict=True)
        return [max(tokens, math.ceil(len(text) / _CHARACTERS_PER_TOKEN)) for text, tokens in lengths]

    return count


def texts_to_encode(
    title: str, texts: Sequence[tuple[str | None, str]], *, count_tokens: CountTokens, max_tokens: int
) -> list[str]:
    """Return what is encoded for passages of one article, given the heading above each and its text."""
    with_headings = headed(texts, count_tokens=count_tokens, max_tokens=max_tokens)
    return titled(title, with_headings, count_tokens=count_tokens, max_tokens=max_tokens)


def joined_headings(headings: Sequence[Paragraph]) -> str | None:
    """Return headings that stand directly above each other as one text; None if there are none."""
    return " – ".join(heading.text for heading in headings) or None


def headed(
    texts: Sequence[tuple[str | None, str]], *, count_tokens: CountTokens, max_tokens: int
) -> list[str]:
    r"""Return each text below its heading, which says what the text is about.

    A heading that would make its text longer than `max_tokens` is left out.

    >>> count_words = lambda texts: [len(text.split()) for text in texts]
    >>> headed([("Biaya", "Gratis."), (None, "Usai.")], count_tokens=count_words, max_tokens=4)
    ['Biaya\nGratis.', 'Usai.']
    """
    with_heading = [f"{heading}\n{text}" if heading else text for heading, text in texts]
    if with_heading == [text for _, text in texts]:
        return with_heading
    lengths = count_tokens(with_heading)
    return [
        joined if length <= max_tokens else text
        for joined, length, (_, text) in zip(with_heading, lengths, texts, strict=True)
    ]


def titled(title: str, texts: Sequence[str], *, count_tokens: CountTokens, max_tokens: int) -> list[str]:
    """Return the texts to encode for one article, each after the title, which gives the topic.

    If the title would make any of the texts longer than `max_tokens`, the title is left out of all texts.

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
    """Join neighbouring sentences into runs of about equal length, each of at most `max_tokens`."""
    pieces: list[Span] = []
    for span in sentence_spans(text, language=language):
        pieces.extend(_fitting_pieces(text, span, count_tokens=count_tokens, max_tokens=max_tokens))
    lengths = count_tokens([text[start:end] for start, end in pieces])
    # Equal runs avoid a very short last run: with at most 256 tokens, 300 become 150 + 150.
    target = sum(lengths) / math.ceil(sum(lengths) / max_tokens)
    runs: list[Span] = []
    run_length = 0
    for (start, end), length in zip(pieces, lengths, strict=True):
        is_enough = run_length + length / 2 > target
        # subtle: two joined texts may have more tokens than the sum of both.
        if runs and not is_enough and count_tokens([text[runs[-1][0] : end]])[0] <= max_tokens:
            runs[-1] = (runs[-1][0], end)
            run_length += length
        else:
            runs.append((start, end))
            run_length = length
    return runs


def _fitting_pieces(text: str, span: Span, *, count_tokens: CountTokens, max_tokens: int) -> Iterator[Span]:
    """Split a span in half, at the space nearest to its middle, until every piece fits."""
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
