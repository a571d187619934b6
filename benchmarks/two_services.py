"""Compare two services on one data folder with each other, and with a dictionary of the same articles.

Each step adds, edits, deletes, backs up, restores or asks, at one of the services or at both at once. After
each step, both services are compared with the dictionary and with each other.
"""

import argparse
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from benchmarks.data import BUILD
from benchmarks.serving import serving
from rag.corpus.local.backup import back_up, restore

Json = dict[str, Any]

_NAME = "two-services"
_ARTICLES = 30  # all passages of so few articles fit into one reply
_TOP_K = 100
# How often each kind of step is taken: adding, adding at once, deleting, asking, backing up, restoring.
_WEIGHTS = (10, 3, 5, 6, 1, 1)
_OPENINGS = ("Panen kopi naik", "Banjir merendam rumah", "Bus listrik mulai jalan", "Harga beras turun")
_PLACES = ("Lembah Arum", "Tirta Kencana", "Karang Sewu", "Muara Tebing")


class Differs(AssertionError):
    """A reply that the dictionary or the other service contradicts."""


class Walk:
    """Random steps with services that use one folder, and the dictionary that they must agree with."""

    def __init__(self, services: Sequence[httpx.Client], folder: Path, *, seed: int) -> None:
        self.taken: Counter[str] = Counter()
        self.paragraphs: dict[str, list[str]] = {}
        self._services = services
        self._folder = folder
        self._backup = folder.with_name(f"{folder.name}.backup")
        self._backed_up: dict[str, list[str]] | None = None
        self._chance = random.Random(seed)  # noqa: S311 – a script, not a secret
        self._number = 0
        self._kinds: dict[str, Callable[[], None]] = {
            "add": self._add,
            "add at once": self._add_at_once,
            "delete": self._delete,
            "ask": self._ask,
            "back up": self._back_up,
            "restore": self._restore,
        }

    def step(self, kind: str | None = None) -> None:
        """Take a step of this kind, or of a random one, and compare.

        Raises:
            Differs: a reply is wrong.
        """
        kind = kind or self._chance.choices(list(self._kinds), _WEIGHTS)[0]
        self.taken[kind] += 1
        self._kinds[kind]()
        self._compare_lists()
        self._compare_searches()

    # Steps

    def _any(self) -> httpx.Client:
        return self._chance.choice(self._services)

    def _draft(self, number: int) -> Json:
        self._number += 1
        opening, place = self._chance.choice(_OPENINGS), self._chance.choice(_PLACES)
        paragraphs = [
            f"{opening} {self._number} persen di {place}, kata tanda{self._number}x.",
            *(f"Catatan {self._number} tentang {place} nomor {more}." for more in range(self._number % 3)),
        ]
        return {"id": f"a{number:02}", "title": opening, "paragraphs": paragraphs, "language": "id"}

    def _add(self) -> None:
        self._put([(self._any(), self._draft(self._chance.randrange(_ARTICLES)))])

    def _add_at_once(self) -> None:
        numbers = self._chance.sample(range(_ARTICLES), len(self._services))
        self._put(list(zip(self._services, map(self._draft, numbers), strict=True)))

    def _put(self, drafts: Sequence[tuple[httpx.Client, Json]]) -> None:
        def put(pair: tuple[httpx.Client, Json]) -> httpx.Response:
            service, draft = pair
            return _accepted(lambda: service.post("/v1/articles", json=draft))

        with ThreadPoolExecutor(len(drafts)) as threads:
            replies = list(threads.map(put, drafts))
        for (_, draft), reply in zip(drafts, replies, strict=True):
            expected = "updated" if draft["id"] in self.paragraphs else "created"
            _check(reply.json()["articles"][0]["status"], expected, f"adding {draft['id']}")
            self.paragraphs[draft["id"]] = draft["paragraphs"]

    def _delete(self) -> None:
        article_id = f"a{self._chance.randrange(_ARTICLES):02}"
        service = self._any()
        reply = _accepted(lambda: service.delete(f"/v1/articles/{article_id}"))
        _check(reply.status_code, 204 if article_id in self.paragraphs else 404, f"deleting {article_id}")
        self.paragraphs.pop(article_id, None)

    def _ask(self) -> None:
        if not self.paragraphs:
            return
        article_id = self._chance.choice(sorted(self.paragraphs))
        body = {"question": self.paragraphs[article_id][0], "mode": "extractive"}
        replies = [_accepted(lambda each=each: each.post("/v1/ask", json=body)) for each in self._services]  # type: ignore[misc]
        citations = [reply.json()["citations"] for reply in replies]
        for citation in citations[0]:
            text = "\n\n".join(self.paragraphs.get(citation["article_id"], []))
            _check(citation["quote"], text[citation["start"] : citation["end"]], "a quote")
        _check(citations[0], citations[-1], "the citations of the services")

    def _back_up(self) -> None:
        back_up(self._folder, self._backup, overwrite=True, on_progress=lambda *_: None)
        self._backed_up = dict(self.paragraphs)

    def _restore(self) -> None:
        if self._backed_up is not None:
            restore(self._folder, self._backup, overwrite=True, on_progress=lambda *_: None)
            self.paragraphs = dict(self._backed_up)

    # What must be true

    def _compare_lists(self) -> None:
        for service in self._services:
            listed = service.get("/v1/articles", params={"limit": 100}).json()["articles"]
            _check([each["id"] for each in listed], sorted(self.paragraphs), "the list of articles")
            number = f"a{self._chance.randrange(_ARTICLES):02}"
            reply = service.get(f"/v1/articles/{number}")
            shown = reply.json()["paragraphs"] if reply.status_code == 200 else None
            found = shown and [paragraph["text"] for paragraph in shown]
            _check(found, self.paragraphs.get(number), f"the article {number}")

    def _compare_searches(self) -> None:
        word = f"tanda{self._chance.randint(1, self._number or 1)}x"
        having = {key for key, texts in self.paragraphs.items() if f" {word}." in texts[0]}
        self._compare_search(word, "keyword", having)
        self._compare_search(self._chance.choice(_OPENINGS), "vector", set(self.paragraphs))
        self._compare_search(self._chance.choice(_PLACES), "hybrid", set(self.paragraphs))

    def _compare_search(self, query: str, mode: str, expected: set[str]) -> None:
        body = {"query": query, "mode": mode, "top_k": _TOP_K}
        found = [
            list(_hits(_accepted(lambda each=each: each.post("/v1/search", json=body)).json()))  # type: ignore[misc]
            for each in self._services
        ]
        for hits in found:
            _check({article_id for article_id, *_ in hits}, expected, f"the {mode} search for {query!r}")
        _check(sorted(found[0]), sorted(found[-1]), f"the {mode} search for {query!r} in the services")


