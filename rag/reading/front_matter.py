"""Reads the front matter of a Markdown page: YAML between ---, TOML between +++, or a JSON object."""

import json
import re
import tomllib
from datetime import date, time
from typing import Any

import yaml

from rag.errors import ReadingError

MAXIMUM_FRONT_MATTER_CHARACTERS = 50_000

# subtle: python-frontmatter would lose the text of a page that opens with a thematic break.
_YAML = re.compile(r"\n{0,3}---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?\n)??\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_PLAIN_FIELD = re.compile(r"(\w(?: *+[\w.-])*+)[ \t]*+:[ \t]*+([^\s\[{&*!|>].*|\[[^\[\]]{1,50}\] [^\s,].*|)")
_TAB_AFTER_NAME = re.compile(r"^([\w-]+:)\t+", re.MULTILINE)


def split_front_matter(text: str) -> tuple[dict[Any, Any], str]:
    """Return the fields above a page's text, and the text.

    Raises ReadingError if they are not valid YAML or TOML.
    """
    if match := _TOML.match(text):
        return _load_toml(_checked(match[1] or "")), text[match.end() :]
    if match := _YAML.match(text):
        fields = _load_yaml(_checked(match[1] or ""))
        # None: the page opens with a thematic break, not with fields
        return (fields, text[match.end() :]) if fields is not None else ({}, text)
    return _split_json(text) if text.startswith("{") else ({}, text)


def _checked(text: str) -> str:
    if len(text) > MAXIMUM_FRONT_MATTER_CHARACTERS:
        raise ReadingError(
            f"the front matter is longer than {MAXIMUM_FRONT_MATTER_CHARACTERS:,} characters: shorten it"
        )
    return text


def _split_json(text: str) -> tuple[dict[Any, Any], str]:
    try:
        fields, end = json.JSONDecoder().raw_decode(text[:MAXIMUM_FRONT_MATTER_CHARACTERS])
    except (ValueError, RecursionError):  # a text that begins with a brace
        return {}, text
    body = text[end:]
    is_front_matter = isinstance(fields, dict) and (not body.strip() or body.lstrip(" \t").startswith("\n"))
    return (fields, body) if is_front_matter else ({}, text)


def _load_toml(text: str) -> dict[Any, Any]:
    try:
        loaded: dict[Any, Any] = _to_json(tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        raise ReadingError(f"the front matter between the +++ lines is not TOML: {error!s:.300}") from None
    return loaded


class _Loader(yaml.SafeLoader):
    """Refuses aliases: with them, short front matter can expand to gigabytes or contain itself."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it uses an alias (*): write the value out")
        return super().compose_node(parent, index)


def _plain_value(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> Any:
    """Return the value under a tag of another program, such as `!ruby/object:Foo`, without the tag."""
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None


_Loader.add_multi_constructor("!", _plain_value)


def _load_yaml(text: str) -> dict[Any, Any] | None:
    text = _TAB_AFTER_NAME.sub(r"\1 ", text)
    try:
        loaded = _to_json(yaml.load(text, Loader=_Loader))  # noqa: S506, a SafeLoader
    # subtle: a value that does not fit its tag, as in `!!timestamp x`, raises whatever PyYAML meets
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, AttributeError, LookupError,
            TypeError) as error:  # fmt: skip
        plain = _load_plain(text) if isinstance(error, yaml.MarkedYAMLError) else None
        if plain is not None:
            return plain
        reason = " ".join(str(error).split())
        raise ReadingError(f"the front matter between the --- lines is not YAML: {reason:.300}") from None
    return loaded if isinstance(loaded, dict) else {} if loaded is None else None


def _load_plain(text: str) -> dict[Any, Any] | None:
    """Return the fields of front matter with one `name: value` on each line; a value may hold a colon."""
    matches = [_PLAIN_FIELD.fullmatch(line.rstrip()) for line in text.splitlines() if line.strip()]
    if not matches or None in matches:
        return None
    return {match[1]: _unquoted(match[2].strip()) or None for match in matches if match}


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value


def _to_json(value: Any) -> Any:
    """Return the value with dates as RFC 3339 text; raise ValueError for a number too long to print."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int):
        # subtle: YAML reads any number of hexadecimal digits; Python prints at most 4,300 decimal digits.
        str(value)
    if isinstance(value, dict):
        return {str(key): _to_json(item) for key, item in value.items()}
    return [_to_json(item) for item in value] if isinstance(value, list) else value
