"""Options and output that several commands share."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import ValidationError
from tqdm import tqdm

from api.commands.terminal import counted, say
from api.question_time import check_year
from api.schemas import FiltersBody, parse_metadata
from rag.corpus.protocol import OpenCorpus
from rag.data_folder import holds_corpus
from rag.datatypes import Filters
from rag.errors import BadRequest, NoArticles, SettingsError
from rag.reading.dates import TIME_EXAMPLE, parse_timestamp
from rag.settings import Settings, why_data_dir

F = TypeVar("F", bound=Callable[..., Any])

NOTHING_FOUND = 3


class Time(click.ParamType[datetime]):
    """An option that takes an RFC 3339 time or a day."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the time, or report bad use."""
        time = parse_timestamp(value) if isinstance(value, str) else None
        if time is None:
            self.fail(f"{value!r} is not a time such as {TIME_EXAMPLE}.", param, ctx)
        try:
            check_year(time)
        except ValueError as error:
            self.fail(f"{value!r} cannot be the time of a question: {error}.", param, ctx)
        return time


TIME = Time()

_FILTER_OPTIONS = (
    click.option("--language", multiple=True, metavar="TAG", help="Only articles in this language."),
    click.option("--outlet", multiple=True, metavar="NAME", help="Only articles of this outlet."),
    click.option("--author", multiple=True, metavar="NAME", help="Only articles by this author."),
    click.option("--section", multiple=True, metavar="NAME", help="Only articles of this section."),
    click.option("--article-id", multiple=True, metavar="ID", help="Only the article with this id."),
    click.option(
        "--from",
        "published_from",
        metavar="DAY",
        help="Only articles published on this day (such as 2025-07-27) or later.",
    ),
    click.option(
        "--to", "published_to", metavar="DAY", help="Only articles published on this day or earlier."
    ),
    click.option(
        "--metadata",
        multiple=True,
        metavar="KEY=VALUE",
        help="Only articles with this value in their metadata. "
        "You can repeat each filter except --from and --to.",
    ),
)


def filter_options(command: F) -> F:
    """Add the filters of the HTTP API to a command as options."""
    for option in reversed(_FILTER_OPTIONS):
        command = option(command)
    return command


def parse_filters(values: dict[str, Any]) -> Filters:
    """Read the values of `filter_options`.

    Raises:
        BadRequest: a day, a language tag or a metadata filter is not valid.
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
    """Say how many articles a range of days left out because they have no date."""
    if count:
        articles = counted(count, "article has", "articles have")
        say(f"{articles} no date and cannot match --from or --to.")


def local_folder(settings: Settings) -> Path:
    """Return the folder of the local corpus.

    Raises:
        SettingsError: the articles are on a Milvus server.
    """
    if settings.corpus != "local":
        raise SettingsError(
            f"KUTIP_CORPUS is {settings.corpus!r}, and this command works on the `local` corpus only. "
            "For Milvus, use its own tool, `milvus-backup`."
        )
    return settings.data_dir


def has_corpus(settings: Settings) -> bool:
    """Whether the corpus was made already; a Milvus server tells only when it is asked."""
    return settings.corpus != "local" or holds_corpus(settings.data_dir)


def check_corpus(settings: Settings) -> None:
    """Check that there is a corpus, so that a command that only reads makes none.

    Raises:
        NoArticles: no article was ever added.
    """
    if not has_corpus(settings):
        raise NoArticles(_no_articles(settings))


def location(settings: Settings) -> str:
    """Return where the articles are, and why there."""
    if settings.corpus != "local":
        return f"{settings.milvus_uri}, collections {settings.milvus_prefix}_…"
    return f"{settings.data_dir} ({why_data_dir(settings)})"


def why_empty(corpus: OpenCorpus, settings: Settings, filters: Filters) -> str | None:
    """Return why there is nothing to search in and what to do; None if there is something."""
    if corpus.counts().articles == 0:
        return _no_articles(settings)
    if corpus.counts(filters).articles == 0:
        return "No article passes the filters. Remove a filter, or choose other values."
    return None


def _no_articles(settings: Settings) -> str:
    other = (
        "KUTIP_DATA_DIR to the folder that holds yours"
        if settings.corpus == "local"
        else "KUTIP_MILVUS_PREFIX to the prefix of the collections that hold yours"
    )
    return (
        f"There are no articles yet in {location(settings)}. "
        f"Add some with `kutip ingest PATH`, or set {other}."
    )


@contextmanager
def progress(unit: str) -> Iterator[Callable[[int, int], object]]:
    """Show a progress bar on a terminal. Yields a function that takes how many are done, of how many."""
    # subtle: `disable=None` shows the bar on a terminal only.
    with tqdm(unit=f" {unit}", disable=None, file=sys.stderr, leave=False) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield tell
