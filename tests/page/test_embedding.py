"""The guide to embedding: its frame and its link, in Chromium, on a site that may and on one that may not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, expect

from tests.guides import ASKED, REEF, Block, block
from tests.page.conftest import kutip
from tests.test_api import served
from tests.test_seeds import ARTICLES


@contextmanager
def site(found: Block) -> Iterator[str]:
    """Serve a page of another origin, with a block of the guide for the Kutip that the address names."""
    app = FastAPI()

    @app.get("/", response_class=HTMLResponse)
    def page(kutip: str) -> str:
        return f"<!doctype html><title>Situs</title>{found.at(kutip)}"

    with served(app) as address:
        yield address


def test_the_frame_works_only_on_configured_sites(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting, example = block("embedding", "dotenv").text.strip().split("=")
    assert example == "https://www.example.org"
    frame = block("embedding", "html")
    page = browser.new_page(locale="id-ID")
    page.set_default_timeout(10_000)
    question = page.frame_locator("iframe").locator("#question")
    with site(frame) as allowed, site(frame) as stranger:
        monkeypatch.setenv(setting, allowed)
        with kutip(tmp_path, articles=list(ARTICLES.values())) as url:
            page.goto(f"{allowed}/?kutip={url}")
            question.fill(ASKED)
            question.press("Enter")
            expect(page.frame_locator("iframe").locator(".turn .text")).to_contain_text(REEF)
            page.goto(f"{stranger}/?kutip={url}")
            page.wait_for_load_state("networkidle")
            expect(question).to_have_count(0)
            page.close()


def test_the_link_asks_its_question(browser: Browser, tmp_path: Path) -> None:
    articles = list(ARTICLES.values())
    with site(block("embedding", "html", place=2)) as address, kutip(tmp_path, articles=articles) as url:
        page = browser.new_page(locale="id-ID")
        page.set_default_timeout(10_000)
        page.goto(f"{address}/?kutip={url}")
        page.get_by_role("link").click()
        expect(page.locator(".turn .text")).to_contain_text(REEF)
        assert page.url.startswith(f"{url}/?q=")
        page.close()
