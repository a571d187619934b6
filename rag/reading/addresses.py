"""Takes apart the addresses of pages."""

from urllib.parse import urlsplit


def host_and_path(url: str) -> tuple[str, str]:
    """Return the host and the path of an address, both empty if it is malformed.

    >>> host_and_path("https://news.example.org/a?b"), host_and_path("http://[x/y")
    (('news.example.org', '/a'), ('', ''))
    """
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.path
    except ValueError:
        return "", ""
