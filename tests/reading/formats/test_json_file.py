import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Article
from rag.reading import Overrides, read_paths
from tests.reading.formats.reading import articles, one, read, reasons

TWO = [{"id": "a", "text": "Kopi naik."}, {"id": "b", "text": "Teh turun."}]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(TWO),
        json.dumps(TWO, indent=2),
        "\ufeff \n" + json.dumps(TWO),
        json.dumps({"articles": TWO, "next_cursor": None}),
        json.dumps({"total": 2, "items": TWO}),
    ],
)
def test_an_array_and_an_object_with_a_list_hold_articles(text: str) -> None:
    assert [article.id for article in articles(read(text, ".json"))] == ["a", "b"]
    if not text.startswith("\ufeff"):
        assert [article.id for article in articles(read(text.encode("utf-16"), ".json"))] == ["a", "b"]


def test_an_object_is_one_article_named_after_the_file() -> None:
    assert one(read('{"text": "Kopi naik.", "views": 7}', ".json", name="kopi")).id == "kopi"
    assert one(read('{"text": "Kopi naik.", "views": 7}', ".json")).metadata == {"views": 7}


def test_articles_without_an_id_are_named_after_the_file_and_their_number_or_their_address() -> None:
    text = json.dumps(
        [{"text": "Kopi."}, {"text": "Teh.", "url": "https://kabar.example/teh"}, {"text": "Susu."}]
    )
    first, second, third = articles(read(text, ".json", name="daftar"))
    assert (first.id, third.id) == ("daftar:1", "daftar:3")
    assert second.id == articles(read(text, ".json", name="lain"))[1].id


