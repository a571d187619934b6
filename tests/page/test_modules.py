"""The page's functions that are worth asking alone: offsets, pieces of an answer, times."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

OFFSETS = "({ text, start, end }) => import('/page/text.js').then(({ slice }) => slice(text, start, end))"


@pytest.fixture(scope="module")
def page(browser: Browser, plain_url: str) -> Any:
    """Give a page that functions can be called in."""
    opened = browser.new_context(locale="en-US").new_page()
    opened.goto(plain_url)
    yield opened
    opened.context.close()


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("😀👩‍🌾𝔘ب"), max_size=30),
    start=st.integers(0, 35),
    length=st.integers(0, 35),
)
@hypothesis_settings(max_examples=150)
def test_offsets_count_code_points(page: Page, text: str, start: int, length: int) -> None:
    end = start + length
    assert page.evaluate(OFFSETS, {"text": text, "start": start, "end": end}) == text[start:end]
    cut = page.evaluate(OFFSETS.replace("slice", "cut"), {"text": text, "start": start, "end": end})
    assert cut == [text[:start], text[start:end], text[end:]]


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2025-07-27T13:27:00+07:00", "July 27, 2025 at 1:27 PM UTC+07:00"),
        ("2025-07-27T23:59:59Z", "July 27, 2025 at 11:59 PM UTC"),
        ("2025-07-27T00:00:00+09:00", "July 27, 2025"),
        ("2025-07-27", "July 27, 2025"),
        ("1908-02-01T10:00:00.123456+07:07", "February 1, 1908 at 10:00 AM UTC+07:07"),
        ("<b>", "<b>"),
    ],
)
def test_times_are_shown_in_the_source_s_time_zone(page: Page, time: str, shown: str) -> None:
    call = "(time) => import('/page/text.js').then(({ dayAndTime }) => dayAndTime(time))"
    assert page.evaluate(call, time).replace("\u202f", " ") == shown


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        *((tag, "rtl") for tag in ("ar", "fa", "he", "ur-PK", "ckb", "az-Arab")),
        *((tag, "auto") for tag in ("id", "zh-Hans", "az", "no tag")),
    ],
)
def test_the_direction_of_a_language(page: Page, language: str, direction: str) -> None:
    call = "(tag) => import('/page/text.js').then((text) => text.languageAttributes(tag).dir)"
    assert page.evaluate(call, language) == direction


def test_an_answer_is_cut_into_claims_and_markers(page: Page) -> None:
    text = "😀 Satu [1] tetap. [1] [2] Dua."
    written = {
        "text": text,
        "claims": [
            {"start": 2, "end": 17, "text": "Satu [1] tetap."},
            {"start": 26, "end": 30, "text": "Dua."},
        ],
        "citations": [
            {"number": 1, "claim": 0, "quote": "Satu [1] tetap."},
            {"number": 2, "claim": 0, "quote": "x"},
        ],
    }
    call = "(written) => import('/page/answer.js').then(({ pieces }) => pieces(written))"
    shown = page.evaluate(call, written)
    assert [piece["kind"] for piece in shown] == ["text", "claim", "marker", "marker", "text", "claim"]
    assert [piece["isVerbatim"] for piece in shown if piece["kind"] == "claim"] == [True, False]
    assert [piece["citation"]["number"] for piece in shown if piece["kind"] == "marker"] == [1, 2]
    assert [piece["text"] for piece in shown if piece["kind"] == "text"] == ["😀 ", " "]
