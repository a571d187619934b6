"""The languages that the header `Accept-Language` of a request prefers."""

import re

_PARTS = re.compile(
    r"(?<![\w-])([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}+)*+)\s*+(?:;\s*+q=([01](?:\.\d{0,3})?))?\s*+(?:,|$)"
)
_MOST = 5
_MAXIMUM_CHARACTERS = 500


def preferred_languages(header: str | None) -> tuple[str, ...]:
    """Return the BCP 47 tags of a header, the preferred first. What cannot be read is skipped.

    >>> preferred_languages("en;q=0.5, id-ID, *;q=0.1")
    ('id-ID', 'en')
    >>> preferred_languages("english, fr")
    ('fr',)
    """
    parts = _PARTS.findall((header or "")[:_MAXIMUM_CHARACTERS])
    weighed = [(float(weight or 1), tag) for tag, weight in parts if float(weight or 1) > 0]
    return tuple(tag for _, tag in sorted(weighed, key=lambda part: -part[0])[:_MOST])
