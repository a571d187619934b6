"""The answers of the Responses API that clients may name by their id in a later request."""

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from api.openai_door.messages import ItemReference, MessageBody
from api.shared_table import SharedTable

logger = logging.getLogger(__name__)

MAXIMUM_ITEMS = 2000
MAXIMUM_AGE_SECONDS = 24 * 3600.0

_MAXIMUM_CHARACTERS = 20_000
_BUSY_TIMEOUT_SECONDS = 1.0
_COLUMNS = "id TEXT PRIMARY KEY, text TEXT NOT NULL, kept_at REAL NOT NULL"


class RecentItems:
    """Keeps the texts of recent answers: at most `MAXIMUM_ITEMS`, each for `MAXIMUM_AGE_SECONDS`.

    Several worker processes share them in `shared_file`. Nothing is kept after the server stops.
    """

    def __init__(self, *, shared_file: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._items = SharedTable(
            "items", _COLUMNS, shared_file=shared_file, busy_timeout_seconds=_BUSY_TIMEOUT_SECONDS
        )

    def keep(self, item_id: str, text: str) -> None:
        """Keep the text of an answer, and forget those that are too old or too many.

        If that fails, a later request that names the answer gets a note, but this answer is not lost.
        """
        try:
            self._keep(item_id, text)
        except sqlite3.Error as error:
            logger.warning("The answer %s cannot be kept for later requests (%s).", item_id, error)

    def _keep(self, item_id: str, text: str) -> None:
        now = self._clock()
        with self._items.writing() as rows:
            values = [item_id, text[:_MAXIMUM_CHARACTERS], now]
            rows.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?)", values)
            rows.execute("DELETE FROM items WHERE kept_at <= ?", [now - MAXIMUM_AGE_SECONDS])
            self._items.drop_oldest(kept=MAXIMUM_ITEMS)

    def resolve(self, messages: Sequence[MessageBody]) -> list[MessageBody]:
        """Return the messages, with the texts of the items that they name. An unknown item stays empty."""
        return [
            self._resolved(message) if isinstance(message, ItemReference) else message for message in messages
        ]

    def _resolved(self, message: ItemReference) -> MessageBody:
        oldest = self._clock() - MAXIMUM_AGE_SECONDS
        query = "SELECT text FROM items WHERE id = ? AND kept_at > ?"
        found = self._items.rows.execute(query, [message.reference, oldest]).fetchone()
        parts = [{"type": "text", "text": found[0]}] if found else []
        return message.model_copy(update={"parts": parts})
