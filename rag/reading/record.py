"""Validates an article from the HTTP API or a JSON line field by field, and makes it an Article."""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from rag.datatypes import PARAGRAPH_SEPARATOR, Article
from rag.errors import ReadingError
from rag.reading.addresses import host_and_path
from rag.reading.dates import TIME_EXAMPLE, parse_timestamp, with_offset
from rag.reading.paragraphs import paragraphs_in
from rag.reading.rights import check_permission, find_prohibition
from rag.reading.zones import in_zone, usual_zone
from rag.text.languages import detect_language

MAXIMUM_ID_CHARACTERS = 200
MAXIMUM_FIELD_CHARACTERS = 10_000  # of a field that comes with every hit
MAXIMUM_METADATA_CHARACTERS = 200_000  # as JSON
MAXIMUM_DEPTH = 32

_REFUSED_CHARACTER = re.compile("[\0\ud800-\udfff]")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,8}")
_DERIVED_ID_CHARACTERS = 16
# The years whose times can be shifted by any zone and by a thousand years without an error.
_FIRST_YEAR, _LAST_YEAR = 1000, 8999
_NAMES_OF_PERSON = ("name", "displayName", "display_name", "full_name", "fullName", "fullname", "nama")
_PARTS_OF_NAME = (("first_name", "last_name"), ("firstName", "lastName"), ("firstname", "lastname"))
_SHOWN_ERRORS = 3
_SHOWN_CHARACTERS = 500


_ONE_BODY: list[JsonValue] = [
    {"required": [given], "properties": {given: {"type": kind}, other: {"type": "null"}}}
    for given, kind, other in (("paragraphs", "array", "text"), ("text", "string", "paragraphs"))
]


def _refusal(message: str) -> PydanticCustomError:
    return PydanticCustomError("article", "{message}", {"message": message[:_SHOWN_CHARACTERS]})


def _to_time(value: object, info: ValidationInfo) -> datetime | None:
    if value is None:
        return None
    parsed = None
    if isinstance(value, str):
        parsed = parse_timestamp(value)
    elif isinstance(value, datetime):
        parsed = value if value.tzinfo is None else with_offset(value)
    elif isinstance(value, date):
        parsed = with_offset(datetime.combine(value, time()))
    if parsed is None:
        raise _refusal(f"{info.field_name} {value!r:.100} is not an RFC 3339 time such as {TIME_EXAMPLE}")
    return parsed


Time = Annotated[datetime, BeforeValidator(_to_time)]


