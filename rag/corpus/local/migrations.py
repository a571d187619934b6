"""The tables of the local corpus, created by numbered steps. Never edit a step that was released.

`PRAGMA user_version` contains the number of the last step that was applied.
"""

import sqlite3
from collections.abc import Callable

from rag.errors import CorpusTooNew


def m001_create_tables(connection: sqlite3.Connection) -> None:
    """Create the tables of articles, versions, passages with vectors, keywords and removals."""
    _execute_each(connection, _TABLES)


# properties  `corpus`, a random number that shows which indexes belong to this corpus; `encoder`, the encoder
#             of the vectors
# versions    every version of every article, complete, as JSON; citations are checked against it
# articles    the headers of the current versions, for filters
# passages    the passages of the current versions; ids only grow and are never used again, so an update of a
#             derived index applies the ids above its last passage and the removals after its last removal
# keywords    the stems of the passages, separated by spaces
# statistics  the totals of all passages that BM25 needs
_TABLES = """
CREATE TABLE properties (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO properties VALUES ('corpus', abs(random()));
CREATE TABLE versions (
    article_id TEXT NOT NULL,
    version TEXT NOT NULL,
    stored_at TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (article_id, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    url TEXT,
    outlet TEXT,
    author TEXT,
    section TEXT,
    published_at TEXT,
    published_day TEXT,
    metadata TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL REFERENCES articles (id),
    paragraph INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    text TEXT NOT NULL,
    word_count INTEGER NOT NULL,
    vector BLOB NOT NULL
) STRICT;
CREATE INDEX passages_by_article ON passages (article_id);
CREATE TABLE removals (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    passage_id INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE keywords USING fts5 (words, tokenize = "ascii tokenchars '_'");
CREATE VIRTUAL TABLE keyword_counts USING fts5vocab (keywords, row);
CREATE TABLE statistics (passages INTEGER NOT NULL, words INTEGER NOT NULL) STRICT;
INSERT INTO statistics VALUES (0, 0);
CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN
    UPDATE statistics SET passages = passages + 1, words = words + new.word_count; END;
CREATE TRIGGER passage_removed AFTER DELETE ON passages BEGIN
    UPDATE statistics SET passages = passages - 1, words = words - old.word_count;
    INSERT INTO removals (passage_id) VALUES (old.id);
    DELETE FROM keywords WHERE rowid = old.id; END;"""


def m002_keep_words(connection: sqlite3.Connection) -> None:
    """Store the words of passages, for a keyword index outside SQLite; index the columns of filters."""
    _execute_each(connection, _KEPT_WORDS)


# passages.words  stems, separated by spaces; `analysis` 0 means that all are computed again
# removals.words  the words of a removed passage, which an update of a derived index needs
_KEPT_WORDS = """
DROP TRIGGER passage_removed;
DROP TABLE keyword_counts;
DROP TABLE keywords;
ALTER TABLE passages ADD COLUMN words TEXT NOT NULL DEFAULT '';
ALTER TABLE removals ADD COLUMN words TEXT NOT NULL DEFAULT '';
CREATE TRIGGER passage_removed AFTER DELETE ON passages BEGIN
    UPDATE statistics SET passages = passages - 1, words = words - old.word_count;
    INSERT INTO removals (passage_id, words) VALUES (old.id, old.words); END;
CREATE INDEX articles_by_language ON articles (language);
CREATE INDEX articles_by_outlet ON articles (outlet);
CREATE INDEX articles_by_author ON articles (author);
CREATE INDEX articles_by_section ON articles (section);
CREATE INDEX articles_by_day ON articles (published_day);
INSERT INTO properties VALUES ('analysis', '0');"""


def m003_forget_removed_words(connection: sqlite3.Connection) -> None:
    """Keep only the ids of removed passages, and only the newest of them."""
    connection.execute("DELETE FROM removals")  # the states in files of indexes are of an older format
    _execute_each(connection, _REMOVED_IDS)


# removals    the passages that were removed last; an index that lacks older removals compares all ids
# takedowns   the number of deleted articles; the file of an index with a smaller number is written again
# remnants    the file may contain text of articles that an earlier version deleted, until it is written anew
_REMOVED_IDS = """
DROP TRIGGER passage_removed;
ALTER TABLE removals DROP COLUMN words;
CREATE TRIGGER passage_removed AFTER DELETE ON passages BEGIN
    UPDATE statistics SET passages = passages - 1, words = words - old.word_count;
    INSERT INTO removals (passage_id) VALUES (old.id);
    DELETE FROM removals WHERE sequence <= last_insert_rowid() - 100000; END;
INSERT INTO properties VALUES ('takedowns', '0');
INSERT INTO properties SELECT 'remnants', '1' WHERE EXISTS (SELECT 1 FROM sqlite_sequence WHERE seq > 0);"""


def m004_number_versions(connection: sqlite3.Connection) -> None:
    """Number the versions of each article in the order in which they were stored."""
    _execute_each(connection, _NUMBERED_VERSIONS)


# versions.sequence  the newest version of an article has the highest, whatever the clock said
_NUMBERED_VERSIONS = """
ALTER TABLE versions ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;
UPDATE versions SET sequence = numbered.number FROM (
    SELECT article_id, version,
        row_number() OVER (PARTITION BY article_id ORDER BY stored_at, version) AS number
    FROM versions) AS numbered
WHERE versions.article_id = numbered.article_id AND versions.version = numbered.version;"""


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    m001_create_tables,
    m002_keep_words,
    m003_forget_removed_words,
    m004_number_versions,
)


def is_migrated(connection: sqlite3.Connection) -> bool:
    """Return whether the tables have the format of this version of Kutip."""
    return _applied(connection) == len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Update the tables to the format of this version of Kutip. The caller opens the transaction.

    Raises:
        CorpusTooNew: a newer version of Kutip wrote the tables.
    """
    for migration in MIGRATIONS[check_format(connection) :]:
        migration(connection)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def check_format(connection: sqlite3.Connection) -> int:
    """Return the number of applied steps.

    Raises:
        CorpusTooNew: the tables have more steps than this version of Kutip supports.
    """
    applied = _applied(connection)
    if applied > len(MIGRATIONS):
        raise CorpusTooNew(
            f"The corpus has format {applied}, but this version of Kutip supports formats up to "
            f"{len(MIGRATIONS)}: upgrade Kutip."
        )
    return applied


def _applied(connection: sqlite3.Connection) -> int:
    (applied,) = connection.execute("PRAGMA user_version").fetchone()
    return int(applied)


def _execute_each(connection: sqlite3.Connection, statements: str) -> None:
    """Run statements one by one, because `executescript` would end the transaction."""
    statement = ""
    for line in statements.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