def _hits(reply: Json) -> Iterator[tuple[str, int, int]]:
    """Yield article, start and end of each hit and of each of its copies."""
    for hit in reply["hits"]:
        for found in (hit, *hit["copies"]):
            yield found["article_id"], found["start"], found["end"]


def _accepted(send: Callable[[], httpx.Response]) -> httpx.Response:
    """Send a request again as long as the service is too busy."""
    while (reply := send()).status_code == 503:
        time.sleep(float(reply.headers["Retry-After"]))
    return reply


def _check(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise Differs(f"{what}: found {found!r}, expected {expected!r}")


def main() -> None:
    """Print the number of steps of each kind. Exit with 1 at the first difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    shutil.rmtree(BUILD / _NAME, ignore_errors=True)
    with serving(_NAME) as (first, _), serving(_NAME) as (second, _):
        walk = Walk([first, second], BUILD / _NAME, seed=options.seed)
        until = time.monotonic() + options.minutes * 60
        try:
            while time.monotonic() < until:
                walk.step()
        except Differs as error:
            sys.exit(f"after {walk.taken.total()} steps, {error}")
    for name, count in sorted(walk.taken.items()):
        print(f"{name:20}{count:8}")
    print(f"{walk.taken.total()} steps, no difference")


if __name__ == "__main__":
    main()
