"""The tables of the local corpus, one numbered step after another; never edit a step that was released.

`PRAGMA user_version` holds the number of the last step applied.
"""

import sqlite3
from collections.abc import Callable

from rag.errors import CorpusTooNew


def m001_create_tables(connection: sqlite3.Connection) -> None:
    """Articles with their versions, passages with their vectors, the keyword index, removals."""
    _execute_each(connection, _TABLES)


# properties  `corpus`, a number by which a derived index knows its own; `encoder`, whose vectors these are
# versions    every version of every article, whole, as JSON: what citations are checked against
# articles    the current versions' headers: what filters look at
# passages    of the current versions only; ids grow and are never used twice, so a derived index is
#             brought up by the ids above its last and the removals after its last
# keywords    the passages' stems, joined by spaces
# statistics  what BM25 needs to know of all passages
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
    """The passages' words beside them, for a keyword index outside; indexes of what filters look at."""
    _execute_each(connection, _KEPT_WORDS)


# passages.words  stems, with spaces between; `analysis` 0 has them all made anew
# removals.words  what a derived index has to forget of a removed passage
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


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (m001_create_tables, m002_keep_words)


def is_migrated(connection: sqlite3.Connection) -> bool:
    """Whether the tables are those of this version of Kutip."""
    return _applied(connection) == len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to this version of Kutip; the caller holds the transaction.

    Raises:
        CorpusTooNew: a newer version of Kutip wrote them.
    """
    for migration in MIGRATIONS[check_format(connection) :]:
        migration(connection)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def check_format(connection: sqlite3.Connection) -> int:
    """Return how many steps were applied.

    Raises:
        CorpusTooNew: more than this version of Kutip knows.
    """
    applied = _applied(connection)
    if applied > len(MIGRATIONS):
        raise CorpusTooNew(
            f"The corpus has format {applied}, this Kutip knows {len(MIGRATIONS)}: upgrade Kutip."
        )
    return applied


def _applied(connection: sqlite3.Connection) -> int:
    (applied,) = connection.execute("PRAGMA user_version").fetchone()
    return int(applied)


def _execute_each(connection: sqlite3.Connection, statements: str) -> None:
    """Run statements one by one; `executescript` would end the transaction."""
    statement = ""
    for line in statements.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
