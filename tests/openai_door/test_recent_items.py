"""Answers that a client names by their id instead of sending them again."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import openai
import pytest

from api.app import create_app
from api.openai_door.messages import ItemReference
from api.openai_door.recent_items import MAXIMUM_AGE_SECONDS, MAXIMUM_ITEMS, RecentItems
from tests.chat_shapes import Json
from tests.openai_door.chat import ASKED
from tests.test_api import BUS, COFFEE, as_article, running_service, served


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server with two articles and no language model."""
    with running_service(tmp_path_factory.mktemp("items")) as service:
        list(service.ingestion.ingest(map(as_article, [COFFEE, BUS])))
        with served(create_app(service)) as address:
            yield address


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def text_of(items: RecentItems, item_id: str) -> str:
    (message,) = items.resolve([ItemReference(role="assistant", reference=item_id)])
    return message.content


def follow_up(url: str, item_id: object, **fields: object) -> Json:
    asking = [
        {"role": "user", "content": [{"type": "input_text", "text": ASKED}]},
        {"type": "item_reference", "id": item_id},
        {"role": "user", "content": [{"type": "input_text", "text": "Dan kapan itu?"}]},
    ]
    content = json.dumps({"model": "kutip", "input": asking, **fields})
    headers = {"Content-Type": "application/json"}
    reply = httpx2.post(f"{url}/v1/responses", content=content.encode(), headers=headers)
    assert reply.status_code == 200, reply.text
    answer: Json = reply.json()
    return answer


@pytest.mark.parametrize("is_stream", [False, True])
def test_an_earlier_answer_can_be_named_by_its_id(url: str, is_stream: bool) -> None:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="any", max_retries=0) as client:
        if is_stream:
            with client.responses.stream(model="kutip", input=ASKED) as stream:
                first: Json = stream.get_final_response().to_dict()
        else:
            first = client.responses.create(model="kutip", input=ASKED).to_dict()
    reply = follow_up(url, first["output"][0]["id"])
    assert reply["kutip"]["notes"] == []
    assert (reply["store"], reply["kutip"]["question"]) == (True, "Dan kapan itu?")


@pytest.mark.parametrize("item_id", ["msg_of_another_service", "", None, 5, "x" * 10_000, "\x00"])
def test_an_unknown_item_is_skipped_with_a_note(url: str, item_id: object) -> None:
    kutip = follow_up(url, item_id)["kutip"]
    assert kutip["notes"] == ["input[1] was skipped: Kutip does not have the item that it names any more."]
    assert kutip["query"] == "Berapa ton panen kopi?"


def test_what_is_not_to_be_stored_is_not_kept(url: str) -> None:
    body = {"model": "kutip", "input": ASKED, "store": False}
    first = httpx2.post(f"{url}/v1/responses", json=body).json()
    assert first["store"] is False
    assert len(follow_up(url, first["output"][0]["id"])["kutip"]["notes"]) == 1


def test_workers_share_the_items(tmp_path: Path) -> None:
    one, other = (RecentItems(shared_file=tmp_path / "items.sqlite3") for _ in range(2))
    one.keep("msg_1", "Panen kopi.")
    assert text_of(other, "msg_1") == "Panen kopi."


def test_items_are_bounded_and_forgotten_after_a_while() -> None:
    clock = Clock()
    items = RecentItems(clock=clock)
    for number in range(MAXIMUM_ITEMS + 1):
        items.keep(f"msg_{number}", "x" * 30_000 if number == 1 else f"Jawaban {number}")
    assert text_of(items, "msg_0") == ""
    assert len(text_of(items, "msg_1")) == 20_000
    clock.now = MAXIMUM_AGE_SECONDS
    assert text_of(items, f"msg_{MAXIMUM_ITEMS}") == ""
    items.keep("msg_new", "Baru.")
    assert text_of(items, "msg_new") == "Baru."


def test_an_answer_that_cannot_be_kept_is_not_lost(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "items.sqlite3"
    items = RecentItems(shared_file=file)
    with closing(sqlite3.connect(file)) as other:
        other.execute("DROP TABLE items")
    items.keep("msg_1", "Panen kopi naik.")
    assert "msg_1 cannot be kept" in caplog.text
