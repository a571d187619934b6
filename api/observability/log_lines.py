"""The format of the server's log: one line per event, as text or JSON, with the request's id."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.observability.request_ids import current_request_id
from rag.datatypes import Answer
from rag.listeners import CompletedWork, Searched
from rag.settings import Settings

logger = logging.getLogger(__name__)

# At level `info` and below, other libraries log every connection, and some log the content too.
_OURS = ("api", "rag", "embeddings")

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def set_up_logging(settings: Settings) -> None:
    """Write this process's log to standard error, in the format and at the level of the settings."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if settings.log_format == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)


def fields(**values: Any) -> dict[str, Any]:
    """Return the argument `extra` for a logger's methods that adds these fields to the log line."""
    return {"fields": values}


def log_texts(completed: CompletedWork) -> None:
    """Log the texts of searches, questions and answers."""
    match completed:
        case Searched(query=query, found=found):
            logger.info("searched", extra=fields(query=query, hits=len(found.hits)))
        case Answer():
            texts = fields(
                question=completed.question,
                query=completed.query,
                answer=completed.answer,
                mode=completed.mode,
            )
            logger.info("answered", extra=texts)


class TextLines(logging.Formatter):
    """Formats log records as text lines.

    Example: `2025-06-03T13:27:00.250+07:00 INFO 17 api.observability.observation kopi-1 request status=200`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one line, followed by the traceback if there is one."""
        request_id = current_request_id() or "-"
        values = [f"{name}={_as_json(value)}" for name, value in _fields_of(record).items()]
        message = record.getMessage().strip()
        where = f"{record.process} {record.name}"
        line = " ".join([_time_of(record), record.levelname, where, request_id, message, *values])
        traceback = _traceback_of(self, record)
        return _visible(line) + (f"\n{traceback}" if traceback else "")


class JsonLines(logging.Formatter):
    """Formats log records as JSON objects, one per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        traceback = _traceback_of(self, record)
        line = {
            "time": _time_of(record),
            "level": record.levelname.lower(),
            "process": record.process,
            "logger": record.name,
            "request_id": current_request_id(),
            "message": record.getMessage().strip(),
            **_fields_of(record),
            **({"traceback": traceback} if traceback else {}),
        }
        return _as_json(line)


def _time_of(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def _fields_of(record: logging.LogRecord) -> Mapping[str, Any]:
    values: Mapping[str, Any] = getattr(record, "fields", {})
    return values


def _visible(line: str) -> str:
    """Escape control characters and line breaks, so that a text cannot forge a line or control a terminal."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], line)


def _traceback_of(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return formatter.formatException(record.exc_info) if record.exc_info else ""


def _as_json(value: Any) -> str:
    # subtle: JSON can escape a lone surrogate, but UTF-8 cannot encode it, so it is escaped again here.
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace").decode()
