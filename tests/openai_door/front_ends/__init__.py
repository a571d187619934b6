"""Requests of front ends, as they send them."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

Json = dict[str, Any]


def recorded(name: str) -> tuple[Json, Json]:
    """Return the headers and the body of a request, by its folder and name."""
    request = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return request["headers"], request["body"]


def names() -> set[str]:
    """Return every request there is."""
    return {path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.json")}