class ArticleRecord(BaseModel):
    r"""One article, as in `POST /v1/articles` or a JSON line; it has `paragraphs` or `text`, not both.

    Paragraphs are kept exactly as given; `text` is split at blank lines, or into its lines if it has none and
    is not hard-wrapped. Times are RFC 3339 or bare dates. A time without an offset is one of the usual zone
    of the outlet's country or of the language, and the metadata says so as `assumed_time_zone`.

    >>> record = ArticleRecord(id="a", title="Kopi", text="Satu kalimat.\n\nDua.", language="id")
    >>> record.to_article().paragraphs
    ('Satu kalimat.', 'Dua.')
    """

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, json_schema_extra={"oneOf": _ONE_BODY}
    )

    id: Annotated[
        str | None, Field(json_schema_extra={"minLength": 1, "maxLength": MAXIMUM_ID_CHARACTERS})
    ] = None
    title: str = ""
    paragraphs: list[str] | None = None
    text: str | None = None
    url: str | None = None
    outlet: str | None = None
    author: str | None = None
    published_at: Time | None = None
    updated_at: Time | None = None
    language: str | None = None
    section: str | None = None
    metadata: dict[str, JsonValue] | None = None
    permission: str | None = None
    headings: Annotated[
        list[int] | None, Field(description="The numbers, from 1, of the paragraphs that are headings")
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _check_values(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        for name, value in data.items():
            _check_characters(str(name), path="a field's name")
            _check_value(value, path=str(name))
        return _with_usual_types(data)

    @field_validator("id")
    @classmethod
    def _check_id(cls, value: str | None) -> str | None:
        if value is None:
            return None
        has_control = any(unicodedata.category(character) == "Cc" for character in value)
        if not value.strip() or len(value) > MAXIMUM_ID_CHARACTERS or has_control:
            raise _refusal(
                f"id {value!r:.100} needs 1 to {MAXIMUM_ID_CHARACTERS} characters and no control characters"
            )
        return value

    @field_validator("title", "url", "outlet", "author", "language", "section", "permission")
    @classmethod
    def _check_length(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and len(value) > MAXIMUM_FIELD_CHARACTERS:
            raise _refusal(
                f"{info.field_name} has {len(value):,} characters, more than {MAXIMUM_FIELD_CHARACTERS:,}: "
                "shorten it"
            )
        return value

    @field_validator("metadata")
    @classmethod
    def _check_metadata(cls, value: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
        characters = len(json.dumps(value, ensure_ascii=False))
        if characters > MAXIMUM_METADATA_CHARACTERS:
            raise _refusal(
                f"metadata has {characters:,} characters, more than {MAXIMUM_METADATA_CHARACTERS:,}: "
                "shorten it"
            )
        return value

    @field_validator("url", "outlet", "author", "language", "section", "permission")
    @classmethod
    def _blank_is_none(cls, value: str | None) -> str | None:
        return value if value and value.strip() else None

    @model_validator(mode="after")
    def _check_body(self) -> Self:
        if (self.paragraphs is None) == (self.text is None):
            raise _refusal("an article needs either `paragraphs` or `text`: give one of them")
        if not any(paragraph.strip() for paragraph in self._body()):
            raise _refusal("the article holds no text: give at least one paragraph that is not blank")
        count = len(self._body())
        unknown = [number for number in self.headings or () if not 1 <= number <= count]
        if unknown:
            raise _refusal(
                f"headings names paragraph {unknown[0]}, which the article does not have: "
                f"give numbers from 1 to {count}"
            )
        if len(set(self.headings or ())) == count:
            raise _refusal("every paragraph is a heading: give at least one that is not")
        return self

    def to_article(self) -> Article:
        """Return the article; raise RightsError if its text forbids indexing and no permission is stated."""
        paragraphs = self._body()
        text = PARAGRAPH_SEPARATOR.join(paragraphs)
        check_permission(find_prohibition(text), self.permission)
        language = canonical_tag(self.language) or detect_language(text)
        zone = self._assumed_zone(language)
        return Article(
            id=self.id or _derived_id(self.url or self.title + PARAGRAPH_SEPARATOR + text),
            title=self.title,
            paragraphs=paragraphs,
            url=self.url,
            outlet=self.outlet,
            author=self.author,
            published_at=_stored(self.published_at, zone),
            updated_at=_stored(self.updated_at, zone),
            language=language,
            section=self.section,
            metadata={
                **(self.metadata or {}),
                **({"assumed_time_zone": zone or "UTC"} if self._lacks_zone() else {}),
            },
            permission=self.permission,
            headings=tuple(sorted(set(self.headings or ()))),
        )

    def _lacks_zone(self) -> bool:
        return any(time is not None and time.tzinfo is None for time in (self.published_at, self.updated_at))

    def _assumed_zone(self, language: str) -> str | None:
        """Return the usual zone of the outlet's country or of the language."""
        host = host_and_path(self.url)[0] if self.url else ""
        return usual_zone(host=host or self.outlet or "", language=language)

    def _body(self) -> tuple[str, ...]:
        return paragraphs_in(self.text or "") if self.paragraphs is None else tuple(self.paragraphs)


def parse_record(fields: Mapping[str, Any]) -> ArticleRecord:
    """Return a record with these fields; raise ReadingError naming each invalid field and the reason.

    Positions in the message, such as `paragraphs[2]` and `character 17`, count from 0.
    """
    try:
        return ArticleRecord.model_validate(fields)
    except ValidationError as error:
        problems = [_describe(problem) for problem in error.errors(include_url=False)]
    more = f"; and {len(problems) - _SHOWN_ERRORS} more" if len(problems) > _SHOWN_ERRORS else ""
    raise ReadingError("; ".join(problems[:_SHOWN_ERRORS]) + more)


def with_metadata(
    fields: Mapping[str, Any], *, known: Collection[str] = ArticleRecord.model_fields
) -> dict[str, Any]:
    """Move fields that are not `known` into the metadata; existing metadata of the same name wins.

    >>> with_metadata({"title": "Kopi", "source": "arsip"})
    {'title': 'Kopi', 'metadata': {'source': 'arsip'}}
    """
    others = {name: value for name, value in fields.items() if name not in known}
    kept = {name: value for name, value in fields.items() if name in known}
    metadata = kept.get("metadata") or {}
    if not others or not isinstance(metadata, Mapping):
        return kept
    return {**kept, "metadata": {**others, **metadata}}


def _stored(time: datetime | None, zone: str | None) -> datetime | None:
    """Return a time with a zone, or None for a year in which no article was written."""
    is_plausible = time is not None and _FIRST_YEAR <= time.year <= _LAST_YEAR
    return in_zone(time, zone) if time is not None and is_plausible else None


def canonical_tag(language: str | None) -> str | None:
    """Return a BCP 47 tag in its canonical case (`zh-Hans`, `pt-BR`), or None for anything else."""
    if not language or not _LANGUAGE_TAG.fullmatch(language):
        return None
    first, *others = language.split("-")
    cases = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cases.get(len(part), str.lower)(part) for part in others)])


def _with_usual_types(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with the types of a record where others write a number, a list of names or null."""
    found = dict(fields)
    if isinstance(found.get("id"), int) and not isinstance(found["id"], bool):
        found["id"] = str(found["id"])
    if "title" in found and found["title"] is None:
        del found["title"]
    for name in ("published_at", "updated_at"):
        if isinstance(found.get(name), str) and not found[name].strip():
            found[name] = None
    author = found.get("author")
    if author == []:
        found["author"] = None
    people = author if isinstance(author, list) else [author] if isinstance(author, Mapping) else []
    authors = [name_in(person) for person in people]
    if authors and all(authors) and isinstance(found.get("metadata") or {}, Mapping):
        found["author"] = ", ".join(map(str, authors))
        if len(authors) > 1:
            found["metadata"] = {"authors": authors, **(found.get("metadata") or {})}
    return found


def name_in(author: object) -> str | None:
    """Return the name of a person, which an object may hold in one part or in two; None without one.

    >>> name_in({"first_name": "Sari", "last_name": "Dewi"})
    'Sari Dewi'
    """
    if not isinstance(author, Mapping):
        return author if isinstance(author, str) else None
    whole = (author.get(key) for key in _NAMES_OF_PERSON)
    parts = (" ".join(str(author.get(key) or "") for key in pair).strip() for pair in _PARTS_OF_NAME)
    return next((name for name in (*whole, *parts) if name and isinstance(name, str)), None)


def _describe(problem: Any) -> str:
    if problem["type"] == "article":
        return str(problem["msg"])
    field, *steps = problem["loc"]
    place = str(field) + "".join(f"[{step}]" for step in steps)
    return f"{place} {problem['input']!r:.100} is refused: {problem['msg']}"


def _check_value(value: object, *, path: str, depth: int = 0) -> None:
    """Refuse values that JSON or the database cannot store: NUL, lone surrogates, NaN, too deep nesting."""
    if depth > MAXIMUM_DEPTH:
        raise _refusal(f"{path} is nested more than {MAXIMUM_DEPTH} deep: make it flatter")
    if isinstance(value, str):
        _check_characters(value, path=path)
    elif isinstance(value, float) and not math.isfinite(value):
        raise _refusal(f"{path} is {value}, which JSON cannot express: leave it out")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _check_value(key, path=f"a key of {path}", depth=depth + 1)
            _check_value(item, path=f"{path}.{key}", depth=depth + 1)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _check_value(item, path=f"{path}[{number}]", depth=depth + 1)


def _check_characters(text: str, *, path: str) -> None:
    if match := _REFUSED_CHARACTER.search(text):
        name = "NUL" if match[0] == "\0" else "lone surrogate"
        raise _refusal(f"{path} holds a {name} at character {match.start()}: remove it")


def _derived_id(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:_DERIVED_ID_CHARACTERS]