@pytest.mark.parametrize(
    ("text", "ids", "reason"),
    [
        ('[{"id": "a", "text": "Kopi."}, 5, {"id": "b", "text": "Teh."}]', ["a", "b"], "berkas.json:2: "),
        ('[{"id": "a", "text": "Kopi."}, {"id": "b", "te', ["a"], "berkas.json:2: the file is not JSON"),
        ('[{"id": "a", "text": "Kopi."},', ["a"], "berkas.json:2: the file is cut short"),
        ('[{"id": "a", "text": "Kopi."}, {"id": "b"}]', ["a"], "berkas.json:2: an article needs either"),
        ("[]", [], "berkas.json: the file holds no article: its list is empty"),
        ("", [], "berkas.json: the page is empty"),
        ('{"text": "Kopi."} {"text": "Teh."}', [], "berkas.json: the file is not JSON: more follows"),
        ('"Kopi."', [], "berkas.json: it is not a JSON object but 'Kopi.'"),
        ("Kopi naik.", [], "berkas.json: the file is not JSON: Expecting value"),
        ("[" * 100_000, [], "berkas.json:1: the file is not JSON: maximum recursion"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_reported_and_the_rest_is_read(text: str, ids: list[str], reason: str) -> None:
    items = read(text, ".json")
    assert [article.id for article in articles(items)] == ids
    (found,) = reasons(items)
    assert found.startswith(reason)


def test_a_damaged_byte_refuses_only_its_article() -> None:
    items = read(
        b'[{"id": "a", "author": "M\xfcller", "text": "Kopi."}, {"id": "b", "text": "Teh."}]', ".json"
    )
    assert [article.id for article in articles(items)] == ["b"]
    assert reasons(items) == ["berkas.json:1: author holds a lone surrogate at character 1: remove it"]


def test_posts_of_the_rest_interface_of_wordpress() -> None:
    post = {
        "id": 9,
        "date": "2024-03-01T09:30:00",
        "date_gmt": "2024-03-01T01:30:00",
        "link": "https://warta.example/pasar/",
        "title": {"rendered": "Pasar &#8220;Lama&#8221; dibuka"},
        "content": {"rendered": "<p>Pasar dibuka pukul 6.</p>\n<h2>Jam buka</h2><p>Tutup pukul 14.</p>"},
        "author": 2,
    }  # fmt: skip
    article = one(read(json.dumps([post]), ".json"))
    assert (article.title, article.url) == ("Pasar “Lama” dibuka", post["link"])
    assert article.metadata == {"wordpress_id": 9, "wordpress_author": 2}
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2024-03-01T09:30:00+08:00"
    assert article.paragraphs == ("Pasar dibuka pukul 6.", "Jam buka", "Tutup pukul 14.")
    assert article.headings == (2,)
    assert one(read(json.dumps(post), ".ndjson")) == article
    other = {**post, "link": "https://kabar.example/pasar/"}
    assert one(read(json.dumps(other), ".ndjson")).id != article.id
    named = {**post, "link": None, "guid": {"rendered": "https://warta.example/?p=9&#038;a=1"}}
    assert one(read(json.dumps(named), ".ndjson")).id == "https://warta.example/?p=9&a=1"


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
RECORD = st.fixed_dictionaries(
    {"title": TEXT, "paragraphs": st.lists(TEXT, max_size=3).map(lambda texts: [*texts, "Akhir."])},
    optional={"metadata": st.dictionaries(TEXT, TEXT | st.integers() | st.booleans(), max_size=3)},
)


@given(
    records=st.lists(RECORD, min_size=1, max_size=5),
    indent=st.sampled_from([None, 1]),
    is_ascii=st.booleans(),
)
def test_round_trip(records: list[dict[str, Any]], indent: int | None, is_ascii: bool) -> None:
    given = [{**record, "language": "id", "id": f"n{number}"} for number, record in enumerate(records)]
    found = articles(read(json.dumps(given, indent=indent, ensure_ascii=is_ascii), ".json"))
    assert [(article.id, article.title, list(article.paragraphs)) for article in found] == [
        (record["id"], record["title"], record["paragraphs"]) for record in given
    ]
    assert [article.metadata for article in found] == [record.get("metadata", {}) for record in given]


def test_a_long_array_is_read_one_article_at_a_time() -> None:
    import io

    from rag.reading import Overrides, read_stream
    from rag.reading.formats.streams import HEAD_BYTES, buffered

    lines = io.BytesIO(("[" + ",".join(['{"text": "Satu.", "language": "id"}'] * 20_000) + "]").encode())
    items = read_stream(buffered(lines), name="a.json", suffix=".json", overrides=Overrides())
    next(items)
    assert lines.tell() <= 4 * HEAD_BYTES


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_lines_and_arrays_are_told_by_their_content(suffix: str) -> None:
    lines = "\n".join(json.dumps(article) for article in TWO)
    array = "[" + ",\n".join(json.dumps(article) for article in TWO) + "]"
    for text in (lines, array, json.dumps(TWO, indent=1)):
        assert [article.id for article in articles(read(text, suffix))] == ["a", "b"]
    damaged = lines.replace("}\n", "}\n{rusak}\n")
    items = read(damaged, suffix)
    assert [article.id for article in articles(items)] == ["a", "b"]
    assert reasons(items)[0].startswith(f"berkas{suffix}:2: the line is not JSON")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "cp1252", "gb18030", "cp932"])
@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_json_in_other_encodings_is_read(encoding: str, suffix: str) -> None:
    text = {
        "gb18030": "北京市政府周一宣布，今年的粮食价格上涨了百分之五。农民们对此表示高兴。",
        "cp932": "東京都は月曜日、米の価格が五パーセント上昇したと発表した。農家は喜んでいる。",
    }.get(encoding, "Les élections ont été reportées à dimanche, selon le préfet de la région.")
    data = json.dumps({"text": text}, ensure_ascii=False).encode(encoding)
    assert one(read(data, suffix)).text == text


def test_objects_of_other_programs_are_read_by_the_names_of_their_fields() -> None:
    given = {
        "source": {"id": None, "name": "KABAR"},
        "author": None,
        "title": "Panen",
        "url": "https://kabar.example/panen",
        "publishedAt": "2025-01-05T01:00:00Z",
        "content": "Kopi naik.",
    }  # fmt: skip
    items = read(json.dumps({"articles": [given, {**given, "content": "Teh tu… [+812 chars]"}]}), ".json")
    (article,) = articles(items)
    assert (article.title, article.text, article.outlet, article.author) == (
        "Panen", "Kopi naik.", "KABAR", None,
    )  # fmt: skip
    assert str(article.published_at) == "2025-01-05 01:00:00+00:00"
    assert reasons(items) == ["berkas.json:2: its text is only a beginning: give the whole text"]
    linked = {
        "@type": "NewsArticle",
        "headline": "Panen",
        "articleBody": "Kopi naik.\n\nTeh turun.",
        "author": [{"@type": "Person", "name": "Sari"}],
    }
    article = one(read(json.dumps(linked), ".json"))
    assert (article.title, article.paragraphs, article.author) == (
        "Panen", ("Kopi naik.", "Teh turun."), "Sari",
    )  # fmt: skip


def test_the_type_of_a_block_may_be_anything() -> None:
    blocks = [{"type": kind, "text": "Panen kopi naik."} for kind in (["a"], {"b": 1}, None, 7, "image")]
    article = one(read(json.dumps({"title": "Kopi", "content": blocks}), ".json"))
    assert article.text.count("Panen kopi naik.") == 4


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "content", "value", "data", "hits", "doc"]), inner)
    ),
    max_leaves=8,
)


