"""What a reader does with the page: ask, check a quote, read the article, ask on, filter, stop, copy."""

import json
from typing import Any
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode

import httpx2
import pytest
from playwright.sync_api import Request, expect
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.routing import Mount

from api.openai_door.citation_shapes import CitationUrls
from rag.datatypes import Citation
from tests.openai_server import Script
from tests.page.articles import ARABIC_QUOTE, COFFEE, QUOTE
from tests.page.conftest import Visiting
from tests.page.visit import Visit

QUESTION = "Berapa ton panen kopi?"
WRITTEN = Script(
    [
        "Panen kopi mencapai 1.500,5 ton. {1} ",
        "Panen kopi mencapai 9.700 ton. {1}\n\n",
        "Presiden Mars datang ke Jakarta pada 1 April 1999. {1}",
    ]
)


def selected(seen: Visit) -> str:
    """Return what is highlighted in the article that is open."""
    return seen.article.locator("mark").inner_text()


def body_of(request: Request) -> dict[str, Any]:
    """Return what a request of the page sent."""
    body: dict[str, Any] = json.loads(request.post_data or "")
    return body


# Asking


def test_an_empty_page_explains_itself(visit: Visiting) -> None:
    seen = visit()
    expect(seen.page.get_by_role("heading", name="What do you want to know?")).to_be_visible()
    expect(seen.page.locator("#corpus")).to_have_text("5 articles available")
    expect(seen.page.get_by_role("button", name="New conversation")).to_be_hidden()


def test_a_question_is_answered_with_a_citation(visit: Visiting) -> None:
    seen = visit()
    turn = seen.answered(QUESTION)
    expect(turn.get_by_role("heading", level=2)).to_have_text(QUESTION)
    expect(seen.text.locator(".said").first).to_have_text(QUOTE)
    expect(seen.text.locator(".marker").first).to_have_text("[1]")
    expect(turn.locator(".sources li").first).to_contain_text("Panen kopi naik")
    expect(turn.locator(".sources li").first).to_contain_text("KABAR · June 3, 2025 · Indonesian")
    expect(seen.field).to_have_value("")
    expect(seen.page).to_have_title(f"{QUESTION} · Kutip")
    expect(seen.status).to_have_text("Answer ready: 1 claim, 1 citation.")


def test_shift_enter_starts_a_new_line_and_an_empty_question_is_not_sent(visit: Visiting) -> None:
    seen = visit()
    seen.field.press("Enter")
    seen.field.fill("Berapa")
    seen.field.press("Shift+Enter")
    expect(seen.field).to_have_value("Berapa\n")
    expect(seen.turn).to_have_count(0)


@pytest.mark.parametrize("composing", [{"isComposing": True}, {"keyCode": 229}])
def test_enter_that_accepts_a_composed_word_asks_nothing(visit: Visiting, composing: dict[str, Any]) -> None:
    seen = visit()
    seen.field.fill("コーヒー")
    seen.field.dispatch_event("keydown", {"key": "Enter", "cancelable": True, **composing})
    expect(seen.turn).to_have_count(0)
    expect(seen.field).to_have_value("コーヒー")
    seen.field.press("Enter")
    expect(seen.turn).to_have_count(1)


def test_the_ask_button_gives_its_focus_to_stop(visit: Visiting) -> None:
    seen = visit(served_with={"script": Script(hang_seconds=5)})
    seen.field.fill(QUESTION)
    ask, stop = (seen.page.locator(name) for name in ("#ask", "#stop"))
    ask.focus()
    ask.press("Enter")
    expect(stop).to_be_focused()
    stop.press("Enter")
    expect(seen.field).to_be_focused()


def test_an_answer_is_shown_while_it_is_written(visit: Visiting) -> None:
    pieces = ["Panen kopi mencapai 1.500,5 ton. {1} ", *["Harga kopi Rp92.000. {2} "] * 40]
    seen = visit(served_with={"script": Script(pieces, drip_seconds=0.1)})
    seen.ask(QUESTION)
    expect(seen.text).to_contain_text("Panen kopi mencapai 1.500,5 ton.")
    expect(seen.turn).to_have_attribute("aria-busy", "true")
    expect(seen.status).to_have_text("Writing…")
    expect(seen.page.get_by_role("button", name="Ask")).to_be_hidden()
    marker = seen.text.locator(".marker").first
    marker.press("Enter")
    expect(seen.quote).to_be_visible()
    expect(seen.text.locator(".claim")).not_to_have_count(1)
    expect(seen.quote).to_be_visible()  # what is written meanwhile does not close it
    seen.page.keyboard.press("Escape")
    expect(marker).to_be_focused()
    seen.page.get_by_role("button", name="Stop").click()
    expect(seen.turn).to_have_attribute("data-state", "stopped")


