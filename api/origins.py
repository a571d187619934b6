"""Pages of which origins may send requests."""

import re


def origin_pattern(origins: str) -> str:
    r"""Return what matches the header Origin of pages of `origins`, and of no others.

    >>> origin_pattern("https://a.example https://*.b.example:8443")
    'https://a\\.example|https://([a-z0-9-]+\\.)+b\\.example:8443'
    >>> re.fullmatch(origin_pattern(""), "") is None
    True
    """
    # Browsers send small letters.
    patterns = [re.escape(origin.lower()).replace(r"\*\.", r"([a-z0-9-]+\.)+") for origin in origins.split()]
    return "|".join(patterns) or r"(?!)"
