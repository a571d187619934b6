"""`kutip backup`."""

from pathlib import Path

import click

from api.commands.base import Command
from api.commands.options import check_corpus, local_folder, progress
from api.commands.stopping import when_stopped
from api.commands.terminal import say
from rag.corpus.local.backup import back_up
from rag.settings import load_settings


@click.command(
    cls=Command, examples=["kutip backup kutip.backup", "kutip backup --force /backups/kutip.backup"]
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
def command(file: Path, force: bool) -> None:
    """Write all articles to FILE, with their versions, passages and vectors.

    Others can search and add articles meanwhile. The backup does not contain settings or keys.
    """
    settings = load_settings()
    folder = local_folder(settings)
    check_corpus(settings)
    before = _number(file)
    with when_stopped(lambda: _what_is_kept(file, before)), progress("pages") as tell:
        contents = back_up(folder, file, overwrite=force, on_progress=tell)
    say(f"Backed up to {file} and verified: {contents}.")


def _number(file: Path) -> int | None:
    """Return what tells a file from the one that takes its place."""
    return file.stat().st_ino if file.exists() else None


def _what_is_kept(file: Path, before: int | None) -> str:
    if _number(file) != before:
        return f"{file} is complete."
    return f"{file} was not written." if before is None else f"{file} is the backup it was before."
