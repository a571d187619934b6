"""A language model's text, torn anywhere, into sentences with the evidence they name."""

import re
import time
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.prompts import Frame
from rag.verification.claims import Sentence, SentenceReader, UsualMarkers

FRAME = Frame(word="q00ff")
BROKEN_OFF = r"\[\[q00ff:[^\[\]]*\]?\Z"


def read(pieces: Iterable[str], *, language: str = "en") -> tuple[list[Sentence], bool]:
    reader = SentenceReader(FRAME, language=language)
    sentences = [sentence for piece in pieces for sentence in reader.feed(piece)]
    return [*sentences, *reader.finish()], reader.is_refusal


def sentences_of(text: str, *, language: str = "en") -> list[tuple[str, tuple[int, ...]]]:
    sentences, _ = read([text], language=language)
    return [(sentence.text, sentence.evidence) for sentence in sentences]


def m(*numbers: int) -> str:
    """Write markers as the prompt asks for them."""
    return "".join(FRAME.marker(number) for number in numbers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Prices rose. {m(1)} Rain fell. {m(2)}", [("Prices rose.", (1,)), ("Rain fell.", (2,))]),
        (f"Prices rose {m(1)}. Rain fell {m(2)}.", [("Prices rose.", (1,)), ("Rain fell.", (2,))]),
        (f"Prices rose.{m(1)}Rain fell.{m(2)}", [("Prices rose.", (1,)), ("Rain fell.", (2,))]),
        (f"Prices{m(1)} rose. Rain fell.", [("Prices rose.", (1,)), ("Rain fell.", ())]),
        (f"Prices rose {m(2, 1, 2)}.", [("Prices rose.", (2, 1))]),
        ("Prices rose [[q00ff:1, 3,2]].", [("Prices rose.", (1, 3, 2))]),
        ("Prices rose [[q00ff: 4 ]].", [("Prices rose.", (4,))]),
        ("Prices rose [[q00ff:٢]].", [("Prices rose.", (2,))]),
        (f"{m(1)} Prices rose.", [("Prices rose.", (1,))]),
        (f"Prices rose.\n{m(1)}\n\nRain fell.\n{m(2)}\n", [("Prices rose.", (1,)), ("Rain fell.", (2,))]),
        (f"No full stop here {m(1)}", [("No full stop here", (1,))]),
        (f"One line\nanother {m(1)}", [("One line", ()), ("another", (1,))]),
        (f"Prices rose, {m(1)} rain fell, {m(2)} said he.", [("Prices rose, rain fell, said he.", (1, 2))]),
        ("", []),
        (" \n ", []),
        (m(1), []),
    ],
)
def test_a_sentence_has_the_markers_inside_and_after_it(
    text: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert sentences_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Prices rose [1].",
        "Prices rose 【1】.",
        "Prices rose [Reuters] in [2024].",
        "Prices rose [[1]].",
        "Prices rose [[q00fe:1]].",
        "Prices rose [[q00ff:one]].",
        "Prices rose [q00ff:1].",
        "Prices rose [[q00ff:1].",
        "Prices rose [[",
        "Prices rose [",
        "Prices rose [[q00ff:" + "1," * 40 + "]].",
    ],
)
def test_a_text_that_only_looks_like_a_marker_stays_text(text: str) -> None:
    assert sentences_of(text) == [(text, ())]


@pytest.mark.parametrize("text", ["[[q00ff:none]]", " [[q00ff: none]] ", "Sorry. [[q00ff:none]]"])
def test_the_refusal_marker_is_not_text(text: str) -> None:
    sentences, is_refusal = read(text)
    assert is_refusal
    assert [sentence.text for sentence in sentences] == ([] if "Sorry" not in text else ["Sorry."])


def test_the_refusal_marker_of_another_frame_is_text() -> None:
    sentences, is_refusal = read(["[[q00fe:none]]"])
    assert not is_refusal
    assert [sentence.text for sentence in sentences] == ["[[q00fe:none]]"]


def test_list_items_are_sentences_with_bullets_before_them() -> None:
    sentences, _ = read([f"1. Prices rose. {m(1)}\n2. Rain fell. {m(2)}\n- So it goes. {m(1)}"])
    assert [(sentence.lead, sentence.text, sentence.evidence) for sentence in sentences] == [
        ("1. ", "Prices rose.", (1,)),
        ("\n2. ", "Rain fell.", (2,)),
        ("\n- ", "So it goes.", (1,)),
    ]


def test_the_white_space_between_sentences_is_kept() -> None:
    sentences, _ = read([f"Prices rose. {m(1)}  Rain fell.\n\n{m(2)}Snow too."])
    assert [(sentence.lead, sentence.text) for sentence in sentences] == [
        ("", "Prices rose."),
        ("  ", "Rain fell."),
        ("\n\n", "Snow too."),
    ]


