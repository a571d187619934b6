"""The text of articles as the editors of content systems save it: trees of nodes in JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadingError
from rag.reading.formats.editor_documents import document_in
from tests.reading.formats.reading import one, read

EDITOR_JS = {
    "title": "Kopi",
    "blocks": [
        {"type": "header", "data": {"text": "Panen", "level": 2}},
        {"type": "paragraph", "data": {"text": "Panen <b>naik</b> 5 &lt; 6 persen."}},
        {"type": "image", "data": {"caption": "Kopi di lereng"}},
        {"type": "list", "data": {"items": ["Satu.", {"content": "Dua.", "items": ["Tiga."]}]}},
        {"type": "table", "data": {"content": [["kota", "ton"], ["Gayo", "12"]]}},
    ],
}
PROSE_MIRROR = {
    "title": "Kopi",
    "body": {
        "type": "doc",
        "content": [
            {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Panen"}]},
            {
                "type": "paragraph",
                "content": [
                    {"type": "text", "text": "Korban "},
                    {"type": "text", "marks": [{"type": "strike"}], "text": "48 "},
                    {"type": "text", "text": "12 orang, 5 < 6."},
                ],
            },
        ],
    },
}
PROSE = ["Panen", "Korban 12 orang, 5 < 6."]
SLATE = {
    "title": "Kopi",
    "content": [
        {"type": "heading-two", "children": [{"text": "Panen"}]},
        {"type": "paragraph", "children": [{"text": "Panen "}, {"text": "naik.", "bold": True}]},
        {"type": "list", "children": [{"type": "list-item", "children": [{"text": "Satu."}]}]},
    ],
}
LEXICAL = {
    "title": "Kopi",
    "content": {
        "root": {
            "type": "root",
            "children": [{"type": "paragraph", "children": [{"type": "text", "text": "Panen naik."}]}],
        }
    },
}
CONTENTFUL = {
    "fields": {
        "title": "Kopi",
        "body": {
            "nodeType": "document",
            "content": [
                {"nodeType": "heading-2", "content": [{"nodeType": "text", "value": "Panen"}]},
                {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": "Panen naik."}]},
                {"nodeType": "embedded-asset-block", "data": {"target": {}}, "content": []},
            ],
        },
    }
}
PORTABLE_TEXT = {
    "title": "Kopi",
    "body": [
        {"_type": "block", "style": "h2", "children": [{"_type": "span", "text": "Panen"}]},
        {"_type": "block", "style": "normal", "children": [{"_type": "span", "text": "Panen naik."}]},
        {"_type": "image", "alt": "Kopi di lereng"},
        {"_type": "block", "listItem": "bullet", "children": [{"_type": "span", "text": "Satu."}]},
    ],
}


@pytest.mark.parametrize(
    ("post", "paragraphs", "headings"),
    [
        (
            EDITOR_JS,
            ["Panen", "Panen naik 5 < 6 persen.", "Satu.", "Dua.", "Tiga.", "kota | ton\nGayo | 12"],
            (1,),
        ),
        (PROSE_MIRROR, PROSE, (1,)),
        (SLATE, ["Panen", "Panen naik.", "Satu."], (1,)),
        (LEXICAL, ["Panen naik."], ()),
        (CONTENTFUL, ["Panen", "Panen naik."], (1,)),
        (PORTABLE_TEXT, ["Panen", "Panen naik.", "Satu."], (1,)),
        ({"title": "Kopi", "content": json.dumps(PROSE_MIRROR["body"])}, PROSE, (1,)),
    ],
)  # fmt: skip
def test_documents_have_their_paragraphs_and_headings(
    post: dict[str, Any], paragraphs: list[str], headings: tuple[int, ...]
) -> None:
    article = one(read(json.dumps(post), ".json"))
    assert (article.title, list(article.paragraphs), article.headings) == ("Kopi", paragraphs, headings)


@pytest.mark.parametrize("post", [EDITOR_JS["blocks"], PORTABLE_TEXT["body"]])
def test_pictures_are_left_out_and_counted(post: list[dict[str, Any]]) -> None:
    document = document_in(post)
    assert document is not None
    assert document.pictures == ("image: Kopi di lereng",)


def test_nodes_that_are_nested_without_end_are_refused() -> None:
    node: dict[str, Any] = {"type": "text", "text": "Kopi"}
    for _ in range(150):
        node = {"type": "paragraph", "children": [node]}
    with pytest.raises(ReadingError, match="nested more than 100 levels"):
        document_in([node])


@pytest.mark.parametrize(
    "value",
    [
        "Panen naik.", "{tidak} ada", '{"a": 1}', "[{]", None, 7, [], ["Panen naik."], {"type": "doc"},
        [{"type": "paragraph", "text": "Panen naik."}], {"type": "article", "content": [{"text": "Kopi"}]},
    ],
)  # fmt: skip
def test_other_values_are_no_documents(value: object) -> None:
    assert document_in(value) is None


NAMES = [
    "type",
    "_type",
    "data",
    "children",
    "content",
    "items",
    "text",
    "value",
    "marks",
    "blocks",
    "caption",
]
VALUES = st.recursive(
    st.sampled_from(["paragraph", "image", "doc", "list", "Panen", "", None, 7, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_any_value_is_a_document_or_none(value: object) -> None:
    document = document_in(value)
    assert document is None or isinstance(document.html, str)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "code", "data": {"code": "a < b\nc"}}, "<pre>a &lt; b\nc</pre>"),
        ({"type": "warning", "data": {"title": "Awas", "message": "Jalan licin."}},
         "<div><p>Awas</p><p>Jalan licin.</p></div>"),
        ({"type": "quote", "data": {"text": "Panen naik.", "caption": "Sari Wulandari"}},
         "<blockquote><p>Panen naik.</p><p>Sari Wulandari</p></blockquote>"),
        ({"type": "checklist", "data": {"items": [{"text": "Satu.", "checked": True}]}},
         "<ul><li>Satu.</li></ul>"),
    ],
)  # fmt: skip
def test_all_texts_of_a_block_of_editor_js_are_kept(block: dict[str, Any], expected: str) -> None:
    document = document_in({"blocks": [block]})
    assert document is not None
    assert document.html == expected


@pytest.mark.parametrize(("bits", "is_kept"), [(4, False), (5, False), (0, True), (3, True), (True, True)])
def test_the_format_of_a_text_in_lexical_says_whether_it_is_struck(bits: int, is_kept: bool) -> None:
    text = {"type": "text", "format": bits, "text": "48"}
    document = document_in(
        {"root": {"type": "root", "children": [{"type": "paragraph", "children": [text]}]}}
    )
    assert document is not None
    assert document.html == ("<p>48</p>" if is_kept else "<p><s>48</s></p>")


def test_an_unknown_node_is_a_block_of_its_own_unless_it_stands_beside_a_text() -> None:
    def text(value: str) -> dict[str, Any]:
        return {"text": value}

    mention = {"type": "komentar", "children": [text("Gayo")]}
    link = {"type": "link", "children": [text("kopi")]}
    nodes = [
        {"type": "callout", "children": [text("Panen naik.")]},
        {"type": "panel", "children": [{"type": "panel-body", "children": [text("Harga turun.")]}]},
        {"type": "paragraph", "children": [text("Petani "), mention, text(" memanen")]},
        {"type": "paragraph", "children": [link]},
    ]
    document = document_in(nodes)
    assert document is not None
    assert document.html == (
        "<div>Panen naik.</div><div><div>Harga turun.</div></div><p>Petani Gayo memanen</p><p>kopi</p>"
    )
