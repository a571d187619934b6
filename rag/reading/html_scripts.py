"""Reads the story of a page whose text is only in its scripts."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from lxml.html import document_fromstring

from rag.reading.lines import is_sentence
from rag.reading.titles import has_words

_PARAGRAPH_START = re.compile(r"<p[\s>](?=.{20})", re.DOTALL | re.IGNORECASE)
_PARAGRAPH_END = re.compile(r"</p>", re.IGNORECASE)
_SITE_BEHIND = re.compile(r"(?<!\s) (?:[|–—-]|::) (?=[^|]{2,50}$)")
_TITLES = ("title", "headline")  # names of fields
_UNICODE_ESCAPE = re.compile(r"\\u00([0-9a-f]{2})", re.IGNORECASE)


def paragraphs_in_scripts(scripts: Sequence[str]) -> list[str]:
    """Return the paragraphs of a page whose text is only in a script, as strings of HTML."""
    texts = (
        _UNICODE_ESCAPE.sub(lambda match: chr(int(match[1], 16)), script)
        .replace('\\"', '"')
        .replace("\\/", "/")
        for script in scripts
    )
    found = chain.from_iterable(_marked_paragraphs(text) for text in texts if "</p>" in text)
    paragraphs = (
        " ".join(document_fromstring(_unescaped(markup)).text_content().split()) for markup in found
    )
    return list(dict.fromkeys(text for text in paragraphs if is_sentence(text)))


def title_in_scripts(title: str, scripts: Sequence[str]) -> str:
    """Return a title without the name of the site, if the data in a script hold it without that name.

    >>> title_in_scripts("Pabrik Gula Mulai Giling | Warta", ['{"title": "Pabrik Gula Mulai Giling"}'])
    'Pabrik Gula Mulai Giling'
    """
    heads = (title[: separator.start()] for separator in _SITE_BEHIND.finditer(title))
    named = (
        head for head in heads if has_words(head) and any(_is_title_in(head, script) for script in scripts)
    )
    return next(named, title)


def _is_title_in(head: str, script: str) -> bool:
    forms = (json.dumps(head, ensure_ascii=is_ascii) for is_ascii in (False, True))
    return any(
        f'"{name}":{space}{form}' in script for form in forms for name in _TITLES for space in ("", " ")
    )


def _marked_paragraphs(script: str) -> Iterator[str]:
    """Yield the HTML of each paragraph in a script. One pattern for both tags would take quadratic time."""
    for part in _PARAGRAPH_END.split(script)[:-1]:
        if start := _PARAGRAPH_START.search(part):
            yield f"{part[start.start() :]}</p>"


def _unescaped(markup: str) -> str:
    try:
        return str(json.loads(f'"{markup.replace(chr(34), chr(92) + chr(34))}"', strict=False))
    except ValueError:
        return markup
