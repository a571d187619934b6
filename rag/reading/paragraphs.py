"""Splits a text into paragraphs."""

from itertools import groupby

from rag.reading.lines import is_wrapped


def split_paragraphs(text: str) -> tuple[str, ...]:
    r"""Split `text` at blank lines; strip both ends of each paragraph and change nothing else.

    >>> split_paragraphs("Satu,\r\nmasih satu.\r\n\r\n  Dua. ")
    ('Satu,\r\nmasih satu.', 'Dua.')
    """
    groups = groupby(text.splitlines(keepends=True), key=str.isspace)
    return tuple("".join(lines).strip() for is_blank, lines in groups if not is_blank)


def paragraphs_in(text: str) -> tuple[str, ...]:
    r"""Split a text at blank lines, or, without any, into its lines if they are not hard-wrapped.

    >>> paragraphs_in("Panen naik.\nHarga turun."), paragraphs_in("Panen kopi\nnaik.")
    (('Panen naik.', 'Harga turun.'), ('Panen kopi\nnaik.',))
    """
    paragraphs = split_paragraphs(text)
    lines = (
        [line for line in map(str.strip, paragraphs[0].splitlines()) if line] if len(paragraphs) == 1 else []
    )
    return paragraphs if len(lines) < 2 or is_wrapped(lines) else tuple(lines)
