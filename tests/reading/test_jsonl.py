import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Article, Unreadable
from rag.reading import MAXIMUM_FILE_BYTES, Overrides, read_stream
from rag.reading.formats.streams import HEAD_BYTES, buffered


def read(data: bytes, overrides: Overrides | None = None) -> list[Article | Unreadable]:
    return list(
        read_stream(
            buffered(io.BytesIO(data)), name="a.jsonl", suffix=".jsonl", overrides=overrides or Overrides()
        )
    )


def test_other_fields_are_stored_as_metadata() -> None:
    line = {
        "id": "a",
        "text": "Satu.",
        "language": "id",
        "source": "arsip",
        "year": 2025,
        "metadata": {"year": 2024},
    }
    (article,) = read(json.dumps(line).encode())
    assert isinstance(article, Article)
    assert article.metadata == {"source": "arsip", "year": 2024}
    assert article.outlet is None


def test_carriage_returns_end_lines_and_commas_may_follow_objects() -> None:
    line = '{"id": "%s", "text": "Satu.", "language": "id"}'
    items = read((line % "a" + "\r" + line % "b" + ",\n" + line % "c" + "\r\n").encode())
    assert [item.id for item in items if isinstance(item, Article)] == ["a", "b", "c"]
    assert len(items) == 3


def test_an_invalid_line_is_reported_and_the_others_are_read() -> None:
    good = '{"id": "%s", "text": "Satu.", "language": "id"}\r\n'
    data = (
        "\ufeff"
        + good % "a"
        + "\n  \n"
        + "{'id': 5}\n"
        + good % "b"
        + '{"id": "c", "published_at": "kemarin", "text": "x"}'
    )
    items = read(data.encode())
    assert [item.id for item in items if isinstance(item, Article)] == ["a", "b"]
    assert [(item.source, item.reason[:40]) for item in items if isinstance(item, Unreadable)] == [
        ("a.jsonl:4", "the line is not JSON: Expecting property"),
        ("a.jsonl:6", "published_at 'kemarin' is not an RFC 333"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"[1, 2]", "the line is not a JSON object but [1, 2]"),
        (b'"teks"', "the line is not a JSON object but 'teks'"),
        (b'{"text": "a', "the line is not JSON: Unterminated string"),
        (b'{"text": "caf\xe9 sore"}', "truncated or damaged at byte 13: invalid continuation byte in UTF-8"),
        (b"[" * 100_000, "the line is not JSON: maximum recursion depth exceeded"),
        (b'{"a": ' + b"9" * 5000 + b"}", "the line is not JSON: Exceeds the limit"),
        (b'{"text": "a", "views": NaN}', "metadata.views is nan"),
        (b'{"text": "a", "views": 1e999}', "metadata.views is inf"),
        (b'{"text": "a\\u0000"}', "text holds a NUL at character 1"),
        (b'{"text": "a\\ud800"}', "text holds a lone surrogate at character 1"),
        (b'{"text": "a", "b": ' + b"[" * 40 + b"]" * 40 + b"}", "metadata.b[0][0]"),
        (b'{"text": "a", "metadata": "b", "c": 1}', "metadata 'b' is refused"),
        (b"{}", "an article needs either `paragraphs` or `text`"),
        (b'{"text": "Dilarang keras mengindeks situs ini untuk AI."}', "the article forbids"),
        (b'{"text": "' + b"a" * MAXIMUM_FILE_BYTES, "the line has more than 10,000,000 bytes"),
    ],
    ids=range(15),
)  # fmt: skip
def test_a_line_that_is_not_an_article_is_reported(line: bytes, reason: str) -> None:
    first, second = read(line + b'\n{"id": "a", "text": "Satu.", "language": "id"}')
    assert isinstance(first, Unreadable)
    assert first.source == "a.jsonl:1"
    assert first.reason.startswith(reason)
    assert isinstance(second, Article)


def test_values_of_the_caller_take_precedence() -> None:
    stated = {
        "permission": "surat 12",
        "outlet": "KABAR",
        "author": "Siti",
        "language": "jv",
        "section": "Kota",
    }
    line = {"text": "Satu.", **dict.fromkeys(stated, "id")}
    (article,) = read(json.dumps(line).encode(), Overrides(**stated))
    assert {name: getattr(article, name) for name in stated} == stated


def test_lines_are_read_one_at_a_time() -> None:
    lines = io.BytesIO(b'{"text": "Satu.", "language": "id"}\n' * 10_000)
    items = read_stream(buffered(lines), name="a.jsonl", suffix=".jsonl", overrides=Overrides())
    assert isinstance(next(items), Article)
    assert lines.tell() == HEAD_BYTES


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=8,
)


@given(
    paragraphs=st.lists(
        TEXT | st.sampled_from(["🧑🏽‍🌾", "e\u0301", "سلام\u200f", "a\r\n\r\nb"]), max_size=4
    ),
    title=TEXT,
    metadata=st.dictionaries(TEXT, JSON, max_size=3),
    is_escaped=st.booleans(),
)
def test_round_trip(paragraphs: list[str], title: str, metadata: dict[str, Any], is_escaped: bool) -> None:
    fields = {"title": title, "paragraphs": [*paragraphs, "Akhir."], "language": "id", "metadata": metadata}
    (article,) = read(json.dumps(fields, ensure_ascii=is_escaped).encode())
    assert isinstance(article, Article)
    assert (article.title, list(article.paragraphs), article.metadata) == (
        title,
        fields["paragraphs"],
        metadata,
    )