def test_languages_without_spaces() -> None:
    text = f"价格上涨了。{m(1)}昨天下雨了！{m(2)}没有句号"
    assert sentences_of(text, language="zh-Hans") == [
        ("价格上涨了。", (1,)),
        ("昨天下雨了！", (2,)),
        ("没有句号", ()),
    ]


def test_a_sentence_is_yielded_while_the_next_is_being_written() -> None:
    reader = SentenceReader(FRAME, language="en")
    assert list(reader.feed(f"Prices rose a lot. {m(1)} ")) == []
    assert list(reader.feed("Rain fell in June one day")) == [
        Sentence(lead="", text="Prices rose a lot.", evidence=(1,))
    ]


def test_a_date_split_after_its_full_stop_does_not_end_a_sentence() -> None:
    sentences, _ = read("Es war am 3. Januar des Jahres. Danach regnete es sehr lange.", language="de")
    assert [sentence.text for sentence in sentences] == [
        "Es war am 3. Januar des Jahres.",
        "Danach regnete es sehr lange.",
    ]


FRAGMENTS = st.sampled_from(
    [
        *(m(1), m(2), "[[q00ff:1, 2]]", "[[q00ff:none]]", "[[q00ff:9", "[[", "[", "]]", "[1]", "[[1]]"),
        *(". ", ".", "! ", "? ", "。", "\n", "\n\n", " ", "  ", "… ", '"', "“", "”", "(", ") "),
        *(
            "Prices rose",
            "Dr. Budi",
            "am 3. Januar",
            "1.500,5",
            "价格上涨",
            "ราคาขึ้น",
            "😀",
            "السعر",
            "1. ",
            "- ",
        ),
    ]
)


@given(
    text=st.lists(FRAGMENTS, max_size=40).map("".join),
    cuts=st.lists(st.integers(0, 400), max_size=40),
    language=st.sampled_from(["en", "id", "de", "th", "zh-Hans", "und"]),
)
@example(text=f"A. {m(1)} B [[q00ff:1, 2]]. C", cuts=list(range(60)), language="en")
@example(text="“Foo. Bar.” said he, at some length. More of it.", cuts=list(range(60)), language="en")
def test_sentences_do_not_depend_on_how_the_text_is_split(text: str, cuts: list[int], language: str) -> None:
    places = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert read(pieces, language=language) == read([text], language=language)
    assert read(text, language=language) == read([text], language=language)


@pytest.mark.parametrize("broken_off", ["[[q00ff:", "[[q00ff:1", "[[q00ff:1, 2", "[[q00ff:1]", "[[q00ff:no"])
def test_an_unfinished_marker_is_not_text(broken_off: str) -> None:
    assert sentences_of(f"Prices rose. {broken_off}") == [("Prices rose.", ())]


@given(text=st.lists(FRAGMENTS, max_size=30).map("".join))
def test_only_markers_and_white_space_are_lost(text: str) -> None:
    sentences, _ = read([text])
    kept = "".join(sentence.lead + sentence.text for sentence in sentences)
    left = FRAME.marker_pattern.sub("", re.sub(BROKEN_OFF, "", text))
    assert "".join(kept.split()) == "".join(left.split())
    for sentence in sentences:
        assert sentence.text == sentence.text.strip() != ""


@pytest.mark.parametrize(
    "unit",
    ["word ", "x", "Prices rose. ", "Dr. ", '"a. ', "。", "[[", m(1), f"word {m(1)}", f"Up. {m(1)} "],
)
@pytest.mark.parametrize("piece_characters", [4, 200_000])
def test_a_huge_line_takes_linear_time(unit: str, piece_characters: int) -> None:
    text = (unit * (200_000 // len(unit) + 1))[:200_000]
    pieces: Sequence[str] = [text[at : at + piece_characters] for at in range(0, len(text), piece_characters)]

    def seconds() -> float:
        started = time.process_time()
        read(pieces)
        return time.process_time() - started

    assert any(seconds() < 2 for _ in range(3))  # other processes on the machine may slow down a try


@pytest.mark.parametrize("tear", [1, 3, 1000])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rain fell [1].", [("Rain fell.", (1,))]),
        (
            "```\nx = [1]\n```\nRain fell [1].",
            [("```", ()), ("x = [1]", ()), ("```", ()), ("Rain fell.", (1,))],
        ),
        ("Use `x[1]` here [2].", [("Use `x[1]` here.", (2,))]),
    ],
)
def test_usual_markers_are_read_outside_code(
    text: str, expected: list[tuple[str, tuple[int, ...]]], tear: int
) -> None:
    reader = SentenceReader(FRAME, language="en", usual_markers=UsualMarkers(2, ()))
    pieces = [text[at : at + tear] for at in range(0, len(text), tear)]
    found = [sentence for piece in pieces for sentence in reader.feed(piece)]
    found += reader.finish()
    assert [(sentence.text, sentence.evidence) for sentence in found] == expected
