"""Options and output that several commands share."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError
from tqdm import tqdm

from api.schemas import FiltersBody, parse_metadata
from rag.corpus.protocol import Corpus
from rag.datatypes import Filters
from rag.errors import BadRequest, SettingsError
from rag.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

NOTHING_FOUND = 3

_FILTER_OPTIONS = (
    click.option(
        "--language", multiple=True, metavar="TAG", help="Only articles in this language; may be repeated."
    ),
    click.option(
        "--outlet", multiple=True, metavar="NAME", help="Only articles of this outlet; may be repeated."
    ),
    click.option(
        "--author", multiple=True, metavar="NAME", help="Only articles by this author; may be repeated."
    ),
    click.option(
        "--section", multiple=True, metavar="NAME", help="Only articles of this section; may be repeated."
    ),
    click.option("--article-id", multiple=True, metavar="ID", help="Only this article; may be repeated."),
    click.option(
        "--from", "published_from", metavar="DAY", help="Only articles of this day (2025-07-27) or later."
    ),
    click.option("--to", "published_to", metavar="DAY", help="Only articles of this day or earlier."),
    click.option(
        "--metadata",
        multiple=True,
        metavar="KEY=VALUE",
        help="Only articles with this in their metadata; may be repeated.",
    ),
)


def filter_options(command: F) -> F:
    """Add the filters of the HTTP API to a command."""
    for option in reversed(_FILTER_OPTIONS):
        command = option(command)
    return command


def parse_filters(values: dict[str, Any]) -> Filters:
    """Read the values of `filter_options`.

    Raises:
        BadRequest: a day is no date, a language no tag, or a metadata filter no `key=value`.
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


def print_json(value: Any, *, indent: int | None = 2) -> None:
    """Print JSON as the HTTP API would send it; on one line where `indent` is None."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent))


def print_undated(count: int) -> None:
    """Say how many articles a range of days left out unseen, if any."""
    if count:
        click.echo(f"Left out by --from and --to, for want of a date: {count} articles.", err=True)


def local_folder(settings: Settings) -> Path:
    """Return the folder of the local corpus.

    Raises:
        SettingsError: the corpus is another.
    """
    if settings.corpus != "local":
        raise SettingsError(
            f"KUTIP_CORPUS is {settings.corpus!r}, and this is for the `local` one: "
            "Milvus has backups of its own (`milvus-backup`)."
        )
    return settings.data_dir


def why_empty(corpus: Corpus, settings: Settings, filters: Filters) -> str | None:
    """Return why there is nothing to search in and what to do; None where there is something."""
    if corpus.counts().articles == 0:
        place = "KUTIP_MILVUS_PREFIX" if settings.corpus == "milvus" else "KUTIP_DATA_DIR"
        return f"The corpus in {corpus.location} is empty: run `kutip ingest PATH` first, or set {place}."
    return "No article passes the filters: loosen them." if corpus.counts(filters).articles == 0 else None


@contextmanager
def progress(unit: str) -> Iterator[Callable[[int, int], object]]:
    """Show a bar on a terminal; give what it is told by: how many are done, of how many."""
    # subtle: `disable=None` shows the bar on a terminal only.
    with tqdm(unit=f" {unit}", disable=None, file=sys.stderr, leave=False) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield tell
