"""`kutip ingest`."""

import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import click
from tqdm import tqdm

from api.commands.base import Command
from api.commands.options import check_corpus, has_corpus, location, print_json
from api.commands.stopping import when_stopped
from api.commands.terminal import counted, say
from api.commands.web import WebReading
from api.schemas import ingest_json
from rag.datatypes import Article, IngestResult, Unreadable
from rag.errors import MissingExtra, SettingsError
from rag.fetching.sources import is_web_address
from rag.reading import (
    FORMATS,
    STANDARD_INPUT,
    FoundFile,
    Overrides,
    count_items,
    files_below,
    read_paths,
    suffix_of,
)
from rag.service import build_service, open_corpus
from rag.settings import Settings, load_settings

_SHOWN_TYPES = 10  # of files that are skipped


@click.command(
    cls=Command,
    examples=[
        "kutip ingest articles/ news.jsonl",
        "kutip ingest page.html --outlet KABAR --language id",
        "kutip ingest - < articles.jsonl",
        "kutip ingest - --format csv < table.txt",
        "kutip ingest https://news.example.org/feed.xml",
    ],
)
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option(
    "--permission", metavar="TEXT", help="Permission you have to index pages that forbid indexing for AI."
)
@click.option("--outlet", metavar="NAME", help="Outlet of all these articles.")
@click.option("--author", metavar="NAME", help="Author of all these articles.")
@click.option("--language", metavar="TAG", help="Language of all these articles, such as id or en.")
@click.option("--section", metavar="NAME", help="Section of all these articles.")
@click.option(
    "--rebuild", is_flag=True, help="First encode all stored articles again, with the current model."
)
@click.option(
    "--ray",
    "workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of Ray workers. Needs KUTIP_CORPUS=milvus and the extra kutip[ray].",
)
@click.option(
    "--ray-cpus", type=float, default=1, show_default=True, metavar="N", help="Processors of each Ray worker."
)
@click.option(
    "--ray-gpus", type=float, default=0, show_default=True, metavar="N", help="GPUs of each Ray worker."
)
@click.option(
    "--fetch-again", is_flag=True, help="Also fetch pages that were fetched before and have not changed."
)
@click.option(
    "--allow-private-addresses",
    "allows_private",
    is_flag=True,
    help="Also fetch from hosts that are not on the public internet.",
)
@click.option(
    "--format",
    "input_format",
    type=click.Choice([suffix.removeprefix(".") for suffix in FORMATS], case_sensitive=False),
    metavar="NAME",
    help="Format of standard input, such as csv. Without it, Kutip recognises the format.",
)
@click.option("--show-dropped", is_flag=True, help="Print the lines of pages that are no part of an article.")
@click.option("--json", "as_json", is_flag=True, help="Print the result for each article as JSON.")
def command(
    paths: Sequence[str],
    rebuild: bool,
    fetch_again: bool,
    allows_private: bool,
    show_dropped: bool,
    input_format: str | None,
    workers: int | None,
    ray_cpus: float,
    ray_gpus: float,
    as_json: bool,
    **stated: str | None,
) -> None:
    """Add articles from files, from folders, from the web, or from standard input (`-`).

    Kutip reads text, Markdown, HTML, JSON, CSV, DOCX, PDF, mails, feeds, web archives and exports, also
    compressed (.gz). It skips files of other types in folders. A web address is that of a page, a feed or a
    sitemap. Kutip remembers what it fetched, so that the next run fetches only what is new.

    An article with the id of a stored one replaces it. The former version stays available, so that citations
    of it can still be checked.
    """
    _check_use(paths, rebuild=rebuild, input_format=input_format)
    urls = [path for path in paths if is_web_address(path)]
    files = [path for path in paths if not is_web_address(path)]
    if workers:
        _check_use_of_ray(paths, rebuild=rebuild, has_urls=bool(urls), show_dropped=show_dropped)
    settings, overrides = load_settings(), Overrides(**stated)
    if not paths:
        check_corpus(settings)
    # Before the encoder is loaded, so that a missing path is reported at once.
    dropped = _Dropped(is_shown=show_dropped)
    skipped = _Skipped()
    items = read_paths(
        files,
        overrides=overrides,
        on_dropped=dropped.add,
        on_skipped=skipped.add,
        input_format=f".{input_format}" if input_format else None,
    )
    run = _Run(settings, total=None if urls else count_items(files), is_on_ray=bool(workers))
    reading = WebReading(settings, overrides, dropped.add, fetch_again, allows_private)
    with when_stopped(run.what_is_kept), reading.opened(urls) as web:
        run.on_stored = web.confirm
        if workers:
            found = list(files_below(paths, on_skipped=skipped.add))
            added = _on_ray(settings, found, overrides, count=workers, cpus=ray_cpus, gpus=ray_gpus)
        else:
            added = _here(settings, run.read(chain(items, web.items)), rebuild=rebuild)
        with closing(added):
            results = list(run.shown(added))
    if as_json:
        print_json({"articles": [ingest_json(result) for result in results]})
    dropped.report()
    skipped.report()
    if paths:
        _report(results)


def _check_use(paths: Sequence[str], *, rebuild: bool, input_format: str | None) -> None:
    if not paths and not rebuild:
        raise click.UsageError(
            "Name files, folders or web addresses to read, `-` for standard input, or use --rebuild."
        )
    if input_format and STANDARD_INPUT not in paths:
        raise click.UsageError("--format is the format of standard input. Name `-` among the paths.")


