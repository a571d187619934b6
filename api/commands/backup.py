"""`kutip backup`."""

from pathlib import Path

import click

from api.commands.options import local_folder, progress
from rag.corpus.local.backup import back_up
from rag.settings import load_settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def command(file: Path, force: bool) -> None:
    """Write all articles into one file, also while others search and add.

    Settings, access keys among them, are not in it; indexes are made anew from it.
    """
    with progress("pages") as told:
        contents = back_up(local_folder(load_settings()), file, overwrite=force, told=told)
    click.echo(f"Backed up to {file}, and read again: {contents}.", err=True)
