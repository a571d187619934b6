"""Tells articles from what else stands in a feed: comments, layouts and drafts in an export of Blogger."""

from typing import Any

_KIND_SCHEME = "http://schemas.google.com/g/2005#kind"
_ARTICLES = ("post", "page")
_PUBLISHED = ("", "live", "published")


def is_article(entry: Any) -> bool:
    """Whether an entry is a post or a page; in any other feed than one of Blogger, each one is."""
    kinds = [str(entry.get("blogger_type") or "")]
    kinds += [tag.get("term") or "" for tag in entry.get("tags", []) if tag.get("scheme") == _KIND_SCHEME]
    stated = [kind.rpartition("#")[2].lower() for kind in kinds if kind]
    return not stated or any(kind in _ARTICLES for kind in stated)


def why_withheld(entry: Any) -> str | None:
    """Return why an entry is not published, or None."""
    status = str(entry.get("blogger_status") or "")
    is_draft = str(entry.get("app_draft") or "").strip().lower() == "yes"
    if not is_draft and status.strip().lower() in _PUBLISHED:
        return None
    return f"the entry is not published: its status is {status or 'draft'!r:.50}"


def tags_of(entry: Any) -> list[str]:
    """Return the tags of an entry as they are written, without those that say what kind of entry it is."""
    own = [tag for tag in entry.get("tags", []) if tag.get("scheme") != _KIND_SCHEME]
    return [tag.get("term") or tag.get("label") or "" for tag in own]
