"""Validation of questions, texts and language tags."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from rag.errors import BadRequest, PayloadTooLarge


def validated(text: str, *, field: str, maximum: int) -> str:
    """Return a question without the white space around it.

    Raises:
        BadRequest: the question is empty, has no letter, digit or emoji, or contains a forbidden character.
        PayloadTooLarge: the question is longer than `maximum` characters.
    """
    stripped = text.strip()
    if not stripped:
        raise BadRequest(f"The {field} is empty. Write what you want to know.", field=field)
    if len(stripped) > maximum:
        raise PayloadTooLarge(
            f"The {field} has {len(stripped)} characters, the limit is {maximum}. Shorten it.", field=field
        )
    check_characters(stripped, subject=f"The {field}", field=field)
    if not any(sign.isalnum() or unicodedata.category(sign) == "So" for sign in stripped):
        raise BadRequest(f"The {field} {stripped[:20]!r} contains no word. Ask in words.", field=field)
    return stripped


def check_characters(text: str, *, subject: str, field: str) -> None:
    """Refuse NUL and lone surrogates, which cannot be stored or sent as UTF-8.

    Raises:
        BadRequest: the text contains one. The message calls the text `subject`.
    """
    match = re.search("[\0\ud800-\udfff]", text)
    if match:
        raise BadRequest(
            f"{subject} holds U+{ord(match[0]):04X} at character {match.start()}, which is not allowed. "
            "Remove it.",
            field=field,
        )


def language_tag(text: str) -> str:
    """Return a BCP 47 tag in its canonical case, as articles and word lists use it.

    Raises:
        BadRequest: the text is not a language tag.

    >>> language_tag("ZH-hant-tw")
    'zh-Hant-TW'
    """
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,8}", text):
        raise BadRequest(
            f"The language {text[:20]!r} is not a BCP 47 tag such as 'id' or 'zh-Hans'.", field="language"
        )
    primary, *others = text.lower().split("-")
    cases = {2: str.upper, 4: str.title}
    return "-".join([primary, *(cases.get(len(part), str)(part) for part in others)])


def check_size(
    value: object,
    *,
    subject: str,
    field: str,
    maximum_characters: int = 50_000,
    maximum_depth: int = 8,
) -> None:
    """Refuse a JSON value with too many characters or levels; each value counts as at least one character.

    Raises:
        PayloadTooLarge: the value is too large or too deep. The message calls the value `subject`.

    >>> check_size({"a": [1]}, subject="This", field="a", maximum_characters=9, maximum_depth=1)
    Traceback (most recent call last):
    rag.errors.PayloadTooLarge: This has more than 1 levels. Send less.
    """
    characters, level = 0, [value]
    for depth in range(maximum_depth + 1):
        characters += sum(max(1, len(item)) if isinstance(item, str) else 1 for item in level)
        if characters > maximum_characters:
            raise PayloadTooLarge(
                f"{subject} has more than {maximum_characters} characters. Send less.", field=field
            )
        level = [inner for item in level for inner in _members(item)]
        if not level:
            return
        if depth == maximum_depth:
            break
    raise PayloadTooLarge(f"{subject} has more than {maximum_depth} levels. Send less.", field=field)


def _members(value: object) -> Iterable[object]:
    """Return the members of a JSON value, and the names of an object's members."""
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list | tuple) else ()