@given(value=st.dictionaries(st.sampled_from(["title", "content", "body", "data", "attributes"]), ANYTHING))
def test_any_object_is_an_article_or_refused(value: dict[str, Any]) -> None:
    items = read(json.dumps(value), ".json")
    assert len(articles(items)) + len(reasons(items)) >= 1


POST = {"id": "a", "title": "Kopi", "html": "<p>Panen kopi naik tahun ini.</p>"}
HIT = {"_id": "a", "_score": 1, "_source": {"headline": "Kopi", "body": "Panen kopi naik tahun ini."}}


@pytest.mark.parametrize(
    "value",
    [
        {
            "db": [
                {"meta": {"version": "5.0"}, "data": {"posts": [POST], "users": [{"id": 1, "name": "Rini"}]}}
            ]
        },
        {"data": {"posts": {"nodes": [POST]}}},
        {"took": 2, "hits": {"total": {"value": 1}, "hits": [HIT]}},
        {"total_rows": 1, "rows": [{"id": "a", "doc": POST}]},
        [{"id": "a", "attributes": {"title": "Kopi", "body": "Panen kopi naik tahun ini."}}],
        HIT,
        {"content": [POST], "totalElements": 1},
        {"code": 200, "message": "ok", "data": POST},
        {"post": POST, "comments": [{"body": "Setuju sekali."}]},
        {"article": {"id": "a", "title": "Kopi", "content": "Panen kopi naik tahun ini."}},
        {"response": {"numFound": 1, "docs": [{name: [value] for name, value in POST.items()}]}},
    ],
    ids=[
        "Ghost",
        "GraphQL",
        "Elasticsearch",
        "CouchDB",
        "Strapi",
        "elasticdump",
        "Spring",
        "one",
        "post",
        "article",
        "Solr",
    ],
)
def test_articles_inside_of_other_objects_are_read(value: Any) -> None:
    article = one(read(json.dumps(value), ".json"))
    assert (article.id, article.title) == ("a", "Kopi")
    assert article.text.endswith("Panen kopi naik tahun ini.")


def test_the_comments_of_an_article_are_no_articles() -> None:
    value = {"title": "Kopi", "comments": [{"author": "Rini", "content": "Setuju sekali."}]}
    [reason] = reasons(read(json.dumps(value), ".json"))
    assert reason.startswith("berkas.json: an article needs either")


def test_posts_of_wordpress_that_are_not_published_are_refused() -> None:
    post = {"id": 1, "link": "https://w.example/a", "title": {"rendered": "Panen"}}
    draft = {**post, "status": "draft", "content": {"rendered": "<p>Kopi naik.</p>"}}
    locked = {**post, "status": "publish", "content": {"rendered": "", "protected": True}}
    assert reasons(read(json.dumps([draft, locked]), ".json")) == [
        "berkas.json:1: the post 'Panen' is not published: its status is 'draft'",
        "berkas.json:2: the post 'https://w.example/a' is protected by a password",
    ]


def test_the_names_of_authors_may_stand_under_authors() -> None:
    article = one(read('{"text": "Kopi naik.", "authors": ["Sari", "Raka"]}', ".jsonl"))
    assert (article.author, article.metadata) == ("Sari, Raka", {"authors": ["Sari", "Raka"]})


@pytest.mark.parametrize(
    ("content", "paragraphs", "headings"),
    [
        (["Panen naik.", "Harga turun."], ("Panen naik.", "Harga turun."), ()),
        (
            [{"type": "paragraph", "text": "Panen naik."}, {"type": "image", "text": "Foto: Rina"},
             {"type": "paragraph", "text": "Harga turun."}],
            ("Panen naik.", "Harga turun."),
            (),
        ),
        (
            [{"type": "paragraph", "text": "Panen naik & cepat."}, {"type": "heading", "text": "Harga kopi"},
             {"type": "paragraph", "text": "Harga turun."}],
            ("Panen naik & cepat.", "Harga kopi", "Harga turun."),
            (2,),
        ),
    ],
)  # fmt: skip
def test_a_text_may_be_a_list_of_blocks(
    content: list[Any], paragraphs: tuple[str, ...], headings: tuple[int, ...]
) -> None:
    article = one(read(json.dumps({"headline": "Kopi lereng", "content": content}), ".json"))
    assert (article.title, article.paragraphs, article.headings) == ("Kopi lereng", paragraphs, headings)


