"""`kutip ingest`."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import click
from tqdm import tqdm

from api.commands.options import print_json
from api.schemas import ingest_json
from rag.datatypes import Article, IngestResult, Unreadable
from rag.errors import MissingExtra, SettingsError
from rag.reading import STANDARD_INPUT, Overrides, count_items, files_below, read_paths
from rag.service import build_service, open_corpus
from rag.settings import Settings, load_settings


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--permission", metavar="TEXT", help="Permission you hold for pages that forbid AI indexing.")
@click.option("--outlet", help="Outlet of all these articles.")
@click.option("--author", help="Author of all these articles.")
@click.option("--language", metavar="TAG", help="Language of all these articles.")
@click.option("--section", help="Section of all these articles.")
@click.option("--rebuild", is_flag=True, help="First encode every stored article again.")
@click.option("--ray", "workers", type=click.IntRange(min=1), help="Let so many workers of Ray do it.")
@click.option("--ray-cpus", type=float, default=1, show_default=True, help="Processors of each worker.")
@click.option("--ray-gpus", type=float, default=0, show_default=True, help="GPUs of each worker.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each article.")
def command(
    paths: Sequence[str],
    rebuild: bool,
    workers: int | None,
    ray_cpus: float,
    ray_gpus: float,
    as_json: bool,
    **stated: str | None,
) -> None:
    """Read and index articles: .txt, .md, .html, .jsonl files, folders, or `-` for standard input."""
    if not paths and not rebuild:
        raise click.UsageError("Give files or folders to read, `-` for standard input, or --rebuild.")
    if workers and (rebuild or STANDARD_INPUT in paths):
        raise click.UsageError("--ray reads files and folders: leave out --rebuild and `-`.")
    settings, overrides = load_settings(), Overrides(**stated)
    # Before the encoder is loaded, so that a missing path is said at once.
    items, total = read_paths(paths, overrides=overrides), count_items(paths)
    if workers:
        added = _on_ray(settings, paths, overrides, count=workers, cpus=ray_cpus, gpus=ray_gpus)
    else:
        added = _here(settings, items, rebuild=rebuild)
    results = list(_told(added, total=total))
    if as_json:
        print_json({"articles": [ingest_json(result) for result in results]})
    if paths:
        _report(results)


def _here(
    settings: Settings, items: Iterable[Article | Unreadable], *, rebuild: bool
) -> Iterator[IngestResult]:
    with build_service(settings, encode_again=rebuild) as service:
        if rebuild:
            encoder_name = service.pipeline.encoder.name
            click.echo(f"All stored articles were encoded again, by {encoder_name}.", err=True)
        yield from service.ingestion.ingest(items)
        service.corpus.optimize()


def _on_ray(
    settings: Settings, paths: Sequence[str], overrides: Overrides, *, count: int, cpus: float, gpus: float
) -> Iterator[IngestResult]:
    if settings.corpus == "local":
        raise SettingsError(
            "KUTIP_CORPUS is 'local', a folder that workers on other machines cannot share: "
            "set it to 'milvus', or leave out --ray."
        )
    # Imported here because Ray is an extra.
    try:
        from rag.ray_ingestion import Workers, ingest_on_ray
    except ModuleNotFoundError as error:
        raise MissingExtra("Ray is not installed: run `pip install 'kutip[ray]'`.") from error
    workers = Workers(count=count, cpus=cpus, gpus=gpus)
    yield from ingest_on_ray(settings, list(files_below(paths)), overrides=overrides, workers=workers)
    with open_corpus(settings) as corpus:
        corpus.optimize()


def _told(results: Iterable[IngestResult], *, total: int | None) -> Iterator[IngestResult]:
    # subtle: `disable=None` shows the bar on a terminal only.
    with tqdm(total=total, unit=" articles", disable=None, file=sys.stderr) as bar:
        for result in results:
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
