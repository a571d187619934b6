"""What one page says of itself, what the caller states for all pages, and the Article both make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.datatypes import Article
from rag.reading.record import parse_record
from rag.reading.rights import check_permission


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """What the caller states for every article; it wins over what the page says."""

    permission: str | None = None
    outlet: str | None = None
    author: str | None = None
    language: str | None = None
    section: str | None = None

    def stated(self) -> dict[str, str]:
        """Return the fields that hold something."""
        return {name: value for name, value in vars(self).items() if value and value.strip()}


@dataclass(frozen=True, kw_only=True)
class Page:
    """The fields of an ArticleRecord that a page gives, and the line that forbids indexing it, if any."""

    fields: Mapping[str, Any]
    prohibition: str | None = None

    def to_article(self, *, default_id: str | None, overrides: Overrides) -> Article:
        """Return the article; raise ReadingError for a field refused, RightsError for want of permission."""
        given = {name: value for name, value in self.fields.items() if value is not None}
        record = parse_record({"id": default_id, **given, **overrides.stated()})
        check_permission(self.prohibition, record.permission)
        return record.to_article()
