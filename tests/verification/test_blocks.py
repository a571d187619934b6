"""Markdown into the sentences that claim something, and the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verification.blocks import blocks


def found(text: str, *, in_code: bool = False) -> list[tuple[str, bool]]:
    split = blocks(text, language="id", in_code=in_code, is_line_start=True)
    return [(text[block.start : block.end], block.is_claim) for block in split]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Satu. Dua.", [("Satu.", True), ("Dua.", True)]),
        ("# Kopi\nNaik.", [("# Kopi", False), ("Naik.", True)]),
        ("**Kopi**\nNaik.", [("**Kopi**", False), ("Naik.", True)]),
        ("**500 orang tewas.**\nNaik.", [("**500 orang tewas.**", True), ("Naik.", True)]),
        ("__Apa yang naik?__", [("__Apa yang naik?__", False)]),
        ("Berikut faktanya:\n- Naik.", [("Berikut faktanya:", False), ("Naik.", True)]),
        ("1. Naik.\n   * [x] Turun.", [("Naik.", True), ("Turun.", True)]),
        ("5. Juni 1990.", [("5. Juni 1990.", True)]),
        ("> Naik.", [("Naik.", True)]),
        ("[^1]: Kompas\n---", [("[^1]: Kompas", False), ("---", False)]),
        ("```\nNaik.\n```\nTurun.", [("```", False), ("Naik.", False), ("```", False), ("Turun.", True)]),
        ("Naik 5%.", [("Naik 5%.", True)]),
        ("- ", [("-", False)]),
    ],
)
def test_blocks_are_classified_as_claims_or_not(text: str, expected: list[tuple[str, bool]]) -> None:
    assert found(text) == expected


def test_table_rows_are_claims_but_the_header_is_not() -> None:
    assert found("| Kota | Panen |\n|---|---|\n| Bogor | 12 ton |") == [
        ("Kota | Panen", False),
        ("|", False),
        ("|---|---|", False),
        ("Bogor | 12 ton", True),
        ("|", False),
    ]


def test_code_continues_across_calls() -> None:
    assert found("Naik.\n```\nTurun.", in_code=True) == [("Naik.", False), ("```", False), ("Turun.", True)]


LINES = st.sampled_from(
    ["# A", "- b.", "1. C. D.", "| a | b |", "|---|", "```", "Satu. Dua.", "", "  ", "> x", "**y**"]
)


@given(text=st.lists(LINES | st.text(max_size=8), max_size=12).map("\n".join))
def test_blocks_lose_no_letter_and_do_not_overlap(text: str) -> None:
    position = 0
    for block in blocks(text, language="id", in_code=False, is_line_start=True):
        assert position <= block.start < block.end
        assert not any(map(str.isalpha, text[position : block.start].replace("x", "").replace("X", "")))
        position = block.end
    assert not any(map(str.isalnum, text[position:]))


@pytest.mark.parametrize(
    ("row", "cells", "bars"),
    [
        ("| a | b |", "a | b", 1),
        ("  |a|  ", "a", 1),
        ("| a", "a", 0),
        ("| a ||", "a |", 1),
        ("| | a", "| a", 0),
    ],
)
def test_a_row_has_its_cells_and_its_closing_bar(row: str, cells: str, bars: int) -> None:
    found = list(blocks(row, language="id", in_code=False, is_line_start=True))
    assert [row[block.start : block.end] for block in found] == [*([cells] if cells else []), *["|"] * bars]
