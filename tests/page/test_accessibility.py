"""axe-core finds nothing to object to, in every state of the page."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.openai_server import Script
from tests.page.conftest import Visiting
from tests.page.test_flows import QUESTION, WRITTEN
from tests.page.visit import Visit

LOOKS: list[dict[str, Any]] = [
    {"color_scheme": "light"},
    {"color_scheme": "dark", "locale": "id-ID"},
    {"viewport": {"width": 360, "height": 640}},
]


def objections(seen: Visit, axe: str) -> list[str]:
    """Return what axe-core finds wrong: its rule, how bad, and where."""
    # Contrast is measured on what is painted, not on what fades in.
    found = seen.page.evaluate(f"(async () => {{ {axe}; return axe.run(document); }})()")
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_without_a_language_model(visit: Visiting, axe: str, look: dict[str, Any]) -> None:
    seen = visit(**look)
    expect(seen.page.locator("#corpus")).not_to_be_empty()
    seen.page.locator("#filters summary").click()
    assert objections(seen, axe) == []
    seen.page.locator("#filters summary").click()
    seen.answered(QUESTION)
    assert objections(seen, axe) == []
    seen.text.locator(".marker").first.click()
    expect(seen.quote.locator("blockquote")).to_contain_text("Pasar")
    assert objections(seen, axe) == []
    seen.quote.get_by_role("button").nth(1).click()
    expect(seen.article.locator("mark")).to_be_visible()
    assert objections(seen, axe) == []


@pytest.mark.parametrize("look", LOOKS)
def test_claims_of_every_verdict(visit: Visiting, axe: str, look: dict[str, Any]) -> None:
    seen = visit(served_with={"script": WRITTEN}, **look)
    seen.answered(QUESTION)
    assert objections(seen, axe) == []
    seen.text.locator(".marker").nth(1).click()
    expect(seen.quote.locator(".contradicted")).to_be_visible()
    assert objections(seen, axe) == []


@pytest.mark.parametrize("script", [Script(["{none}"]), Script(status=500), Script(hang_seconds=5)])
@pytest.mark.parametrize("look", LOOKS[:2])
def test_refused_degraded_and_waiting(
    visit: Visiting, axe: str, script: Script, look: dict[str, Any]
) -> None:
    seen = visit(served_with={"script": script}, **look)
    seen.ask(QUESTION)
    expect(seen.turn).to_have_attribute("aria-busy", "true" if script.hang_seconds else "false")
    assert objections(seen, axe) == []


@pytest.mark.parametrize("status", [401, 422])
@pytest.mark.parametrize("look", LOOKS[:2])
def test_errors(visit: Visiting, axe: str, status: int, look: dict[str, Any]) -> None:
    seen = visit(**look)
    seen.expected = ["Failed to load resource"]
    seen.page.route("**/v1/ask", lambda route: route.fulfill(status=status, json={"detail": "No."}))
    seen.answered(QUESTION)
    assert objections(seen, axe) == []


def test_reading_an_article_alone(visit: Visiting, axe: str) -> None:
    seen = visit("/?article=yaman&start=8&end=40")
    expect(seen.article.locator("mark")).to_be_visible()
    assert objections(seen, axe) == []
