"""Repairs the findings of the integrity checks, unless a repair would lose data.

Derived data (passages, vectors, words, headers, indexes) are computed again from the stored documents. If a
document does not match its version, Kutip must not quote it: the repair removes the article from search but
keeps its documents.
"""

import sqlite3
from collections.abc import Callable

from rag.corpus.findings import Finding
from rag.corpus.local.article_rows import analyze_again, write_header, write_passages
from rag.corpus.local.database import Database
from rag.corpus.local.integrity import intact_article
from rag.corpus.local.properties import check_encoder, draw_new_number
from rag.corpus.protocol import CutAndEncode, EncoderIdentity


def repair(
    database: Database, finding: Finding, *, encoder: EncoderIdentity, cut_and_encode: CutAndEncode
) -> None:
    """Repair the places of a finding; leave alone those that were corrected since the check.

    Raises:
        CorpusError: the database cannot be written.
    """
    kind = finding.problem.repair
    if kind in ("article", "withdraw"):
        for article_id in dict.fromkeys(place.article_id for place in finding.places if place.article_id):
            # One transaction for each article, so that other writers wait only for one article.
            with database.writing() as connection:
                if kind == "withdraw":
                    _withdraw(connection, article_id)
                else:
                    check_encoder(connection, encoder)
                    _rebuild_article(connection, article_id, cut_and_encode)
    elif kind:
        with database.writing() as connection:
            _CORPUS_REPAIRS[kind](connection)


def _withdraw(connection: sqlite3.Connection, article_id: str) -> None:
    """Remove an article that does not match its version from lists and searches, but keep its documents."""
    row = _newest(connection, article_id)
    if row and intact_article(row) is None:
        connection.execute("DELETE FROM passages WHERE article_id = ?", [article_id])
        connection.execute("DELETE FROM articles WHERE id = ?", [article_id])


def _rebuild_article(connection: sqlite3.Connection, article_id: str, cut_and_encode: CutAndEncode) -> None:
    """Write an article's header and passages again from its current document."""
    row = _newest(connection, article_id)
    article = intact_article(row) if row else None
    if article is not None:
        connection.execute("DELETE FROM passages WHERE article_id = ?", [article_id])
        write_header(connection, article)
        write_passages(connection, article, *cut_and_encode(article))


def _newest(connection: sqlite3.Connection, article_id: str) -> sqlite3.Row | None:
    """Return the version that the header names; without a header, the version stored last."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT versions.* FROM versions LEFT JOIN articles ON articles.id = article_id WHERE article_id = ? "
        "AND (articles.version IS NULL OR articles.version = versions.version) ORDER BY sequence DESC",
        [article_id],
    ).fetchone()
    return row


def _reindex(connection: sqlite3.Connection) -> None:
    connection.execute("REINDEX")


def _drop_orphans(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM passages WHERE article_id NOT IN (SELECT id FROM articles)")


def _rebuild_words(connection: sqlite3.Connection) -> None:
    analyze_again(connection)
    draw_new_number(connection)


def _recount(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM statistics")
    connection.execute("INSERT INTO statistics SELECT count(*), coalesce(sum(word_count), 0) FROM passages")
    connection.execute("DELETE FROM removals WHERE passage_id IN (SELECT id FROM passages)")
    for table, column in (("passages", "id"), ("removals", "sequence")):
        (last,) = connection.execute(f"SELECT coalesce(max({column}), 0) FROM {table}").fetchone()
        (noted,) = connection.execute(
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?", [table]
        ).fetchone()
        connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table])
        connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", [table, max(last, noted)])
    draw_new_number(connection)


_CORPUS_REPAIRS: dict[str, Callable[[sqlite3.Connection], None]] = {
    "reindex": _reindex,
    "drop": _drop_orphans,
    "words": _rebuild_words,
    "counts": _recount,
    "indexes": draw_new_number,
}
