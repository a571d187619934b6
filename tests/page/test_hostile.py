"""Articles, questions, addresses, replies and a language model that try to become part of the page.

That nothing ran, was added or was asked of elsewhere is held by every visit (`check_promises`).
"""

from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import expect

from tests.openai_server import Script
from tests.page.articles import ATTACK, HOSTILE
from tests.page.conftest import Visiting

MODEL_OUTPUT = (
    f"Gempa {ATTACK} mengguncang kota. {{1}}\n"
    "- [klik](javascript:alert(5)) ![gambar](https://evil.example/x.png)\n"
    "<a href='https://evil.example'>Gempa</a> & <style>body{display:none}</style>"
)


def test_an_article_that_attacks_is_shown_as_text_everywhere(visit: Visiting) -> None:
    seen = visit()
    turn = seen.answered("Apa yang mengguncang kota dalam gempa?")
    expect(seen.text.locator(".said").first).to_contain_text(f"Gempa {ATTACK} mengguncang </p></mark><iframe")
    expect(turn.locator(".sources li").first).to_contain_text(f"Gempa {ATTACK}")
    expect(turn.locator(".sources li").first).to_contain_text(f"KORAN {ATTACK}")
    seen.text.locator(".marker").first.click()
    expect(seen.quote).to_contain_text('"><svg onload=alert(4)>')
    expect(seen.quote.locator("mark")).to_have_text(HOSTILE.text)
    seen.quote.get_by_role("button", name="Read in the article").click()
    expect(seen.article.locator("mark")).to_have_text(HOSTILE.text)
    expect(seen.article.get_by_role("heading")).to_have_text(HOSTILE.title)
    seen.page.get_by_text("Filters", exact=True).click()
    expect(seen.page.get_by_role("checkbox", name=HOSTILE.outlet)).to_be_visible()


NO_ADDRESSES_OF_THE_WEB = [
    "javascript:alert(1)",
    " JavaScript:alert(1)//https://example.org",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//example.org",
    "file:///etc/passwd",
]


def test_only_addresses_of_the_web_become_links(visit: Visiting) -> None:
    articles = [replace(HOSTILE, id=str(n), url=url) for n, url in enumerate(NO_ADDRESSES_OF_THE_WEB)]
    seen = visit(served_with={"articles": articles})
    seen.answered("Apa yang mengguncang kota dalam gempa?")
    seen.text.locator(".marker").first.click()
    expect(seen.quote.locator("mark")).to_be_visible()
    expect(seen.page.locator("main a, #quote a")).to_have_count(0)
    for article in articles:
        seen.open(f"/?article={article.id}")
        expect(seen.article.get_by_role("heading")).to_be_visible()
        expect(seen.article.get_by_role("link")).to_have_text(["Link to this passage"])


@pytest.mark.parametrize("question", [f"kopi {ATTACK}", f"kopi </h2>{ATTACK}\n'\"` ${{alert(1)}}"])
def test_a_question_that_attacks_is_shown_as_text(visit: Visiting, question: str) -> None:
    seen = visit("/?" + urlencode({"q": question}))
    expect(seen.turn.get_by_role("heading", level=2)).to_have_text(question)
    expect(seen.turn).to_have_attribute("aria-busy", "false")
    seen.answered(question)
    expect(seen.page.locator(".turn")).to_have_count(2)


def test_a_language_model_that_attacks_is_shown_as_text(visit: Visiting) -> None:
    seen = visit(served_with={"script": Script([MODEL_OUTPUT], tear=3)})
    seen.answered("Apa yang mengguncang kota dalam gempa?")
    expect(seen.text).to_contain_text(f"Gempa {ATTACK} mengguncang kota.")
    expect(seen.text).to_contain_text("[klik](javascript:alert(5))")
    expect(seen.text).to_contain_text("<a href='https://evil.example'>Gempa</a>")
    expect(seen.text.locator("a")).to_have_count(0)


def test_an_address_that_attacks_is_shown_as_text(visit: Visiting) -> None:
    seen = visit(f"/?article={quote(ATTACK)}&start=1&end={quote(ATTACK)}&outlet={quote(ATTACK)}")
    seen.expected = ["404"]
    expect(seen.article.get_by_role("alert")).to_contain_text(ATTACK)


def test_an_error_that_attacks_is_shown_as_text(visit: Visiting) -> None:
    seen = visit()
    seen.expected = ["Failed to load resource"]
    seen.page.route("**/v1/ask", lambda route: route.fulfill(status=400, json={"detail": ATTACK}))
    expect(seen.answered("kopi").get_by_role("alert")).to_contain_text(ATTACK)


REFUSED_BY_THE_BROWSER = [
    "document.body.innerHTML = '<img src=x>'",
    "document.body.setAttribute('onclick', 'alert(1)')",
    "document.createElement('script').text = 'alert(1)'",
    "document.write('<script>alert(1)</script>')",
]


def test_injected_code_would_not_run_or_send_anything(visit: Visiting) -> None:
    seen = visit()
    seen.expected = ["This document requires 'Trusted", "Content Security Policy"]
    for attempt in REFUSED_BY_THE_BROWSER:
        caught = seen.page.evaluate(f"() => {{ try {{ {attempt} }} catch (error) {{ return error.name; }} }}")
        assert caught == "TypeError", attempt
    with seen.page.expect_event("requestfailed") as failed:
        seen.page.evaluate("new Image().src = 'https://evil.example/x.png'")
    assert (failed.value.url, failed.value.failure) == (seen.requests.pop(), "csp")
    assert seen.page.evaluate("fetch('https://evil.example').catch((error) => error.name)") == "TypeError"
