"""The fields that a page states, the fields that the caller states, and the Article made from both."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rag.datatypes import Article
from rag.errors import BadRequest, KutipError, ReadingError
from rag.reading.dates import date_in_url
from rag.reading.record import canonical_tag, parse_record
from rag.reading.rights import check_permission

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Overrides:
    """Fields that the caller states for every article; they take precedence over those of the page.

    Raises BadRequest if `language` is not a language tag.
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
        """Return the fields that are set and not blank."""
        return {name: value for name, value in vars(self).items() if value and value.strip()}


@dataclass(frozen=True, kw_only=True)
class Page:
    """What a page gives: the fields of an ArticleRecord, and the lines that are no part of its article.

    `prohibition` is the line that forbids indexing the page, if there is one.
    """

    fields: Mapping[str, Any]
    prohibition: str | None = None
    dropped: tuple[str, ...] = ()

    def found_at(self, url: str) -> "Page":
        """Return the page with this address, and with the day in it if the page states none."""
        metadata = self.fields.get("metadata") or {}
        fields = {**self.fields, "url": url}
        is_stated = self.fields.get("published_at") and metadata.get("date_source") != "guess"
        if not is_stated and (day := date_in_url(url)):
            fields |= {"published_at": day, "metadata": {**metadata, "date_source": "url"}}
        return replace(self, fields=fields)

    def refuse_damage(self, damage: ReadingError | None, *, mark: str) -> None:
        """Raise the error if a damaged character, shown by `mark`, is in a field, such as the author."""
        if damage and any(mark in text for text in _texts_in(self.fields)):
            raise damage

    def to_article(self, *, default_id: str | None, overrides: Overrides) -> Article:
        """Return the article; raise ReadingError for an invalid field, RightsError without a permission."""
        given = {name: value for name, value in self.fields.items() if value is not None}
        record = parse_record({"id": default_id, **given, **overrides.stated()})
        check_permission(self.prohibition, record.permission)
        return record.to_article()


def _texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts_in(item)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One article of a file: its page, or the error that says why there is none.

    `place` is where the article stands in a file of many, such as the number of its line. It is empty if the
    file is one article.
    """

    page: Page | ReadingError
    place: str = ""


def page_or_error(read: Callable[..., Page | ReadingError], *arguments: Any) -> Page | ReadingError:
    """Return what `read` returns for one article of a file, or the error that says why there is no page.

    An error that the reader does not expect concerns this article only; the other articles are read.
    """
    try:
        return read(*arguments)
    except ReadingError as error:
        return error
    except KutipError:
        raise
    except Exception as error:  # noqa: BLE001, `unexpected_error` writes it to the log
        return unexpected_error(error)


def unexpected_error(error: Exception, *, source: str = "an article") -> ReadingError:
    """Write an error that a reader does not expect to the log, and return the reason to show for it."""
    logger.error("Reading %s failed", source, exc_info=error)
    shown = f"{type(error).__name__}: {error!s:.200}".encode(errors="replace").decode()
    return ReadingError(f"unexpected error: {shown}; please report it")
