"""The article: its text, its paragraphs' offsets, its version."""

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Article, Filters, Paragraph

WIB = timezone(timedelta(hours=7))

FULL = Article(
    id="a",
    paragraphs=("Satu.", "Dua."),
    language="id",
    title="Judul",
    url="https://example.org/a",
    outlet="KABAR",
    author="Siti",
    published_at=datetime(2025, 7, 27, 13, 27, tzinfo=WIB),
    updated_at=datetime(2025, 7, 28, tzinfo=WIB),
    section="Kota",
    metadata={"a": 1, "b": [True, None]},
    permission="surat 12",
)

CHANGES: list[tuple[str, Any]] = [
    ("paragraphs", ("Satu.", "Tiga.")),
    ("paragraphs", ("Satu.\n\nDua.",)),
    ("paragraphs", ("Dua.", "Satu.")),
    ("language", "ms"),
    ("title", "Judul lain"),
    ("url", "https://example.org/b"),
    ("url", None),
    ("outlet", "KABAR LAIN"),
    ("author", "Budi"),
    ("published_at", datetime(2025, 7, 27, 13, 28, tzinfo=WIB)),
    ("published_at", datetime(2025, 7, 27, 6, 27, tzinfo=UTC)),  # the same moment in another zone
    ("published_at", None),
    ("updated_at", None),
    ("section", "Desa"),
    ("metadata", {"a": 1, "b": [True, 0]}),
    ("metadata", {"a": "1", "b": [True, None]}),
    ("metadata", {}),
    ("permission", None),
    ("headings", (1,)),
]


def test_the_text_is_the_paragraphs_joined_by_a_blank_line() -> None:
    assert FULL.text == "Satu.\n\nDua."
    assert Article(id="a", paragraphs=(), language="id").text == ""


@pytest.mark.parametrize(("field", "value"), CHANGES)
def test_the_version_changes_with_each_field(field: str, value: Any) -> None:
    assert dataclasses.replace(FULL, **{field: value}).version != FULL.version


def test_the_changes_cover_every_field_except_the_id() -> None:
    fields = {field.name for field in dataclasses.fields(Article)}
    assert {field for field, _ in CHANGES} == fields - {"id"}


def test_the_version_does_not_change_with_the_id_or_the_order_of_metadata() -> None:
    assert dataclasses.replace(FULL, id="b").version == FULL.version
    assert dataclasses.replace(FULL, metadata={"b": [True, None], "a": 1}).version == FULL.version


def test_the_version_hash_is_stable_across_releases() -> None:
    assert Article(id="a", paragraphs=("Satu.",), language="id").version == (
        "sha256:9ab2c19277f18f0c6740e5412348492697d54629308e3da1a859fb2e8bf0ac4b"
    )


def test_paragraphs_are_numbered_from_one_with_their_offsets() -> None:
    source = Article(id="a", paragraphs=("Satu.", "", "😀 Dua."), language="id")
    assert list(source.numbered_paragraphs()) == [
        Paragraph(number=1, start=0, end=5, text="Satu."),
        Paragraph(number=2, start=7, end=7, text=""),
        Paragraph(number=3, start=9, end=15, text="😀 Dua."),
    ]


@given(paragraphs=st.lists(st.text(max_size=20), max_size=6))
def test_each_paragraph_is_at_its_offsets(paragraphs: list[str]) -> None:
    source = Article(id="a", paragraphs=tuple(paragraphs), language="id")
    numbered = list(source.numbered_paragraphs())
    assert [paragraph.text for paragraph in numbered] == paragraphs
    assert [paragraph.number for paragraph in numbered] == list(range(1, len(paragraphs) + 1))
    assert all(source.text[each.start : each.end] == each.text for each in numbered)


def test_an_article_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'title'"):
        FULL.title = "lain"  # type: ignore[misc]


def test_filters_report_whether_they_have_dates() -> None:
    day = datetime(2025, 7, 27, tzinfo=WIB).date()
    assert not Filters(language=("id",)).has_dates
    assert Filters(published_from=day).has_dates
    assert Filters(published_to=day).has_dates
