import hashlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Article
from rag.errors import ReadingError, RightsError
from rag.reading import ArticleRecord, parse_record
from rag.text.passages import joined_headings

ARTICLE: dict[str, Any] = {
    "id": "warung-1",
    "title": "Warung di tepi rel",
    "paragraphs": ["Warung itu buka pukul lima.", " \t", "  Nasinya habis sebelum siang.\n"],
    "url": "https://kabar.example/warung",
    "outlet": "KABAR",
    "author": "Siti Rahma",
    "published_at": "2025-07-27T13:27:00+07:00",
    "updated_at": "2025-07-28",
    "language": "id",
    "section": "Kota",
    "metadata": {"tags": ["makan", 3, None], "views": 1.5},
    "permission": "surat 12/2025",
}


def read(**fields: Any) -> Article:
    return parse_record({"text": "Satu kalimat saja.", "language": "id", **fields}).to_article()


def test_every_field_is_read_and_paragraphs_are_kept_exactly() -> None:
    article = parse_record(ARTICLE).to_article()
    assert article.published_at is not None
    assert article.updated_at is not None
    assert article.published_at.isoformat() == ARTICLE["published_at"]
    assert article.updated_at.isoformat() == "2025-07-28T00:00:00+00:00"
    assert article.paragraphs == tuple(ARTICLE["paragraphs"])
    for name in ("id", "title", "url", "outlet", "author", "language", "section", "metadata", "permission"):
        assert getattr(article, name) == ARTICLE[name]


def test_text_is_split_at_blank_lines() -> None:
    assert read(text=" Satu,\r\nlanjut. \r\n\r\n\r\nDua. ").paragraphs == ("Satu,\r\nlanjut.", "Dua.")


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
        | st.sampled_from(["👩‍🌾 panen", "e\u0301\r\n\r\nü", "سلام عليكم", "\u2028", ""]),
        max_size=6,
    )
)
def test_offsets_refer_to_the_joined_paragraphs(paragraphs: list[str]) -> None:
    article = parse_record({"paragraphs": [*paragraphs, "Akhir."], "language": "id"}).to_article()
    numbered = list(article.numbered_paragraphs())
    assert [paragraph.text for paragraph in numbered] == [*paragraphs, "Akhir."]
    for paragraph in numbered:
        assert article.text[paragraph.start : paragraph.end] == paragraph.text


def test_ids_are_given_or_derived_from_the_url_or_from_title_and_text() -> None:
    url = "https://kabar.example/warung"
    assert read(id="a b/ç").id == "a b/ç"
    assert read(url=url).id == hashlib.sha256(url.encode()).hexdigest()[:16]
    assert read(title="Judul").id == hashlib.sha256(b"Judul\n\nSatu kalimat saja.").hexdigest()[:16]
    assert read(url=" ").id == read().id


@pytest.mark.parametrize(
    ("language", "expected"), [("ID", "id"), ("zh-hans", "zh-Hans"), ("PT-br", "pt-BR"), ("es-419", "es-419")]
)
def test_a_language_tag_is_stored_in_canonical_case(language: str, expected: str) -> None:
    assert read(language=language).language == expected


@pytest.mark.parametrize("language", [None, "", "Bahasa Indonesia", "id_ID", "x"])
def test_an_invalid_language_tag_is_replaced_by_the_detected_language(language: str | None) -> None:
    text = "Petani di desa itu mulai menanam padi setelah hujan pertama turun pada bulan November."
    assert read(text=text, language=language).language == "id"


def test_blank_optional_fields_count_as_absent() -> None:
    article = read(outlet="", author=" ", section="\t", permission="  ", metadata=None)
    assert (article.outlet, article.author, article.section, article.permission) == (None, None, None, None)
    assert article.metadata == {}


def test_a_time_without_an_offset_is_one_of_the_usual_zone_and_the_metadata_says_so() -> None:
    article = read(published_at="2025-07-27T13:27:00")
    assert str(article.published_at) == "2025-07-27 13:27:00+07:00"
    assert article.metadata == {"assumed_time_zone": "Asia/Jakarta"}
    abroad = read(published_at="2025-07-27T13:27:00", url="https://berita.example.my/a")
    assert str(abroad.published_at) == "2025-07-27 13:27:00+08:00"
    unknown = read(published_at="2025-07-27T13:27:00", language="en")
    assert (str(unknown.published_at), unknown.metadata) == (
        "2025-07-27 13:27:00+00:00",
        {"assumed_time_zone": "UTC"},
    )
    assert read(published_at="2025-07-27T13:27:00Z").metadata == {}
    assert read(published_at="2025-07-27").metadata == {}


@pytest.mark.parametrize("year", ["0001", "0999", "9000", "9999"])
def test_a_time_of_a_year_without_articles_is_not_stored(year: str) -> None:
    article = read(published_at=f"{year}-06-01T00:00:00Z", updated_at="2025-07-27T00:00:00Z")
    assert article.published_at is None
    assert str(article.updated_at) == "2025-07-27 00:00:00+00:00"


