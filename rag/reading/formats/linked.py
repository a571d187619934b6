"""Puts together what content managers export in parts: authors elsewhere, one value per language."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from rag.reading.field_names import field_of

_LOCALE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2,4})?")
_MAKERS = frozenset({"uid"})  # what Drupal calls the author of a page


def with_linked(value: Mapping[str, Any], items: list[Any]) -> list[Any]:
    """Return the items of an export with the objects that it holds elsewhere in place of references to them.

    The references are those of JSON:API, of Contentful and of Ghost.
    """
    objects = _objects_of(value)
    if not objects:
        return items
    owners = _owners_of(value)
    return [_with_objects(item, objects, owners) if isinstance(item, dict) else item for item in items]


def _objects_of(value: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the objects beside the articles by their ids."""
    includes = value.get("includes")
    lists = [value.get("included"), value.get("entries"), value.get("users")]
    lists += includes.values() if isinstance(includes, Mapping) else []
    found: dict[str, Mapping[str, Any]] = {}
    for item in (item for one in lists if isinstance(one, list) for item in one if isinstance(item, Mapping)):
        inner = next(
            (item[name] for name in ("attributes", "fields") if isinstance(item.get(name), Mapping)), item
        )
        found[_id_of(item)] = inner
    return found


def _owners_of(value: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the ids of the authors of each post, which Ghost keeps in a table of its own."""
    rows = value.get("posts_authors")
    owners: dict[str, list[str]] = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, Mapping):
            owners.setdefault(str(row.get("post_id")), []).append(str(row.get("author_id")))
    return owners


def _id_of(item: Mapping[str, Any]) -> str:
    system = item.get("sys")
    return str(system.get("id") if isinstance(system, Mapping) else item.get("id"))


def _with_objects(
    item: dict[str, Any], objects: Mapping[str, Mapping[str, Any]], owners: Mapping[str, list[str]]
) -> dict[str, Any]:
    fields, related = (_mapping(item.get(name)) for name in ("fields", "relationships"))
    makers = [
        reference
        for name, value in (*fields.items(), *related.items())
        if name in _MAKERS or field_of(name) == "author"
        for reference in _references(value)
    ]
    ids = makers or owners.get(_id_of(item)) or [str(item.get("author_id"))]
    people = [objects[each] for each in ids if each in objects]
    if not people:
        return item
    kept = {name: value for name, value in fields.items() if field_of(name) != "author"}
    return {**item, **({"fields": kept} if fields else {}), "author": people}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _references(value: object) -> Iterator[str]:
    """Yield the ids to which a value refers, as JSON:API and Contentful write it."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, Mapping):
        inner = value.get("data", value)
        if inner is not value:
            yield from _references(inner)
        elif "sys" in value or "id" in value:
            yield _id_of(value)
        else:  # one reference per language
            yield from next(([*_references(each)] for each in value.values()), [])


def editions(value: object) -> Iterator[object]:
    """Yield an article once for each language in which its title is given, and any other value as it is.

    >>> [one["title"] for one in editions({"title": {"id": "Kopi", "en": "Coffee"}, "slug": "kopi"})]
    ['Kopi', 'Coffee']
    """
    fields = value.get("fields", value) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(fields, Mapping):
        yield value
        return
    titles = next((inner for name, inner in fields.items() if field_of(name) == "title"), None)
    others = {name: inner for name, inner in value.items() if name not in ("fields", "sys")}
    outside = {**_system_of(value), **(others if "fields" in value else {})}
    if not _is_per_locale(titles):
        yield {**outside, "fields": fields} if outside and "fields" in value else value
        return
    for place, locale in enumerate(titles):
        stated = {name: _in_locale(inner, locale) for name, inner in fields.items()}
        own = {**outside, **stated, "language": locale.replace("_", "-")}
        if place and own.get("id"):
            own["id"] = f"{own['id']}:{locale}"
        yield own


def _system_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Contentful says of an entry beside its fields."""
    system = value.get("sys")
    if not isinstance(system, Mapping):
        return {}
    made = system.get("firstPublishedAt") or system.get("publishedAt") or system.get("createdAt")
    found = {"id": system.get("id"), "language": system.get("locale"), "created_at": made}
    return {name: inner for name, inner in found.items() if inner}


def _is_per_locale(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether an object holds one text for each language."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(_LOCALE.fullmatch(str(key)) and isinstance(inner, str) for key, inner in value.items())
    )


def _in_locale(value: object, locale: str) -> object:
    """Return the value for a language, or that for the first one if there is none."""
    if not isinstance(value, Mapping) or not value or not all(_LOCALE.fullmatch(str(key)) for key in value):
        return value
    return value[locale] if locale in value else next(iter(value.values()))