def test_the_text_stays_when_the_answer_is_stopped(visit: Visiting) -> None:
    seen = visit(
        served_with={
            "script": Script(["Panen kopi mencapai 1.500,5 ton. {1} ", *["Lalu "] * 200], drip_seconds=0.1)
        }
    )
    seen.ask(QUESTION)
    expect(seen.text).to_contain_text("Panen kopi mencapai 1.500,5 ton.")
    seen.page.get_by_role("button", name="Stop").press("Enter")
    expect(seen.turn.locator(".notice")).to_contain_text("Stopped.")
    expect(seen.text).to_contain_text("Panen kopi mencapai 1.500,5 ton.")
    expect(seen.field).to_be_focused()
    expect(seen.page.get_by_role("button", name="Ask")).to_be_visible()


# Claims and citations


def test_claims_show_their_verdict_in_words(visit: Visiting) -> None:
    seen = visit(served_with={"script": WRITTEN})
    seen.answered(QUESTION)
    claims = seen.text.locator(".claim")
    expect(claims.nth(0)).to_have_class("claim supported")
    expect(claims.nth(0)).to_contain_text("(supported)")
    expect(claims.nth(1)).to_have_class("claim contradicted")
    expect(claims.nth(1).locator(".verdict")).to_have_text("≠ the source says otherwise")
    expect(claims.nth(2)).to_have_class("claim unsupported")
    expect(claims.nth(2).locator(".verdict")).to_have_text("? no source supports this")
    expect(seen.text.locator("p")).to_have_count(2)


