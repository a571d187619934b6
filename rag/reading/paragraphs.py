"""A text into its paragraphs."""

from itertools import groupby


def split_paragraphs(text: str) -> tuple[str, ...]:
    r"""Return what stands between blank lines, stripped at both ends and otherwise as it is.

    >>> split_paragraphs("Satu,\r\nmasih satu.\r\n\r\n  Dua. ")
    ('Satu,\r\nmasih satu.', 'Dua.')
    """
    groups = groupby(text.splitlines(keepends=True), key=str.isspace)
    return tuple("".join(lines).strip() for is_blank, lines in groups if not is_blank)