def test_a_picture_in_a_list_of_blocks_counts_as_dropped(tmp_path: Path) -> None:
    blocks = [{"type": "image", "caption": "Kopi di lereng"}, {"type": "paragraph", "text": "Panen naik."}]
    (tmp_path / "a.json").write_text(json.dumps({"headline": "Kopi", "content": blocks}))
    (tmp_path / "b.csv").write_text("title,text\nKopi,\"['Panen naik.', {'type': 'ad'}]\"\n")
    dropped: list[str] = []
    items = read_paths([tmp_path], overrides=Overrides(), on_dropped=lambda _, lines: dropped.extend(lines))
    assert [item.paragraphs for item in items if isinstance(item, Article)] == [("Panen naik.",)] * 2
    assert dropped == ["image: Kopi di lereng", "ad"]


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ["Panen naik.", "Harga turun."]},
        {"paragraphs": [{"text": "Panen naik."}, {"text": "Harga turun."}]},
        {"body": {"html": "<p>Panen naik.</p><p>Harga turun.</p>"}},
    ],
)
def test_a_text_may_be_a_list_or_an_object_under_any_name(fields: dict[str, Any]) -> None:
    article = one(read(json.dumps({"title": "Kopi", **fields}), ".jsonl"))
    assert article.paragraphs == ("Panen naik.", "Harga turun.")


@pytest.mark.parametrize(
    ("name", "value"),
    [("draft", True), ("published", False), ("isDraft", "true"), ("status", False), ("status", "draf")],
)
def test_a_post_that_says_that_it_is_a_draft_is_refused(name: str, value: object) -> None:
    items = read(json.dumps({"title": "Kopi", "body": "Panen naik.", name: value}), ".json")
    (reason,) = reasons(items)
    assert "the post 'Kopi' is not published" in reason
    assert (
        "the post 'Kopi' is not published"
        in reasons(read(json.dumps({"title": "Kopi", "text": "Panen naik.", name: value}), ".jsonl"))[0]
    )


DAY = "2025-07-27T03:00:00+00:00"


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"createdAt": "2025-07-27T03:00:00Z"}, "published_at", DAY),
        ({"created_at": "2024-01-05", "publishedAt": "2025-07-27T03:00:00Z"}, "published_at", DAY),
        ({"date": {"$date": {"$numberLong": "1753585200000"}}}, "published_at", DAY),
        ({"createdAt": {"_seconds": 1753585200, "_nanoseconds": 0}}, "published_at", DAY),
        ({"published_at": 1753585200.0}, "published_at", DAY),
        ({"pubDate": "Sun, 27 Jul 2025 03:00:00 +0000"}, "published_at", DAY),
        (
            {"published_at": None, "tanggal": "27 Juli 2025 10.00 WIB"},
            "published_at",
            "2025-07-27T10:00:00+07:00",
        ),
        ({"namaPenulis": "Sari"}, "author", "Sari"),
        ({"author": {"first_name": "Sari", "last_name": "Dewi"}}, "author", "Sari Dewi"),
        ({"author": {"node": {"name": "Sari"}}}, "author", "Sari"),
        ({"authors": "Sari; Budi"}, "author", "Sari; Budi"),
        ({"articleSection": "Ekonomi"}, "section", "Ekonomi"),
        ({"categories": [{"id": 3, "name": "Ekonomi"}]}, "section", "Ekonomi"),
        ({"kategori": ["Ekonomi", "Pangan"]}, "metadata", {"kategori": ["Ekonomi", "Pangan"]}),
        ({"penulis": {"id": 4}}, "metadata", {"penulis": {"id": 4}}),
    ],
)
@pytest.mark.parametrize("body", ["text", "isi"])
def test_fields_are_read_as_other_programs_write_them(
    body: str, fields: dict[str, Any], name: str, value: object
) -> None:
    article = one(read(json.dumps({"judul": "Kopi", body: "Panen kopi naik tahun ini.", **fields}), ".jsonl"))
    found = getattr(article, name)
    assert article.title == "Kopi"
    assert (found.isoformat() if name == "published_at" else found) == value


def test_the_source_of_another_program_is_an_outlet_or_an_address() -> None:
    given = {"judul": "Kopi", "isi": "Panen kopi naik tahun ini."}
    assert one(read(json.dumps({**given, "domain": "kabar.example"}), ".jsonl")).outlet == "kabar.example"
    address = "https://kabar.example/kopi"
    assert one(read(json.dumps({**given, "source": address}), ".jsonl")).url == address


