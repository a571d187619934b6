"""`kutip ingest`."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import click
from tqdm import tqdm

from api.commands.options import print_json
from api.schemas import ingest_json
from rag.datatypes import Article, IngestResult, Unreadable
from rag.reading import Overrides, count_items, read_paths
from rag.service import Service, build_service
from rag.settings import load_settings


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--permission", metavar="TEXT", help="Permission you hold for pages that forbid AI indexing.")
@click.option("--outlet", help="Outlet of all these articles.")
@click.option("--author", help="Author of all these articles.")
@click.option("--language", metavar="TAG", help="Language of all these articles.")
@click.option("--section", help="Section of all these articles.")
@click.option("--rebuild", is_flag=True, help="First encode every stored article again.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each article.")
def command(paths: Sequence[str], rebuild: bool, as_json: bool, **stated: str | None) -> None:
    """Read and index articles: .txt, .md, .html, .jsonl files, folders, or `-` for standard input."""
    if not paths and not rebuild:
        raise click.UsageError("Give files or folders to read, `-` for standard input, or --rebuild.")
    settings = load_settings()
    # Before the encoder is loaded, so that a missing path is said at once.
    items = read_paths(paths, overrides=Overrides(**stated))
    with build_service(settings, encode_again=rebuild) as service:
        if rebuild:
            encoder_name = service.pipeline.encoder.name
            click.echo(f"All stored articles were encoded again, by {encoder_name}.", err=True)
        results = list(_ingest(service, items, total=count_items(paths)))
        service.corpus.optimize()
    if as_json:
        print_json({"articles": [ingest_json(result) for result in results]})
    if paths:
        _report(results)


def _ingest(
    service: Service, items: Iterable[Article | Unreadable], *, total: int | None
) -> Iterator[IngestResult]:
    # subtle: `disable=None` shows the bar on a terminal only.
    with tqdm(total=total, unit=" articles", disable=None, file=sys.stderr) as bar:
        for result in service.ingestion.ingest(items):
            bar.update()
            if result.status == "rejected":
                bar.clear()
                click.echo(f"{result.id}: {result.reason}", err=True)
            yield result


def _report(results: Sequence[IngestResult]) -> None:
    counts = Counter(result.status for result in results)
    parts = [f"{counts[status]} {status}" for status in ("created", "updated", "unchanged", "rejected")]
    click.echo(", ".join(parts) + ".", err=True)
    if counts["rejected"]:
        sys.exit(1)
