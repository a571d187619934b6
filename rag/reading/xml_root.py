"""Says what an XML document is by the name of its first element."""

from lxml.etree import XMLPullParser, XMLSyntaxError, _Element

_FIRST_BYTES = 65_536


def root_name(data: bytes) -> str:
    """Return the name of the first element in lower case without its namespace; "" if there is none.

    >>> root_name(b'<?xml version="1.0"?><!-- feed --><rss version="2.0"><channel/></rss>')
    'rss'
    """
    parser = XMLPullParser(events=("start",), recover=True, resolve_entities=False, no_network=True)
    try:
        parser.feed(data[:_FIRST_BYTES].lstrip())
        first = next(iter(parser.read_events()), None)
    except XMLSyntaxError:
        return ""
    return local_name(first[1]).lower() if first else ""


def local_name(element: _Element) -> str:
    """Return an element's name without its namespace; "" for a comment or an instruction."""
    if not isinstance(element.tag, str):
        return ""
    return element.tag.rpartition("}")[2].rpartition(":")[2]
