"""Options and output that several commands share."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import click
from pydantic import ValidationError

from api.schemas import FiltersBody, parse_metadata
from rag.datatypes import Filters
from rag.errors import BadRequest

F = TypeVar("F", bound=Callable[..., Any])

NOTHING_FOUND = 3

_FILTER_OPTIONS = (
    click.option("--language", multiple=True, metavar="TAG", help="Only articles in this language."),
    click.option("--outlet", multiple=True, metavar="NAME", help="Only articles of this outlet."),
    click.option("--author", multiple=True, metavar="NAME", help="Only articles by this author."),
    click.option("--section", multiple=True, metavar="NAME", help="Only articles of this section."),
    click.option("--article-id", multiple=True, metavar="ID", help="Only this article."),
    click.option("--from", "published_from", metavar="DAY", help="Only articles of this day or later."),
    click.option("--to", "published_to", metavar="DAY", help="Only articles of this day or earlier."),
    click.option("--metadata", multiple=True, metavar="KEY=VALUE", help="Only articles with this metadata."),
)


def filter_options(command: F) -> F:
    """Add the filters of the HTTP API to a command."""
    for option in reversed(_FILTER_OPTIONS):
        command = option(command)
    return command


def parse_filters(values: dict[str, Any]) -> Filters:
    """Read the values of `filter_options`.

    Raises:
        BadRequest: a day is no date, or a metadata filter no `key=value`.
    """
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    given["metadata"] = parse_metadata(given["metadata"])
    try:
        return FiltersBody.model_validate(given).to_filters()
    except ValidationError as error:
        first = error.errors()[0]
        name = {"published_from": "--from", "published_to": "--to"}.get(
            str(first["loc"][0]), str(first["loc"][0])
        )
        raise BadRequest(f"{name} is {first['input']!r}: {first['msg']}.") from error


def print_json(value: Any) -> None:
    """Print JSON as the HTTP API would send it, indented."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
