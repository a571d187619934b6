"""The words that the usual templates of MediaWiki show in a sentence. Any other template is left out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rag.reading.dates import parse_written_date

# By the template's name in lower case: which of its values, counted from 1, a reader sees.
_SHOWN: dict[str, tuple[int, ...]] = {
    "w": (2, 1), "wikipedia": (2, 1), "wp": (2, 1), "ill": (1,), "interlanguage link": (1,), "link": (1,),
    "lang": (2,), "bahasa": (2,), "nowrap": (1,), "nobr": (1,), "nobreak": (1,), "small": (1,), "big": (1,),
    "abbr": (1,), "abbrlink": (1,), "formatnum": (1,), "nihongo": (1,), "transl": (3, 2), "sic": (1,),
    "quote": (1,), "cquote": (1,), "blockquote": (1,), "kutipan": (1,), "angka": (1,), "val": (1,),
    "us$": (1,), "rp": (1,),
}  # fmt: skip
_PREFIXES = {"us$": "US$", "rp": "Rp"}
_MEASURES = ("convert", "cvt", "ubah")
_DATES = ("date", "tanggal", "datum", "fecha", "fechanoticia", "data")
_MAXIMUM_NAME_CHARACTERS = 40


def shown_text(template: Any) -> str:
    """Return the words of a template as wikitext; empty for one whose words are not known."""
    name, values = _name(template), _values(template)
    if name in _MEASURES and len(values) > 1:
        return f"{values[0]} {values[1]}"
    if name.startswith("lang-") and values:
        return values[0]
    if name.startswith("formatnum:"):
        return name.partition(":")[2]
    places = _SHOWN.get(name, ())
    found = next((values[place - 1] for place in places if place <= len(values) and values[place - 1]), "")
    return _PREFIXES.get(name, "") + found if found else ""


def date_of(templates: Any) -> datetime | None:
    """Return the date in the first template that states when a news page was published."""
    for template in templates:
        values = _values(template) if _name(template) in _DATES else []
        date = parse_written_date(values[0]) if values else None
        if date:
            return date
    return None


def replace_nodes(
    code: Any, replacement: Callable[[Any], str | None], *, parse: Callable[[str], Any]
) -> None:
    """Put wikitext in the place of nodes, inner ones first; None leaves a node as it is.

    subtle: the parser's own `replace` and `remove` look for each node among all, which takes quadratic time.
    """
    nodes: list[Any] = []
    for node in code.nodes:
        for inner in node.__children__():
            replace_nodes(inner, replacement, parse=parse)
        text = replacement(node)
        if text is None:
            nodes.append(node)
        elif text:
            nodes += parse(text).nodes
    code.nodes = nodes


def _name(template: Any) -> str:
    return " ".join(str(template.name).split())[:_MAXIMUM_NAME_CHARACTERS].lower().replace("_", " ")


def _values(template: Any) -> list[str]:
    """Return the values without a name."""
    return [" ".join(str(value.value).split()) for value in template.params if not value.showkey]
