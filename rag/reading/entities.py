"""Replaces the entities of HTML in a text."""

import html
import re

# Python refuses to read a number of thousands of digits; no character has more than seven.
_NO_CHARACTER = re.compile(r"&#[0-9]{8,}+;?")


def unescaped(text: str) -> str:
    """Return a text with its entities replaced; a number that is no character's is left out.

    >>> unescaped("Kopi &amp; teh &#8211; 5&#99999999; ton")
    'Kopi & teh – 5 ton'
    """
    return html.unescape(_NO_CHARACTER.sub("", text))
