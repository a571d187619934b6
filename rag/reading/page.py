"""What one page says of itself, what the caller states for all pages, and the Article both make."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.datatypes import Article
from rag.errors import BadRequest
from rag.reading.record import canonical_tag, parse_record
from rag.reading.rights import check_permission


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """What the caller states for every article, which wins over what the page says.

    Raises BadRequest if `language` is no language tag.
    """

    permission: str | None = None
    outlet: str | None = None
    author: str | None = None
    language: str | None = None
    section: str | None = None

    def __post_init__(self) -> None:
        if self.language and not canonical_tag(self.language):
            message = f"language {self.language!r} is not a BCP 47 tag such as id, en or zh-Hans"
            raise BadRequest(message, field="language")

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
