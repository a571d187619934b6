"""Splits a text into paragraphs."""

from itertools import groupby


def split_paragraphs(text: str) -> tuple[str, ...]:
    r"""Split `text` at blank lines; strip both ends of each paragraph and change nothing else.

    >>> split_paragraphs("Satu,\r\nmasih satu.\r\n\r\n  Dua. ")
    ('Satu,\r\nmasih satu.', 'Dua.')
    """
    groups = groupby(text.splitlines(keepends=True), key=str.isspace)
    return tuple("".join(lines).strip() for is_blank, lines in groups if not is_blank)
