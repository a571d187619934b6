"""The folder that holds the articles if `KUTIP_DATA_DIR` does not name one."""

from pathlib import Path

from platformdirs import user_data_path

from rag.errors import CorpusError, SettingsError

# A data folder without this file holds no articles.
CORPUS_FILE = "corpus.sqlite3"

IN_WORKING_FOLDER = Path("data")


def default_data_folder() -> Path:
    """Return `./data` if it holds a corpus, otherwise the platform's folder for this user's data.

    Raises:
        SettingsError: the user has no home folder.
    """
    if holds_corpus(IN_WORKING_FOLDER):
        return IN_WORKING_FOLDER
    try:
        return user_data_path("kutip", appauthor=False)
    except RuntimeError as error:
        raise SettingsError(
            "This user has no home folder. Set KUTIP_DATA_DIR to a folder for the articles."
        ) from error


def holds_corpus(folder: Path) -> bool:
    """Whether there is a corpus in `folder`.

    Also true if the folder cannot be read, or if something else has the name of the corpus. Opening the
    corpus then reports the reason.
    """
    try:
        return (folder / CORPUS_FILE).exists()
    except OSError:
        return True


def check_database_files(database: Path) -> None:
    """Check that a SQLite database, and each of SQLite's files beside it, is a regular file or missing.

    SQLite would wait for ever at a named pipe. If the database is a link, SQLite's files are beside its
    target.

    Raises:
        CorpusError: one of them is something else.
    """
    database = database.resolve()
    for ending in ("", "-journal", "-wal", "-shm"):
        file = database.with_name(f"{database.name}{ending}")
        if file.exists() and not file.is_file():
            raise CorpusError(f"{file} is not a regular file: move it to another folder.")
