"""axe-core finds nothing to object to, in every state of the page."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.openai_server import Script
from tests.page.conftest import Visiting
from tests.page.test_flows import QUESTION, WRITTEN
from tests.page.visit import Visit

DESKTOP: dict[str, Any] = {"locale": "en-US"}
PHONE: dict[str, Any] = {"locale": "id-ID", "viewport": {"width": 360, "height": 640}}


def check(seen: Visit, axe: str) -> None:
    """Find nothing, in the light and in the dark: a rule, how bad its breach is, and where."""
    for scheme in ("light", "dark"):
        seen.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = seen.page.evaluate(f"(async () => {{ {axe}; return axe.run(document); }})()")
        objections = [
            f"{violation['id']} ({violation['impact']}): {node['target']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        assert objections == [], scheme


@pytest.mark.parametrize("look", [DESKTOP, PHONE])
def test_no_violations_while_asking_and_reading(visit: Visiting, axe: str, look: dict[str, Any]) -> None:
    seen = visit(**look)
    expect(seen.page.locator("#corpus")).not_to_be_empty()
    seen.page.locator("#filters summary").click()
    check(seen, axe)
    seen.page.locator("#filters summary").click()
    seen.answered(QUESTION)
    check(seen, axe)
    seen.text.locator(".marker").first.click()
    expect(seen.quote.locator("blockquote")).to_contain_text("Pasar")
    check(seen, axe)
    seen.quote.get_by_role("button").nth(1).click()
    expect(seen.article.locator("mark")).to_be_visible()
    check(seen, axe)


@pytest.mark.parametrize("look", [DESKTOP, PHONE])
def test_no_violations_for_claims_of_every_verdict(visit: Visiting, axe: str, look: dict[str, Any]) -> None:
    seen = visit(served_with={"script": WRITTEN}, **look)
    seen.answered(QUESTION)
    check(seen, axe)
    seen.text.locator(".marker").nth(1).click()
    expect(seen.quote.locator(".contradicted")).to_be_visible()
    check(seen, axe)


@pytest.mark.parametrize("script", [Script(["{none}"]), Script(status=500), Script(hang_seconds=5)])
def test_no_violations_in_refusals_degraded_answers_and_while_waiting(
    visit: Visiting, axe: str, script: Script
) -> None:
    seen = visit(served_with={"script": script})
    seen.ask(QUESTION)
    expect(seen.turn).to_have_attribute("aria-busy", "true" if script.hang_seconds else "false")
    check(seen, axe)


@pytest.mark.parametrize("status", [401, 422])
def test_no_violations_in_error_messages(visit: Visiting, axe: str, status: int) -> None:
    seen = visit()
    seen.expected = ["Failed to load resource"]
    seen.page.route("**/v1/ask", lambda route: route.fulfill(status=status, json={"detail": "No."}))
    seen.answered(QUESTION)
    check(seen, axe)


def test_no_violations_in_an_article_alone(visit: Visiting, axe: str) -> None:
    seen = visit("/?article=yaman&start=8&end=40")
    expect(seen.article.locator("mark")).to_be_visible()
    check(seen, axe)
