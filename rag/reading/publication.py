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
        "future",
        "scheduled",
        "unpublished",
    }
)
# What the fields of posts that are not published say.
_SAID_OF_UNPUBLISHED = {
    **dict.fromkeys(("status", "post_status"), _STATUSES | {"false"}),  # Drupal says true or false
    **dict.fromkeys(("draft", "is_draft", "isdraft"), frozenset({"true"})),
    **dict.fromkeys(("published", "is_published", "ispublished", "published_at"), frozenset({"false"})),
}
_NOT_LETTERS = re.compile(r"[\s-]+")


def refuse_unpublished(fields: Mapping[str, Any]) -> None:
    """Raise ReadingError for a post that its program does not publish, such as a draft.

    >>> refuse_unpublished({"title": "Kopi", "draft": True})
    Traceback (most recent call last):
    rag.errors.ReadingError: the post 'Kopi' is not published: its draft is True
    """
    for name, value in fields.items():
        said = _SAID_OF_UNPUBLISHED.get(_normal(name), frozenset())
        if said and _normal(value) in said:
            title = fields.get("title")
            raise ReadingError(
                f"the post {title!r:.100} is not published: its {_normal(name)} is {value!r:.50}"
            )


def _normal(value: object) -> str:
    return _NOT_LETTERS.sub("_", str(value).strip().lower())
