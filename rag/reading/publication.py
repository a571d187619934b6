"""Tells from the fields of a post whether its program publishes it."""

import re
from collections.abc import Mapping
from typing import Any

from rag.errors import ReadingError

_STATUSES = frozenset(
    {
        "draft",
        "draf",
        "konsep",
        "auto_draft",
        "pending",
        "private",
        "trash",
        "trashed",
        "deleted",
        "rejected",
        "future",
        "scheduled",
        "unpublished",
    }
)
# Excel writes these words in its own language, and databases write numbers.
_YES = frozenset({"true", "1", "yes", "ya", "benar", "wahr", "vrai", "verdadero", "verdadeiro"})
_NO = frozenset({"false", "0", "no", "tidak", "salah", "falsch", "faux", "falso"})
# What the fields of posts that are not published say.
_SAID_OF_UNPUBLISHED = {
    **dict.fromkeys(("status", "post_status"), _STATUSES | {"false"}),  # Drupal says true or false
    **dict.fromkeys(("draft", "is_draft", "isdraft", "deleted", "is_deleted", "isdeleted"), _YES),
    **dict.fromkeys(("published", "is_published", "ispublished", "published_at"), _NO),
}
_ID_OF_DRAFT = "drafts."  # in Sanity, before the id of the post that will be published
_NOT_LETTERS = re.compile(r"[\s-]+")


def refuse_unpublished(fields: Mapping[str, Any]) -> None:
    """Raise ReadingError for a post that its program does not publish, such as a draft.

    >>> refuse_unpublished({"title": "Kopi", "draft": True})
    Traceback (most recent call last):
    rag.errors.ReadingError: the post 'Kopi' is not published: its draft is True
    """
    given = {_normal(name): value for name, value in fields.items()}
    if _is_before_publication(given):
        raise ReadingError(f"the post {fields.get('title')!r:.100} is not published yet: it is a draft")
    for name, value in given.items():
        said = _SAID_OF_UNPUBLISHED.get(name, frozenset())
        if said and _normal(value) in said:
            title = fields.get("title")
            raise ReadingError(f"the post {title!r:.100} is not published: its {name} is {value!r:.50}")


def _is_before_publication(fields: Mapping[str, Any]) -> bool:
    """Whether a program states when it made a post and, as null, when it published it, or names a draft."""
    names = fields.keys()
    is_made = any(fields.get(name) for name in ("createdat", "created_at"))
    is_null = any(name in names and fields[name] is None for name in ("publishedat", "published_at"))
    return (is_made and is_null) or str(fields.get("_id") or fields.get("id")).startswith(_ID_OF_DRAFT)


def _normal(value: object) -> str:
    return _NOT_LETTERS.sub("_", str(value).strip().lower())
