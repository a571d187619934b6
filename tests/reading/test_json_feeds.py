import json
from typing import Any

import pytest

from rag.reading.formats.recognition import recognised_suffix
from rag.reading.json_feeds import parse_json_feed, read_json_feed
from tests.reading.formats.reading import articles, read, reasons

WHOLE = (
    "<p>Panen kopi di Lereng Wulan dimulai hari Senin.</p>"
    '<p>Harga naik menjadi Rp61.000 per kilogram. <a href="/harga">Tabel</a></p>'
)
ITEM: dict[str, Any] = {
    "id": "https://warta.example/kopi",
    "url": "/kopi",
    "title": "Panen <b>kopi</b> &amp; teh",
    "content_html": WHOLE,
    "date_published": "2024-01-05T08:00:00+07:00",
    "date_modified": "2024-01-06T08:00:00+07:00",
    "authors": [{"name": "Siti Rahma"}, {"name": "Budi"}],
    "tags": ["kopi", "desa"],
}


def feed(*items: Any, version: str = "1.1", **fields: Any) -> str:
    stated = {
        "version": f"https://jsonfeed.org/version/{version}",
        "title": "Warta",
        "home_page_url": "https://warta.example/",
        "language": "id",
    }
    return json.dumps({**stated, "items": list(items), **fields})


def test_the_items_of_a_feed_are_articles() -> None:
    (article,) = articles(read(feed(ITEM), ".json"))
    assert (article.url, article.title) == ("https://warta.example/kopi", "Panen kopi & teh")
    assert article.paragraphs == (
        "Panen kopi di Lereng Wulan dimulai hari Senin.",
        "Harga naik menjadi Rp61.000 per kilogram. Tabel",
    )
    assert (article.author, article.metadata["authors"]) == ("Siti Rahma, Budi", ["Siti Rahma", "Budi"])
    assert article.metadata["tags"] == ["kopi", "desa"]
    assert [str(article.published_at), str(article.updated_at)] == [
        "2024-01-05 08:00:00+07:00",
        "2024-01-06 08:00:00+07:00",
    ]
    assert article.language == "id"


def test_version_1_has_one_author_and_that_of_the_feed_counts_for_items_without() -> None:
    own = {**ITEM, "authors": None, "author": {"name": "Sari"}}
    other = {**ITEM, "id": "2", "url": "https://warta.example/2", "authors": None}
    found = articles(read(feed(own, other, version="1", author={"name": "Redaksi Warta"}), ".json"))
    assert [article.author for article in found] == ["Sari", "Redaksi Warta"]


def test_text_has_paragraphs_and_numbers_are_ids() -> None:
    item = {"id": 7, "content_text": "Panen <kopi> dimulai.\n\nHarga naik 7 persen."}
    (article,) = articles(read(feed(item), ".json"))
    assert (article.id, article.paragraphs) == ("7", ("Panen <kopi> dimulai.", "Harga naik 7 persen."))


def test_items_that_go_on_elsewhere_and_items_that_are_none_are_reported_and_the_others_read() -> None:
    cut = {**ITEM, "id": "2", "url": "/2", "content_html": "<p>Panen kopi di Lereng Wulan …</p>"}
    summary = {"id": "3", "url": "https://warta.example/3", "summary": "Harga teh turun."}
    items = read(feed(cut, "?", summary, ITEM, {}), ".json")
    assert [article.url for article in articles(items)] == ["https://warta.example/kopi"]
    assert [reason.partition(":")[2].partition(": ")[0] for reason in reasons(items)] == [
        "https://warta.example/2",
        "https://warta.example/3",
        "entry 5",
    ]
    assert reasons(read(feed(), ".json")) == ["berkas.json: the feed has no entries: save it again later"]


def test_the_newest_of_two_items_with_one_id_counts() -> None:
    newer = {**ITEM, "date_modified": "2024-02-01T08:00:00+07:00", "title": "Panen selesai"}
    assert [article.title for article in articles(read(feed(newer, ITEM), ".json"))] == ["Panen selesai"]


@pytest.mark.parametrize("field", ["url", "title", "content_html", "date_published", "authors", "tags"])
@pytest.mark.parametrize("value", [None, 7, [], {}, [[]], "http://[", "\ud800"])
def test_no_value_of_a_field_ends_the_feed(field: str, value: Any) -> None:
    second = {**ITEM, "id": "2", "url": "https://warta.example/2"}
    text = feed({**ITEM, field: value}, second)
    urls = [entry.url for entry in read_json_feed(json.loads(text)).entries]
    assert urls[-1] == "https://warta.example/2"
    assert any(article.url == urls[-1] for article in articles(read(text, ".json")))


def test_only_feeds_are_feeds() -> None:
    assert parse_json_feed(feed(ITEM).encode()) is not None
    for other in ("[]", "{", '{"version": "2"}', '{"about": "https://jsonfeed.org/version/1"}', "[" * 9_000):
        assert parse_json_feed(other.encode()) is None
    assert recognised_suffix(feed(ITEM).encode()) == ".json"


def test_the_outlet_of_an_item_is_that_of_its_feed() -> None:
    (article,) = articles(read(feed(ITEM), ".json"))
    assert article.outlet == "Warta"
