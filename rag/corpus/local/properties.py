"""What a local corpus says of itself: its number, whose vectors it holds, how its words were made."""

import re
import sqlite3

from rag.corpus.protocol import EncoderIdentity
from rag.errors import EncoderMismatch

_NEWEST_STATE = """
SELECT
    coalesce((SELECT CAST(value AS INTEGER) FROM properties WHERE name = 'corpus'), 0) AS corpus,
    coalesce((SELECT CAST(value AS INTEGER) FROM properties WHERE name = 'analysis'), 0) AS analysis,
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'passages'), 0) AS last_passage,
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'removals'), 0) AS last_removal
"""


def claim_for_encoder(connection: sqlite3.Connection, encoder: EncoderIdentity) -> None:
    """Note whose vectors these are, or refuse another's."""
    check_encoder(connection, encoder)
    write(connection, "encoder", str(encoder))


def is_claimed_for(connection: sqlite3.Connection, encoder: EncoderIdentity) -> bool:
    """Whether these are noted as an encoder's vectors."""
    return read(connection, "encoder") == str(encoder)


def check_encoder(connection: sqlite3.Connection, encoder: EncoderIdentity) -> None:
    """Refuse an encoder whose vectors are not those in the corpus; an empty one takes any.

    Raises:
        EncoderMismatch
    """
    if is_claimed_for(connection, encoder):
        return
    if connection.execute("SELECT 1 FROM passages LIMIT 1").fetchone():
        stored = read(connection, "encoder")
        raise EncoderMismatch(
            f"The corpus holds vectors of {stored}; the configured encoder is {encoder}: "
            "set KUTIP_EMBEDDING_MODEL back, or run `kutip ingest --rebuild`."
        )


def stored_encoder(connection: sqlite3.Connection) -> EncoderIdentity | None:
    """Return whose vectors are stored, None where nothing says so."""
    label = re.fullmatch(r"(.+) \((\d+)\)", read(connection, "encoder") or "")
    return EncoderIdentity(label[1], int(label[2])) if label else None


def give_new_number(connection: sqlite3.Connection) -> None:
    """Have every index derived so far, in files and in running processes, be built anew."""
    connection.execute("UPDATE properties SET value = abs(random()) WHERE name = 'corpus'")


def newest_state(connection: sqlite3.Connection) -> dict[str, int]:
    """Return whose state this is, and the last passage and the last removal ever noted in it."""
    return dict(connection.execute(_NEWEST_STATE).fetchone())


def read(connection: sqlite3.Connection, name: str) -> str | None:
    """Return a property, None where it is not set."""
    row = connection.execute("SELECT value FROM properties WHERE name = ?", [name]).fetchone()
    return row["value"] if row else None


def write(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Set a property."""
    connection.execute("INSERT OR REPLACE INTO properties VALUES (?, ?)", [name, value])