def test_the_types_that_other_programs_write_are_taken() -> None:
    article = read(
        id=812, title=None, author=["Sari", {"name": "Raka"}], published_at="2025-07-27T13:27:00+0700"
    )
    assert (article.id, article.title, article.author) == ("812", "", "Sari, Raka")
    assert article.metadata == {"authors": ["Sari", "Raka"]}
    assert str(article.published_at) == "2025-07-27 13:27:00+07:00"
    assert read(author=["Sari"], metadata={"a": 1}).metadata == {"a": 1}
    assert read(author={"name": "Sari"}).author == "Sari"
    assert (read(author=[]).author, read(published_at="").published_at) == (None, None)


def test_headings_stand_above_paragraphs() -> None:
    fields = {
        "paragraphs": ["Pembuka.", "Rabu", "Biaya", "Gratis.", "Waktu", "Empat hari."],
        "headings": [5, 3, 2],
    }
    article = parse_record({**fields, "language": "id"}).to_article()
    assert article.headings == (2, 3, 5)
    above = [joined_headings(article.headings_above(number)) for number in range(1, 7)]
    assert above == [None, None, None, "Rabu – Biaya", None, "Waktu"]
    assert article.version != parse_record({**fields, "headings": [], "language": "id"}).to_article().version


def test_dates_may_be_python_objects() -> None:
    assert str(read(published_at=date(2025, 7, 27)).published_at) == "2025-07-27 00:00:00+00:00"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"published_at": "kemarin"}, "published_at 'kemarin' is not an RFC 3339 time such as 2025"),
        ({"updated_at": 1753597620}, "updated_at 1753597620 is not an RFC 3339 time"),
        ({"published_at": "0001-01-01T00:00:00+07:00"}, "published_at '0001-.*' is not an RFC 3339 time"),
        ({"title": 5}, "title 5 is refused: Input should be a valid string"),
        ({"author": [5]}, r"author \[5\] is refused"),
        ({"headings": [2]}, "headings names paragraph 2, which the article does not have"),
        ({"url": ["https://a"]}, r"url \['https://a'\] is refused"),
        ({"colour": "merah"}, "colour 'merah' is refused: Extra inputs are not permitted"),
        ({"id": " "}, "id ' ' needs 1 to 200 characters"),
        ({"id": "a" * 201}, "id 'aaa.* needs 1 to 200 characters"),
        ({"id": "a\nb"}, r"id 'a\\nb' needs .* and no control characters"),
        ({"paragraphs": ["x"]}, "either `paragraphs` or `text`"),
        ({"text": None}, "either `paragraphs` or `text`"),
        ({"text": " \n "}, "the article holds no text"),
        ({"text": None, "paragraphs": []}, "the article holds no text"),
        ({"text": None, "paragraphs": ["", "\u3000"]}, "the article holds no text"),
        ({"text": None, "paragraphs": "Satu."}, "paragraphs 'Satu.' is refused: Input should be"),
        ({"text": None, "paragraphs": ["a", 5]}, r"paragraphs\[1\] 5 is refused"),
        ({"text": None, "paragraphs": ["a", "b", "Sungai\0"]}, r"paragraphs\[2\] holds a NUL at character 6"),
        ({"title": "a\ud83d"}, "title holds a lone surrogate at character 1: remove it"),
        ({"metadata": {"a": [{"b": "\0"}]}}, r"metadata.a\[0\].b holds a NUL at character 0"),
        ({"metadata": {"a\0": 1}}, "a key of metadata holds a NUL"),
        ({"\ud800": 1}, "a field's name holds a lone surrogate"),
        ({"metadata": {"a": float("nan")}}, "metadata.a is nan, which JSON cannot express"),
        ({"metadata": {"a": date(2025, 1, 1)}}, "metadata.* is refused"),
        ({"metadata": [1]}, r"metadata \[1\] is refused"),
        ({"permission": 1}, "permission 1 is refused"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_the_reason(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ReadingError, match=message):
        read(**fields)


def test_deeply_nested_metadata_is_refused() -> None:
    nested: dict[str, Any] = {}
    nested["a"] = nested
    with pytest.raises(ReadingError, match=r"metadata\.a\.a.* is nested more than 32 deep"):
        read(metadata=nested)


def test_many_problems_are_counted() -> None:
    with pytest.raises(ReadingError, match=r"paragraphs\[2\] 2 is refused: [^;]*; and 4 more$"):
        parse_record({"paragraphs": list(range(7))})


def test_a_notice_in_the_text_requires_a_permission() -> None:
    notice = "Dilarang keras melakukan crawling untuk AI di situs ini tanpa izin tertulis."
    with pytest.raises(RightsError, match="Dilarang keras melakukan crawling"):
        read(text=f"Sungai surut.\n\n{notice}")
    article = read(text=f"Sungai surut.\n\n{notice}", permission="surat 12/2025")
    assert article.paragraphs == ("Sungai surut.", notice)


def test_json_text_is_validated_the_same_way() -> None:
    record = ArticleRecord.model_validate_json('{"text": "Satu.", "published_at": "2025-07-27"}')
    assert str(record.published_at) == "2025-07-27 00:00:00+00:00"


@pytest.mark.parametrize("name", ["title", "url", "outlet", "author", "language", "section", "permission"])
def test_fields_shown_with_every_hit_have_a_limit(name: str) -> None:
    with pytest.raises(ReadingError, match=f"^{name} has 10,001 characters, more than 10,000: shorten it"):
        read(**{name: "x" * 10_001})
    assert read(**{name: "x" * 10_000}).text == "Satu kalimat saja."
