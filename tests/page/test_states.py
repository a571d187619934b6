"""Everything that is not an answer: nothing yet, waiting, refusals, a language model that fails, errors."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from playwright.sync_api import Route, expect

from rag.access_keys import key_hash
from tests.openai_server import Script
from tests.page.articles import ARTICLES
from tests.page.conftest import Visiting

QUESTION = "Berapa ton panen kopi?"


def stream(*events: tuple[str, object]) -> str:
    return "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)


# Nothing, and waiting


def test_without_articles_the_page_says_how_to_add_some(visit: Visiting) -> None:
    seen = visit(served_with={"articles": []})
    expect(seen.page.locator("#corpus")).to_have_text(
        "There are no articles yet. Add some with: kutip ingest PATH…"
    )
    turn = seen.answered(QUESTION)
    expect(turn.locator(".remark")).to_have_text("Belum ada artikel.")  # in the answer's language
    expect(turn.locator(".sources")).to_have_count(0)


def test_waiting_is_announced(visit: Visiting) -> None:
    seen = visit(served_with={"script": Script(hang_seconds=5)})
    seen.ask(QUESTION)
    expect(seen.turn.locator(".progress")).to_have_text("Searching the articles…")
    expect(seen.status).to_have_text("Searching the articles…")
    seen.page.get_by_role("button", name="Stop").click()
    expect(seen.turn.locator(".notice")).to_contain_text("Stopped.")


# Refusals


def test_a_refusal_shows_the_closest_passages(visit: Visiting) -> None:
    seen = visit(served_with={"script": Script(["{none}"])})
    turn = seen.answered("What does the harvest of kopi weigh?")
    expect(seen.text).to_have_text("The available articles don't answer this question.")
    expect(seen.status).to_have_text("No answer in the articles")
    expect(turn.locator(".remark")).to_have_text("The nearest passages don't answer this question.")
    nearest = turn.locator(".nearest li")
    expect(nearest).to_have_count(3)
    passage = nearest.first.locator("blockquote").inner_text()
    nearest.first.get_by_role("button", name="Read in the article").click()
    expect(seen.article.locator("mark")).to_have_text(passage)


def test_filters_without_matches_are_reported(visit: Visiting) -> None:
    seen = visit("/?" + urlencode({"q": QUESTION, "outlet": "NOBODY"}))
    expect(seen.turn.locator(".remark")).to_have_text("Tidak ada artikel yang cocok dengan filter.")
    expect(seen.page.locator("#filter-count")).to_have_text("(1 active)")


# A language model that fails


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (Script(status=500), "The language model could not be reached."),
        (Script(status=429), "The language model accepts no more requests right now."),
        (Script(["Panen kopi "], finish_reason="length"), "The language model reached its length limit."),
        (Script(["Halo, apa kabar?"]), "The language model did not write about the articles."),
    ],
)
def test_a_degraded_answer_shows_the_reason(visit: Visiting, script: Script, reason: str) -> None:
    seen = visit(served_with={"script": script})
    turn = seen.answered(QUESTION)
    expect(turn.locator(".degraded")).to_have_text(
        f"{reason} The answer below quotes the articles word for word."
    )
    expect(seen.text).to_contain_text("Panen kopi mencapai 1.500,5 ton pada Senin (3/6).")
    expect(turn.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({}, "The language model failed. The answer below quotes the articles word for word."),
        ({"mode": "llm", "model": "scripted"}, "The language model failed."),
        ({"is_refusal": True, "refusal_reason": "nothing_relevant"}, "The language model failed."),
    ],
)
def test_only_verbatim_answers_are_called_so(visit: Visiting, changed: dict[str, object], shown: str) -> None:
    seen = visit()

    def fail(route: Route) -> None:
        asked = json.loads(route.request.post_data or "")["question"]
        answer = httpx2.post(f"{seen.url}/v1/ask", json={"question": asked}).json()
        body = stream(("answer", {**answer, "degraded": "llm_error", **changed}), ("done", {}))
        route.fulfill(content_type="text/event-stream", body=body)

    seen.page.route("**/v1/ask", fail)
    expect(seen.answered(QUESTION).locator(".degraded")).to_have_text(shown)


def test_what_was_streamed_before_a_failure_is_replaced(visit: Visiting) -> None:
    seen = visit(
        served_with={"script": Script(["Panen kopi naik tajam. {1} ", "Harga ", "naik "], cut_after=2)}
    )
    seen.answered(QUESTION)
    expect(seen.text.locator(".said").first).to_have_text("Panen kopi mencapai 1.500,5 ton pada Senin (3/6).")
    expect(seen.text).not_to_contain_text("naik tajam")


# Errors


@pytest.mark.parametrize(
    ("question", "detail"),
    [("?!", "contains no word"), ("kopi " * 500, "The question has 2499 characters, the limit is 2000")],
)
def test_an_invalid_question_shows_the_error(visit: Visiting, question: str, detail: str) -> None:
    seen = visit()
    seen.expected = ["Failed to load resource"]
    turn = seen.answered(question)
    expect(turn.get_by_role("alert")).to_contain_text(detail)
    expect(seen.field).to_be_enabled()


def test_without_a_connection_the_question_can_be_asked_again(visit: Visiting) -> None:
    seen = visit()
    seen.expected = ["ERR_INTERNET_DISCONNECTED"]
    expect(seen.page.locator("#corpus")).not_to_be_empty()
    seen.page.context.set_offline(True)
    turn = seen.answered(QUESTION)
    expect(turn.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    seen.page.context.set_offline(False)
    turn.get_by_role("button", name="Try again").click()
    expect(seen.text).to_contain_text("1.500,5 ton")
    expect(turn.get_by_role("alert")).to_have_count(0)


def test_the_focus_is_kept_when_a_question_is_asked_again(visit: Visiting) -> None:
    seen = visit(served_with={"script": Script(hang_seconds=5)})
    stop = seen.page.get_by_role("button", name="Stop")
    seen.ask(QUESTION)
    stop.click()
    again = seen.turn.get_by_role("button", name="Try again")
    again.focus()
    again.press("Enter")
    expect(stop).to_be_focused()
    stop.press("Enter")
    expect(seen.field).to_be_focused()


PROBLEM = {"type": "about:blank", "title": "x", "status": 500, "detail": "Something unexpected failed."}


@pytest.mark.parametrize(
    ("reply", "alert"),
    [
        ({"status": 502, "body": "<h1>Bad gateway</h1>"}, "The server refused the request (502)."),
        ({"body": stream(("delta", {"text": "Panen"}))}, "The connection was lost before the answer"),
        ({"body": stream(("error", PROBLEM), ("done", {}))}, "Something unexpected failed."),
        ({"body": "event: delta\ndata: {torn\n\n"}, "JSON"),
    ],
)
def test_a_broken_reply_shows_an_error(visit: Visiting, reply: dict[str, Any], alert: str) -> None:
    seen = visit()
    seen.expected = ["Failed to load resource"]
    seen.page.route("**/v1/ask", lambda route: route.fulfill(content_type="text/event-stream", **reply))
    expect(seen.answered(QUESTION).get_by_role("alert")).to_contain_text(alert)
    if alert == "JSON":
        assert len(seen.page_errors) == 1  # a fault of ours is not hidden from the console
        seen.page_errors.clear()


def test_comments_and_unknown_events_in_a_stream_are_ignored(visit: Visiting) -> None:
    seen = visit()
    body = ": still there\n\n" + stream(("news", {"text": "x"}), ("delta", {"text": "Panen"}))
    seen.page.route("**/v1/ask", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    seen.answered(QUESTION)
    expect(seen.text).to_have_text("Panen")


def test_a_missing_article_is_reported(visit: Visiting) -> None:
    seen = visit("/?article=tiada&start=1&end=5")
    seen.expected = ["404"]
    expect(seen.article.get_by_role("alert")).to_have_text(
        "There is no article 'tiada'. GET /v1/articles lists the articles."
    )
    seen.page.keyboard.press("Escape")
    expect(seen.field).to_be_focused()


def test_a_quote_is_shown_even_if_its_article_cannot_be_loaded(visit: Visiting) -> None:
    seen = visit()
    seen.expected = ["ERR_FAILED"]
    seen.page.route("**/v1/articles/**", lambda route: route.abort())
    seen.answered(QUESTION)
    seen.text.locator(".marker").first.click()
    expect(seen.quote.locator("blockquote")).to_have_text(
        "Panen kopi mencapai 1.500,5 ton pada Senin (3/6). "
        "The paragraph around the quote could not be loaded."
    )


# Keys


KEY = "kunci-untuk-bertanya"


def test_the_page_asks_for_a_key_and_keeps_it_for_the_tab(
    visit: Visiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUTIP_API_KEYS", key_hash(KEY))
    seen = visit(served_with={"articles": ARTICLES})
    seen.expected = ["401"]
    turn = seen.answered(QUESTION)
    alert = turn.get_by_role("alert")
    expect(alert).to_have_text("This service requires an access key.")
    for wrong in ("salah-salah-salah-salah", "salah dan salah", "ключ от всего на свете", "kunci-é-kunci-é"):
        turn.get_by_label("Access key").fill(wrong)
        turn.get_by_label("Access key").press("Enter")
        expect(turn.get_by_label("Access key")).to_have_value("")
        expect(alert).to_have_text("This access key is not valid.")
    turn.get_by_label("Access key").fill(f" {KEY} ")
    turn.get_by_role("button", name="Send").click()
    expect(seen.text).to_contain_text("1.500,5 ton")
    expect(seen.page.locator("#languages input")).to_have_count(3)
    seen.page.reload()
    seen.answered(QUESTION)
    expect(seen.text).to_contain_text("1.500,5 ton")
    assert seen.page.evaluate("Object.keys(localStorage)") == []


def test_the_focus_is_kept_when_a_key_is_sent(visit: Visiting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_API_KEYS", key_hash(KEY))
    seen = visit(served_with={"script": Script(hang_seconds=5)})
    seen.expected = ["401"]
    turn = seen.answered(QUESTION)
    turn.get_by_label("Access key").fill(KEY)
    turn.get_by_label("Access key").press("Enter")
    stop = seen.page.get_by_role("button", name="Stop")
    expect(stop).to_be_focused()
    stop.press("Enter")


def test_the_article_view_asks_for_a_key_too(visit: Visiting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_API_KEYS", KEY)
    seen = visit("/?article=panen", served_with={"articles": ARTICLES})
    seen.expected = ["401"]
    expect(seen.article.get_by_role("alert")).to_have_text("This service requires an access key.")
    seen.article.get_by_label("Access key").fill(KEY)
    seen.article.get_by_label("Access key").press("Enter")
    expect(seen.article).to_contain_text("Rp92.000 per kilogram")
    seen.page.keyboard.press("Escape")
    expect(seen.page.locator("#languages input")).to_have_count(3)
