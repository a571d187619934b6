"""Reads tdmrep.json, in which a site reserves its rights in text and data mining."""

import json

from protego import Protego

PLACE = "/.well-known/tdmrep.json"

_MAXIMUM_BYTES = 512_000
_MAXIMUM_RULES = 10_000
_MAXIMUM_LOCATION_CHARACTERS = 2_000


class Reservations:
    """The parts of a site whose rights are reserved: none if its file is missing or damaged.

    Its patterns are those of robots.txt, so the longest pattern that fits an address decides.

    >>> rules = [{"location": "/*", "tdm-reservation": 1}, {"location": "/open/", "tdm-reservation": 0}]
    >>> held = Reservations(json.dumps(rules).encode())
    >>> held.holds("https://kabar.example/news"), held.holds("https://kabar.example/open/news")
    (True, False)
    """

    def __init__(self, data: bytes) -> None:
        lines = [
            f"{'Disallow' if is_reserved else 'Allow'}: {location}" for location, is_reserved in _rules(data)
        ]
        self._rules = Protego.parse("\n".join(["User-agent: *", *lines]))

    def holds(self, address: str) -> bool:
        """Whether the rights in what stands at an address are reserved."""
        return not self._rules.can_fetch(address, "*")


def _rules(data: bytes) -> list[tuple[str, bool]]:
    try:
        stated = json.loads(data[:_MAXIMUM_BYTES])
    except (ValueError, RecursionError):
        return []
    rules: list[tuple[str, bool]] = []
    for rule in stated[:_MAXIMUM_RULES] if isinstance(stated, list) else []:
        location = rule.get("location") if isinstance(rule, dict) else None
        if not isinstance(location, str) or not location.isprintable():
            continue
        if 0 < len(location) <= _MAXIMUM_LOCATION_CHARACTERS:
            path = location if location.startswith("/") else f"/{location}"
            rules.append((path, str(rule.get("tdm-reservation")) == "1"))
    return rules
