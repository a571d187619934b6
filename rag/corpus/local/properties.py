"""The properties of a local corpus: its random number, its encoder, and how its words were analyzed."""

import re
import sqlite3

from rag.corpus.protocol import EncoderIdentity
from rag.errors import EncoderMismatch

_NEWEST_STATE = """
SELECT
    coalesce((SELECT CAST(value AS INTEGER) FROM properties WHERE name = 'corpus'), 0) AS corpus,
    coalesce((SELECT CAST(value AS INTEGER) FROM properties WHERE name = 'analysis'), 0) AS analysis,
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'passages'), 0) AS last_passage,
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'removals'), 0) AS last_removal,
    coalesce((SELECT CAST(value AS INTEGER) FROM properties WHERE name = 'takedowns'), 0) AS takedowns
"""


def record_encoder(connection: sqlite3.Connection, encoder: EncoderIdentity) -> None:
    """Record the encoder of the vectors, or reject a different encoder."""
    check_encoder(connection, encoder)
    write(connection, "encoder", str(encoder))


def is_recorded_encoder(connection: sqlite3.Connection, encoder: EncoderIdentity) -> bool:
    """Return whether this encoder is recorded as the encoder of the vectors."""
    return read(connection, "encoder") == str(encoder)


def check_encoder(connection: sqlite3.Connection, encoder: EncoderIdentity) -> None:
    """Check that the encoder is the one of the stored vectors; an empty corpus accepts any encoder.

    Raises:
        EncoderMismatch: the vectors come from another encoder.
    """
    if is_recorded_encoder(connection, encoder):
        return
    if connection.execute("SELECT 1 FROM passages LIMIT 1").fetchone():
        stored = read(connection, "encoder")
        raise EncoderMismatch(
            f"The corpus holds vectors of {stored}; the configured encoder is {encoder}: "
            "set KUTIP_EMBEDDING_MODEL back, or run `kutip ingest --rebuild`."
        )


def stored_encoder(connection: sqlite3.Connection) -> EncoderIdentity | None:
    """Return the encoder of the stored vectors, None if no encoder is recorded."""
    label = re.fullmatch(r"(.+) \((\d+)\)", read(connection, "encoder") or "")
    return EncoderIdentity(label[1], int(label[2])) if label else None


def draw_new_number(connection: sqlite3.Connection) -> None:
    """Draw a new random number, so that every index in files and running processes is rebuilt."""
    connection.execute("UPDATE properties SET value = abs(random()) WHERE name = 'corpus'")


def count_takedown(connection: sqlite3.Connection) -> None:
    """Note that an article was deleted, so that the files of indexes are written again without its words."""
    connection.execute("UPDATE properties SET value = value + 1 WHERE name = 'takedowns'")


def newest_state(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the corpus's number and word analysis, its last passage and removal, and its takedowns."""
    return dict(connection.execute(_NEWEST_STATE).fetchone())


def read(connection: sqlite3.Connection, name: str) -> str | None:
    """Return a property, None if it is not set."""
    row = connection.execute("SELECT value FROM properties WHERE name = ?", [name]).fetchone()
    return row["value"] if row else None


def write(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Set a property."""
    connection.execute("INSERT OR REPLACE INTO properties VALUES (?, ?)", [name, value])


def remove(connection: sqlite3.Connection, name: str) -> None:
    """Remove a property."""
    connection.execute("DELETE FROM properties WHERE name = ?", [name])
