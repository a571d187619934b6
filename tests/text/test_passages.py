"""Articles into passages: exact offsets, nothing lost, nothing too long."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Article, Passage
from rag.text.passages import CountTokens, cut_passages, headed, joined_headings, titled
from tests.conftest import article


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def count_characters(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


def count_pieces(texts: Sequence[str]) -> list[int]:
    """Count as a subword tokenizer may: "▁" and a few letters a token, so joining saves or costs one."""
    return [sum(-(-(len(word) + 1) // 3) for word in text.split()) for text in texts]


def count_unevenly(texts: Sequence[str]) -> list[int]:
    """Count as no tokenizer should: a joined text may have more tokens than its parts together."""
    return [len(text) + len(text) // 7 for text in texts]


def cut(*paragraphs: str, max_tokens: int) -> list[str]:
    return [passage.text for passage in passages(article("a", *paragraphs), max_tokens=max_tokens)]


def passages(source: Article, *, max_tokens: int) -> list[Passage]:
    return cut_passages(source, count_tokens=count_words, max_tokens=max_tokens)


def test_a_short_paragraph_is_one_passage() -> None:
    assert passages(article("a", "Satu dua.", "Tiga."), max_tokens=2) == [
        Passage(paragraph=1, start=0, end=9, text="Satu dua."),
        Passage(paragraph=2, start=11, end=16, text="Tiga."),
    ]


def test_a_short_paragraph_keeps_its_white_space() -> None:
    assert passages(article("a", " Satu \n"), max_tokens=2) == [
        Passage(paragraph=1, start=0, end=7, text=" Satu \n")
    ]


def test_a_blank_paragraph_gives_no_passage_and_keeps_its_number() -> None:
    (passage,) = passages(article("a", " \n", "Satu."), max_tokens=2)
    assert passage == Passage(paragraph=2, start=4, end=9, text="Satu.")
    assert passages(article("a", "", "\t"), max_tokens=2) == []
    assert passages(article("a"), max_tokens=2) == []


def test_a_long_paragraph_is_cut_at_the_ends_of_sentences() -> None:
    text = "Satu dua tiga. Empat lima enam. Tujuh delapan. Sembilan."
    assert cut(text, max_tokens=6) == ["Satu dua tiga. Empat lima enam.", "Tujuh delapan. Sembilan."]


def test_the_parts_of_a_paragraph_are_about_equally_long() -> None:
    text = " ".join(["Satu dua tiga."] * 4)
    assert [len(part.split()) for part in cut(text, max_tokens=9)] == [6, 6]  # not 9 and 3


def test_a_sentence_too_long_is_cut_at_the_space_nearest_to_its_middle() -> None:
    assert cut("satu dua tiga empat lima enam", max_tokens=3) == ["satu dua tiga", "empat lima enam"]


def test_a_text_without_any_space_is_cut_between_two_characters() -> None:
    parts = cut_passages(article("a", "x" * 100), count_tokens=count_characters, max_tokens=30)
    assert [(part.start, part.end) for part in parts] == [(0, 25), (25, 50), (50, 75), (75, 100)]


def test_a_long_thai_paragraph_without_full_stops_is_cut_at_its_spaces() -> None:
    clause = "กรุงเทพมหานครประกาศเตือนน้ำท่วม"
    source = article("a", " ".join([clause] * 12), language="th")
    parts = cut_passages(source, count_tokens=count_characters, max_tokens=150)
    assert all(set(part.text.split(" ")) == {clause} for part in parts)


def test_each_text_follows_the_title() -> None:
    assert titled("Panen", ["Naik.", "Turun."], count_tokens=count_words, max_tokens=2) == [
        "Panen. Naik.",
        "Panen. Turun.",
    ]


def test_a_title_is_left_out_if_it_makes_any_text_too_long() -> None:
    assert titled("Panen", ["Naik.", "Turun lagi."], count_tokens=count_words, max_tokens=2) == [
        "Naik.",
        "Turun lagi.",
    ]


def test_without_a_title_or_texts_nothing_is_added() -> None:
    assert titled("", ["Naik."], count_tokens=count_words, max_tokens=2) == ["Naik."]
    assert titled("Panen", [], count_tokens=count_words, max_tokens=2) == []


def test_offsets_count_code_points() -> None:
    source = article("a", "😀 e\u0301.", "👨‍👩‍👧 ya.")
    first, second = passages(source, max_tokens=9)
    assert (first.start, first.end, second.start, second.end) == (0, 5, 7, 16)
    assert source.text[second.start : second.end] == "👨‍👩‍👧 ya."


SIGNS = st.sampled_from(
    [*"abcdé 1.,!? \n\u3000。中文กำ\u0301\u200d😀", ". ", "! ", " kopi ", "Dr. ", "。", "\r\n"]
)
PARAGRAPHS = st.lists(st.lists(SIGNS, max_size=80).map("".join), max_size=4)


@pytest.mark.parametrize("count_tokens", [count_words, count_characters, count_pieces, count_unevenly])
@given(
    paragraphs=PARAGRAPHS,
    language=st.sampled_from(["id", "en", "zh-Hans", "th", "ar"]),
    max_tokens=st.integers(min_value=1, max_value=25),
)
def test_passages_of_any_article_satisfy_every_invariant(
    paragraphs: list[str], language: str, max_tokens: int, count_tokens: CountTokens
) -> None:
    source = article("a", *paragraphs, language=language)
    cut = cut_passages(source, count_tokens=count_tokens, max_tokens=max_tokens)
    numbered = {paragraph.number: paragraph for paragraph in source.numbered_paragraphs()}
    covered: set[int] = set()
    end_before = 0
    for passage in cut:
        paragraph = numbered[passage.paragraph]
        assert source.text[passage.start : passage.end] == passage.text
        assert paragraph.start <= passage.start < passage.end <= paragraph.end
        assert end_before <= passage.start
        assert count_tokens([passage.text])[0] <= max_tokens or len(passage.text) == 1
        assert passage.text.strip()
        covered.update(range(passage.start, passage.end))
        end_before = passage.end
    left_out = [place for place in range(len(source.text)) if place not in covered]
    assert all(source.text[place].isspace() for place in left_out)
    for paragraph in numbered.values():
        if paragraph.text.strip() and count_tokens([paragraph.text])[0] <= max_tokens:
            assert [part.text for part in cut if part.paragraph == paragraph.number] == [paragraph.text]


@pytest.mark.parametrize("filler", [" ", "\u3000", "\U00012000"])
def test_a_text_of_few_tokens_but_many_characters_is_split(filler: str) -> None:
    # To an encoder white space is nothing, and a run of signs that it does not know is one token.
    long = article("a", f"Panen kopi pada Senin{filler * 5000} naik.")
    passages = cut_passages(long, count_tokens=lambda texts: [1] * len(texts), max_tokens=40)
    assert max(len(passage.text) for passage in passages) <= 40 * 16
    assert "".join("".join(p.text for p in passages).split()) == "".join(long.text.split())


def test_a_heading_belongs_to_the_paragraphs_below_it() -> None:
    source = Article(id="a", paragraphs=("Pembuka.", "Biaya", "Gratis."), language="id", headings=(2,))
    found = cut_passages(source, count_tokens=count_words, max_tokens=20)
    assert [passage.text for passage in found] == ["Pembuka.", "Gratis."]
    texts = [(joined_headings(source.headings_above(passage.paragraph)), passage.text) for passage in found]
    assert headed(texts, count_tokens=count_words, max_tokens=20) == ["Pembuka.", "Biaya\nGratis."]
    assert headed(texts, count_tokens=count_words, max_tokens=1) == ["Pembuka.", "Gratis."]
