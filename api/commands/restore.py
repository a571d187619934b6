"""`kutip restore`."""

from contextlib import closing
from pathlib import Path

import click

from api.commands.base import Command
from api.commands.options import has_corpus, local_folder, progress
from api.commands.stopping import when_stopped
from api.commands.terminal import say
from rag.corpus.local.backup import restore
from rag.corpus.local.corpus import DATABASE_NAME
from rag.corpus.local.database import Database
from rag.corpus.local.properties import newest_state
from rag.errors import CorpusError
from rag.fetching.bookmarks import BOOKMARKS_FILE, forget_all
from rag.settings import Settings, load_settings


@click.command(cls=Command, examples=["kutip restore kutip.backup", "kutip restore --force kutip.backup"])
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the articles that are there.")
def command(file: Path, force: bool) -> None:
    """Replace the articles with those in FILE, which `kutip backup` wrote.

    A running server uses the restored articles from its next search on. Settings and keys stay as they are.
    """
    settings = load_settings()
    folder = local_folder(settings)
    before = _number(settings)
    with when_stopped(lambda: _what_is_kept(settings, before)), progress("pages") as tell:
        contents = restore(folder, file, overwrite=force, on_progress=tell)
        forget_all(folder / BOOKMARKS_FILE)  # the backup may lack pages that were fetched after it
    say(f"Restored to {folder}: {contents}.")
    if contents.encoder:
        say(
            f"The vectors are from {contents.encoder.name}. If KUTIP_EMBEDDING_MODEL names another model, "
            "run `kutip ingest --rebuild`."
        )


def _number(settings: Settings) -> int | None:
    """Return the number by which restored articles differ from former ones; None if it cannot be read."""
    if not has_corpus(settings):
        return None
    try:
        with (
            closing(Database(settings.data_dir / DATABASE_NAME)) as database,
            database.reading() as connection,
        ):
            return newest_state(connection)["corpus"]
    except CorpusError:
        return None


def _what_is_kept(settings: Settings, before: int | None) -> str:
    if _number(settings) in (None, before):
        return f"Nothing was restored. The articles in {settings.data_dir} are as they were."
    return f"The articles in {settings.data_dir} are those of the backup."