def test_a_marker_opens_the_quote_in_its_paragraph(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    seen.text.locator(".marker").first.click()
    expect(seen.quote.locator("mark")).to_have_text(QUOTE)
    expect(seen.quote.locator("blockquote")).to_have_text(
        f"Pasar ramai ☕😀𝔘. {QUOTE} 🎉 Petani menyambut baik kenaikan itu."
    )
    for known in (
        "Panen kopi naik",
        "KABAR",
        "Siti Aminah",
        "June 3, 2025 at 1:27 PM UTC+07:00",
        "Indonesian",
    ):
        expect(seen.quote).to_contain_text(known)
    link = seen.quote.get_by_role("link", name="Open page at the quote")
    address = "https://example.org/kopi#:~:text=" + percent_encode(QUOTE, safe="")
    expect(link).to_have_attribute("href", address)
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_the_quote_can_be_opened_and_closed_by_keyboard(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    marker = seen.text.locator(".marker").first
    marker.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.quote).to_be_focused()
    expect(marker).to_have_attribute("aria-expanded", "true")
    seen.page.keyboard.press("Tab")
    expect(seen.quote.get_by_role("button", name="Close")).to_be_focused()
    seen.page.keyboard.press("Escape")
    expect(seen.quote).to_be_hidden()
    expect(marker).to_be_focused()
    expect(marker).to_have_attribute("aria-expanded", "false")


def test_only_the_marker_of_the_open_quote_is_expanded(visit: Visiting) -> None:
    seen = visit()
    seen.answered("Panen kopi? Harga kopi?")
    first, second = seen.text.locator(".marker").nth(0), seen.text.locator(".marker").nth(1)
    for marker in (first, second):
        # Without a pointer nothing closes the quote that is open before the next one opens.
        marker.evaluate("marker => marker.click()")
        expect(marker).to_have_attribute("aria-expanded", "true")
    expect(first).to_have_attribute("aria-expanded", "false")


def test_the_article_opens_at_the_quote_and_gives_the_focus_back(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    marker = seen.text.locator(".marker").first
    marker.click()
    seen.quote.get_by_role("button", name="Read in the article").click()
    expect(seen.article.get_by_role("heading", name="Panen kopi naik")).to_be_focused()
    expect(seen.article.locator("mark")).to_be_in_viewport()
    assert selected(seen) == QUOTE
    expect(seen.article.locator(".body p")).to_have_count(len(COFFEE.paragraphs))
    expect(seen.article.get_by_role("link", name="Original page")).to_have_attribute(
        "href", "https://example.org/kopi"
    )
    seen.page.keyboard.press("Escape")
    expect(seen.article).to_be_hidden()
    expect(marker).to_be_focused()


def test_right_to_left_sources_are_shown_correctly(visit: Visiting) -> None:
    seen = visit()
    seen.answered("كم ارتفعت أسعار البن في اليمن؟")
    quotation = seen.text.locator("p", has_text=ARABIC_QUOTE)
    expect(quotation).to_have_attribute("dir", "rtl")
    expect(quotation).to_have_attribute("lang", "ar")
    quotation.locator(".marker").click()
    expect(seen.quote.locator("mark")).to_have_text(ARABIC_QUOTE)
    expect(seen.quote.locator("blockquote")).to_have_attribute("dir", "rtl")
    seen.quote.get_by_role("button", name="Read in the article").click()
    assert selected(seen) == ARABIC_QUOTE
    for part in (seen.article.get_by_role("heading"), seen.article.locator("mark")):
        expect(part).to_have_css("direction", "rtl")


# The conversation


def test_a_follow_up_uses_the_conversation(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    with seen.page.expect_request("**/v1/ask") as asking:
        seen.answered("Dan kapan itu?")
    assert [message["role"] for message in body_of(asking.value)["messages"]] == ["user", "assistant"]
    expect(seen.turn.locator(".understood")).to_have_text("Understood as: ton panen kopi: Dan kapan itu?")
    expect(seen.page.locator(".turn")).to_have_count(2)


def test_a_new_conversation_does_not_use_the_old_one(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    seen.page.get_by_role("button", name="New conversation").click()
    expect(seen.turn).to_have_count(0)
    expect(seen.field).to_be_focused()
    with seen.page.expect_request("**/v1/ask") as asking:
        seen.answered("Dan kapan itu?")
    assert body_of(asking.value)["messages"] == []


def test_an_answer_is_copied_with_its_citations(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    seen.turn.get_by_role("button", name="Copy with citations").click()
    expect(seen.status).to_have_text("Copied")
    copied = seen.page.evaluate("navigator.clipboard.readText()")
    link = "https://example.org/kopi#:~:text=" + percent_encode(QUOTE, safe="")
    source = f"[1] “{QUOTE}” Panen kopi naik, KABAR, June 3, 2025. {link}"
    assert copied.split("\n\n") == [f"{QUOTE} [1]", source]


def test_the_label_of_copy_returns_after_two_clicks(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    button = seen.turn.locator(".actions button").last
    label = button.inner_text()
    for _ in range(2):
        button.click()
        expect(button).to_have_text("Copied")
    expect(button).to_have_text(label, timeout=5000)
    seen.page.wait_for_timeout(2200)  # a timer of the second click would be over, too
    expect(button).to_have_text(label)


def test_an_answer_can_be_copied_without_the_clipboard_api(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    seen.page.evaluate("""() => {
      const { clipboard } = navigator;
      window.readClipboard = () => clipboard.readText();
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
    }""")
    seen.turn.get_by_role("button", name="Copy with citations").click()
    expect(seen.turn.get_by_role("button", name="Copied")).to_be_focused()
    assert seen.page.evaluate("readClipboard()").startswith(f"{QUOTE} [1]")


# Addresses


def test_an_address_asks_its_question_with_its_filters(visit: Visiting) -> None:
    query = {"q": "Berapa harga kopi?", "outlet": "LINTANG", "published_from": "2025-01-01"}
    seen = visit("/?" + urlencode(query))
    expect(seen.text).to_contain_text("Rp92.000")
    expect(seen.text).not_to_contain_text("Panen")
    expect(seen.page.locator("#filter-count")).to_have_text("(2 active)")
    expect(seen.turn.locator(".remark")).to_have_text(
        "1 article without a date was left out because of the date range."
    )
    seen.turn.get_by_role("button", name="Copy link to the question").click()
    expect(seen.status).to_have_text("Copied")
    assert seen.page.evaluate("navigator.clipboard.readText()") == f"{seen.url}/?{urlencode(query)}"


def quoted_address(**changed: object) -> str:
    start = COFFEE.text.index(QUOTE)
    place = {
        "article": COFFEE.id,
        "version": COFFEE.version,
        "start": start,
        "end": start + len(QUOTE),
        **changed,
    }
    return "/?" + urlencode({name: value for name, value in place.items() if value is not None})


@pytest.mark.parametrize("changed", [{}, {"version": None}])
def test_an_address_shows_an_article_at_a_quote(visit: Visiting, changed: dict[str, None]) -> None:
    seen = visit(quoted_address(**changed))
    expect(seen.article.get_by_role("heading", name="Panen kopi naik")).to_be_visible()
    assert selected(seen) == QUOTE
    expect(seen.article.locator("mark")).to_be_in_viewport()
    expect(seen.field).to_be_hidden()
    seen.article.get_by_role("button", name="Close").click()
    expect(seen.field).to_be_focused()
    assert seen.page.url == seen.url + "/"


SPANS: list[tuple[dict[str, object], list[str]]] = [
    ({"start": None, "end": None}, []),
    ({"start": 10**9, "end": 10**9 + 5}, []),
    ({"start": "x", "end": "<b>"}, []),
    ({"start": 5, "end": 2}, []),
    ({"start": -5, "end": 5}, ["Pasar"]),
    ({"start": 15, "end": 30}, ["ramai.", "Pasar p"]),
]


def test_an_article_is_shown_for_any_span_in_the_address(visit: Visiting) -> None:
    seen = visit()
    for changed, highlighted in SPANS:
        seen.open(quoted_address(**changed))
        expect(seen.article.locator(".body p")).to_have_count(len(COFFEE.paragraphs))
        expect(seen.article.locator("mark")).to_have_text(highlighted)


def test_the_link_to_a_quote_leads_to_it(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    seen.turn.locator(".sources").get_by_role("button", name="Read in the article").first.click()
    link = seen.article.get_by_role("link", name="Link to this passage")
    expect(seen.article.locator("mark")).to_have_text(QUOTE)
    seen.open("/" + str(link.get_attribute("href")))
    expect(seen.article.locator("mark")).to_have_text(QUOTE)


def test_a_citation_without_a_url_links_to_the_reading_view(visit: Visiting) -> None:
    seen = visit()
    asked = {"question": "When did the electric bus begin its first route?", "filters": {"language": "en"}}
    reply = httpx2.post(f"{seen.url}/v1/ask", json=asked).json()
    citation = TypeAdapter(Citation).validate_python(reply["citations"][0])
    seen.page.goto(CitationUrls(seen.url).quote_url(citation))
    expect(seen.article.locator("mark")).to_have_text(citation.quote)


def test_an_old_version_is_shown_as_it_was(visit: Visiting) -> None:
    seen = visit(served_with={"articles": [COFFEE]})
    edited = {"id": COFFEE.id, "text": "Artikel ini dicabut.", "title": "Ralat", "language": "id"}
    assert httpx2.post(f"{seen.url}/v1/articles", json=edited).status_code == 200
    seen.open(quoted_address())
    expect(seen.article.locator("mark")).to_have_text(QUOTE)
    seen.open(quoted_address(version=None, start=None, end=None))
    expect(seen.article.locator(".body")).to_have_text("Artikel ini dicabut.")


# Filters


def test_filters_limit_the_articles_of_an_answer(visit: Visiting) -> None:
    seen = visit()
    seen.page.get_by_text("Filters", exact=True).click()
    seen.page.get_by_role("checkbox", name="LINTANG 2").check()
    seen.page.get_by_role("checkbox", name="Indonesian 3").check()
    seen.page.get_by_label("From").fill("2025-01-01")
    expect(seen.page.locator("#filter-count")).to_have_text("(3 active)")
    with seen.page.expect_request("**/v1/ask") as asking:
        seen.answered("Berapa harga kopi?")
    assert body_of(asking.value)["filters"] == {
        "language": ["id"],
        "outlet": ["LINTANG"],
        "published_from": "2025-01-01",
    }
    expect(seen.turn.locator(".sources li")).to_have_count(1)
    seen.page.get_by_role("button", name="Clear filters").click()
    expect(seen.page.locator("#filter-count")).to_be_empty()
    with seen.page.expect_request("**/v1/ask") as asking:
        seen.answered(QUESTION)
    assert body_of(asking.value)["filters"] == {}


# The interface


@pytest.mark.parametrize(
    ("locale", "chosen"), [("id-ID", "id"), ("en-GB", "en"), ("ms-MY", "id"), ("de-DE", "en")]
)
def test_the_interface_uses_the_reader_s_language(visit: Visiting, locale: str, chosen: str) -> None:
    seen = visit(locale=locale)
    expect(seen.page.locator("html")).to_have_attribute("lang", chosen)
    expect(seen.page.locator("#ask")).to_have_text({"id": "Tanya", "en": "Ask"}[chosen])


def test_the_language_can_be_switched_and_is_kept(visit: Visiting) -> None:
    seen = visit()
    seen.answered(QUESTION)
    seen.page.get_by_role("button", name="Bahasa Indonesia").click()
    expect(seen.turn.get_by_role("heading", level=3)).to_have_text("Sumber")
    expect(seen.turn.locator(".sources li").first).to_contain_text("KABAR · 3 Juni 2025 · Indonesia")
    expect(seen.field).to_have_attribute("placeholder", "Tanyakan pada artikel…")
    seen.turn.get_by_role("button", name="Baca dalam artikel").click()
    seen.page.get_by_role("button", name="English").click()
    expect(seen.article.get_by_role("link", name="Original page")).to_be_visible()
    assert selected(seen) == QUOTE
    seen.page.get_by_role("button", name="Bahasa Indonesia").click()
    seen.page.reload()
    expect(seen.page.locator("html")).to_have_attribute("lang", "id")
    expect(seen.page.get_by_role("button", name="Bahasa Indonesia")).to_have_attribute("aria-pressed", "true")


def test_light_and_dark_follow_the_system(visit: Visiting) -> None:
    seen = visit(color_scheme="dark")
    expect(seen.page.locator("html")).to_have_css("background-color", "rgb(22, 23, 26)")
    seen.page.emulate_media(color_scheme="light")
    expect(seen.page.locator("html")).to_have_css("background-color", "rgb(251, 249, 245)")


def test_on_a_phone_nothing_is_wider_than_the_screen(visit: Visiting) -> None:
    seen = visit(viewport={"width": 320, "height": 600}, has_touch=True)
    seen.answered(QUESTION)
    assert seen.page.evaluate("document.documentElement.scrollWidth") == 320
    seen.text.locator(".marker").first.tap()
    expect(seen.quote.get_by_role("button", name="Read in the article")).to_be_visible()
    box = seen.quote.bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 320, 600)
    seen.quote.get_by_role("button", name="Read in the article").click()
    expect(seen.article.locator("mark")).to_be_in_viewport()
    box = seen.article.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 320, "height": 600}
    assert seen.page.evaluate("document.querySelector('#article').scrollWidth") == 320


def test_an_article_stays_open_when_the_window_becomes_narrow_and_wide(visit: Visiting) -> None:
    seen = visit(quoted_address())
    for width in (500, 1280):
        seen.page.set_viewport_size({"width": width, "height": 700})
        expect(seen.article.locator("mark")).to_have_text(QUOTE)
        expect(seen.article).to_be_visible()
    seen.page.keyboard.press("Escape")
    expect(seen.field).to_be_visible()


def test_the_page_works_under_a_path_of_a_larger_site(visit: Visiting) -> None:
    def under_a_path(app: Any) -> Starlette:
        return Starlette(routes=[Mount("/tanya", app)])

    seen = visit("/tanya/", served_with={"around": under_a_path})
    seen.answered(QUESTION)
    seen.text.locator(".marker").first.click()
    expect(seen.quote.locator("blockquote")).to_contain_text("Petani menyambut baik")
    seen.page.get_by_role("link", name="Kutip").click()
    expect(seen.turn).to_have_count(0)
    assert seen.page.url == f"{seen.url}/tanya/"