def _check_use_of_ray(paths: Sequence[str], *, rebuild: bool, has_urls: bool, show_dropped: bool) -> None:
    if rebuild or has_urls or STANDARD_INPUT in paths:
        raise click.UsageError(
            "--ray reads files and folders only. Leave out --rebuild, `-` and web addresses."
        )
    if show_dropped:
        raise click.UsageError("--ray does not report the lines it leaves out. Leave out --show-dropped.")


@dataclass
class _Dropped:
    """The lines of pages that are no part of an article: how many there are, shown if the caller asks."""

    is_shown: bool
    lines: int = 0
    pages: int = 0

    def add(self, source: str, lines: Sequence[str]) -> None:
        """Count, and perhaps show, the lines of one page."""
        self.lines += len(lines)
        self.pages += 1
        for line in lines if self.is_shown else ():
            say(f"{source}: dropped: {line}")

    def report(self) -> None:
        """Say how many lines there were, unless they were shown."""
        if self.lines and not self.is_shown:
            of_pages = counted(self.pages, "page", "pages")
            left_out = counted(self.lines, "line", "lines")
            say(f"Left out of the articles: {left_out} of {of_pages}. See --show-dropped.")


@dataclass
class _Skipped:
    """The files in folders that were not read: how many there are of each type."""

    files: Counter[str] = field(default_factory=Counter)

    def add(self, name: str) -> None:
        """Count one file."""
        self.files[suffix_of(Path(name))[0]] += 1

    def report(self) -> None:
        """Say how many files there were of each type, the most frequent first."""
        if not self.files:
            return
        usual = self.files.most_common(_SHOWN_TYPES)
        types = [f"{count} {suffix or 'without a suffix'}" for suffix, count in usual]
        rest = self.files.total() - sum(count for _, count in usual)
        types += [f"{rest} others"] if rest else []
        skipped = counted(self.files.total(), "file", "files")
        say(f"Skipped {skipped} of other types: {', '.join(types)}.")


@dataclass
class _Run:
    """How far an ingest has come."""

    settings: Settings
    total: int | None
    is_on_ray: bool
    kept: int = 0
    # Versions of the articles that were read and whose results are not known yet, by id.
    pending: dict[str, str] = field(default_factory=dict)
    on_stored: Callable[[str], None] | None = None

    def read(self, items: Iterable[Article | Unreadable]) -> Iterator[Article | Unreadable]:
        """Yield the items, and note the articles among them."""
        for item in items:
            if isinstance(item, Article):
                self.pending[item.id] = item.version
            yield item

    def shown(self, results: Iterable[IngestResult]) -> Iterator[IngestResult]:
        """Yield the results; show a progress bar and the reason of each rejection."""
        # subtle: `disable=None` shows the bar on a terminal only.
        with tqdm(total=self.total, unit=" articles", disable=None, file=sys.stderr) as bar:
            for result in results:
                self.pending.pop(result.id, None)
                self.kept += result.status != "rejected"
                if self.on_stored and result.status != "rejected":
                    self.on_stored(result.id)
                bar.update()
                if result.status == "rejected":
                    bar.clear()
                    say(f"{result.id}: {result.reason}")
                yield result

    def what_is_kept(self) -> str:
        """Say how many articles are stored, for an ingest that was stopped."""
        kept = self.kept + self._kept_unnoticed()
        of_total = "" if self.total is None else f" of {self.total}"
        least = "At least " if self.is_on_ray else ""
        return f"{least}{kept}{of_total} articles are kept; run the same command again to go on."

    def _kept_unnoticed(self) -> int:
        """Count the articles that were stored just before the interrupt."""
        if not self.pending or not has_corpus(self.settings):
            return 0
        with open_corpus(self.settings) as corpus:
            stored = map(corpus.article, self.pending)
            return sum(
                article is not None and article.version == self.pending[article.id] for article in stored
            )


def _here(
    settings: Settings, items: Iterable[Article | Unreadable], *, rebuild: bool
) -> Generator[IngestResult, None, None]:
    if not has_corpus(settings):
        say(f"New data folder: {location(settings)}.")
    with build_service(settings, encode_again=rebuild, answers=False) as service:
        if rebuild:
            say(f"All stored articles were encoded again with {service.pipeline.encoder.name}.")
        yield from service.ingestion.ingest(items)
        service.corpus.optimize()


def _on_ray(
    settings: Settings,
    files: Sequence[FoundFile],
    overrides: Overrides,
    *,
    count: int,
    cpus: float,
    gpus: float,
) -> Generator[IngestResult, None, None]:
    if settings.corpus == "local":
        raise SettingsError(
            "KUTIP_CORPUS is 'local', a folder that Ray workers on other machines cannot share. "
            "Set it to 'milvus', or leave out --ray."
        )
    # Imported here because Ray is an extra.
    try:
        from rag.ray_ingestion import Workers, ingest_on_ray
    except ModuleNotFoundError as error:
        raise MissingExtra("Ray is not installed. Run `pip install 'kutip[ray]'`.") from error
    workers = Workers(count=count, cpus=cpus, gpus=gpus)
    yield from ingest_on_ray(settings, files, overrides=overrides, workers=workers)
    with open_corpus(settings) as corpus:
        corpus.optimize()


def _report(results: Sequence[IngestResult]) -> None:
    counts = Counter(result.status for result in results)
    parts = [f"{counts[status]} {status}" for status in ("created", "updated", "unchanged", "rejected")]
    say(", ".join(parts) + ".")
    if counts["rejected"]:
        sys.exit(1)