def test_a_text_that_is_nothing_but_html_is_read_as_such() -> None:
    given = {"title": "Kopi &amp; teh", "text": "<p>Panen naik.</p><p>Harga turun.</p>"}
    article = one(read(json.dumps(given), ".jsonl"))
    assert (article.title, article.paragraphs) == ("Kopi & teh", ("Panen naik.", "Harga turun."))
    about = "Tag <p> menandai paragraf."
    assert one(read(json.dumps({**given, "text": about}), ".jsonl")).text == about


def test_an_object_may_hold_articles_by_their_ids() -> None:
    found = articles(read(json.dumps({"a1": POST, "a2": {**POST, "title": "Teh"}}), ".json"))
    assert [article.title for article in found] == ["Kopi", "Teh"]


def test_a_line_for_a_search_server_is_no_article() -> None:
    action = json.dumps({"index": {"_index": "berita", "_id": "7"}})
    items = read(f"{action}\n{json.dumps(POST)}\n{action}\n{json.dumps(POST)}\n", ".ndjson")
    assert [article.title for article in articles(items)] == ["Kopi", "Kopi"]
    assert not reasons(items)


def test_the_names_that_wordpress_embeds_are_read() -> None:
    terms = [[{"taxonomy": "category", "name": "Ekonomi"}], [{"taxonomy": "post_tag", "name": "beras"}]]
    post = {
        "link": "https://warta.example/kopi",
        "title": {"rendered": "Kopi"},
        "content": {"rendered": "<p>Panen naik.</p>"},
        "author": 3,
        "_embedded": {"author": [{"id": 3, "name": "Sari Dewi"}], "wp:term": terms},
    }
    article = one(read(json.dumps([post]), ".json"))
    assert (article.author, article.section, article.metadata["tags"]) == ("Sari Dewi", "Ekonomi", ["beras"])


@pytest.mark.parametrize(
    "export",
    [
        {"data": [{"attributes": {**POST, "author": {"data": {"attributes": {"name": "Sari Dewi"}}}}}]},
        {
            "posts": [{**POST, "id": "p1"}],
            "users": [{"id": "u1", "name": "Sari Dewi"}],
            "posts_authors": [{"post_id": "p1", "author_id": "u1"}],
        },
        {
            "data": {
                "id": "n1",
                "attributes": POST,
                "relationships": {"uid": {"data": {"type": "user--user", "id": "u1"}}},
            },
            "included": [{"id": "u1", "attributes": {"display_name": "Sari Dewi"}}],
        },
        {
            "items": [
                {"sys": {"id": "e1"}, "fields": {**POST, "author": {"sys": {"type": "Link", "id": "u1"}}}}
            ],
            "includes": {"Entry": [{"sys": {"id": "u1"}, "fields": {"name": "Sari Dewi"}}]},
        },
    ],
)
def test_an_author_elsewhere_in_an_export_is_found(export: dict[str, Any]) -> None:
    article = one(read(json.dumps(export), ".json"))
    assert (article.title, article.author) == ("Kopi", "Sari Dewi")


@pytest.mark.parametrize("is_inner", [True, False])
def test_an_article_is_read_in_each_of_its_languages(is_inner: bool) -> None:
    fields = {
        "title": {"id": "Kopi", "en-US": "Coffee"},
        "body": {"id": "Panen naik.", "en-US": "The harvest rose."},
        "slug": {"id": "kopi"},
    }
    item = {"sys": {"id": "e1"}, "fields": fields} if is_inner else {"id": "e1", **fields}
    found = articles(read(json.dumps({"items": [item]}), ".json"))
    assert [(article.id, article.title, article.text, article.language) for article in found] == [
        ("e1", "Kopi", "Panen naik.", "id"),
        ("e1:en-US", "Coffee", "The harvest rose.", "en-US"),
    ]


def test_the_rows_of_a_spreadsheet_are_articles() -> None:
    rows = [["judul", "isi", "tanggal"], ["Kopi", "Panen naik.", "13/6/2025"], [], ["Teh", "Harga turun."]]
    found = articles(read(json.dumps({"range": "Sheet1!A1:C4", "values": rows}), ".json"))
    assert [article.title for article in found] == ["Kopi", "Teh"]
    assert str(found[0].published_at)[:10] == "2025-06-13"


@pytest.mark.parametrize(
    "fields",
    [{"createdAt": "2025-06-09T03:21:00Z", "publishedAt": None}, {"_id": "drafts.7"}],
)
def test_a_draft_of_a_content_manager_is_refused(fields: dict[str, Any]) -> None:
    assert "is a draft" in reasons(read(json.dumps([{**POST, **fields}]), ".json"))[0]
