"""`kutip restore`."""

from pathlib import Path

import click

from api.commands.options import local_folder, progress
from rag.corpus.local.backup import restore
from rag.settings import load_settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the articles that are there.")
def command(file: Path, force: bool) -> None:
    """Put what `kutip backup` wrote in the place of the articles that are there.

    A running server answers from it from its next search on. Settings, access keys among them, stay.
    """
    folder = local_folder(load_settings())
    with progress("pages") as told:
        contents = restore(folder, file, overwrite=force, told=told)
    click.echo(f"Restored into {folder}: {contents}.", err=True)
    if contents.encoder:
        click.echo(
            f"Its vectors are of {contents.encoder.name}: for another KUTIP_EMBEDDING_MODEL, "
            "run `kutip ingest --rebuild`.",
            err=True,
        )
