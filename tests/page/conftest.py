"""A Chromium, the service that it visits, and the promises that every visit must keep."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from api.app import create_app
from rag.datatypes import Article
from rag.language_model.openai_model import OpenAILanguageModel
from tests.openai_server import Script, serving
from tests.page.articles import ARTICLES
from tests.page.visit import CHROMIUM_ARGUMENTS, Visit, find_chromium
from tests.test_api import running_service, served

AXE = Path(__file__).parent.parent / "javascript" / "node_modules" / "axe-core" / "axe.min.js"

# Opens a path, by default of the service that all share, in a browser's context with the options given.
Visiting = Callable[..., Visit]


def missing(what: str) -> NoReturn:
    """Skip the test because something is not installed; where CI is set that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


# Closed behind the last test of the package: Playwright's event loop runs in this thread for as long as it is
# open, and no other test could start one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Give a Chromium."""
    executable = find_chromium()
    if executable is None:
        missing("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def axe() -> str:
    """Give the source of axe-core."""
    if not AXE.exists():
        reason = (
            "npm ci in tests/javascript" if shutil.which("npm") else "apt-get install npm, then make test"
        )
        missing(f"axe-core is not installed: {reason}")
    return AXE.read_text(encoding="utf-8")


@contextmanager
def kutip(
    folder: Path,
    *,
    script: Script | None = None,
    articles: list[Article] = ARTICLES,
    around: Callable[[Any], Any] | None = None,
) -> Iterator[str]:
    """Serve Kutip over `articles`, with a language model that follows `script`; give its address.

    `around` makes another application of the one that is served.
    """
    with ExitStack() as stack:
        model = None
        if script is not None:
            model_url = stack.enter_context(serving(script))
            model = OpenAILanguageModel(
                "scripted", api_key="none", base_url=model_url, timeout_seconds=5, max_tokens=400
            )
        service = stack.enter_context(running_service(folder, model=model))
        list(service.ingestion.ingest(articles))
        app = create_app(service)
        yield stack.enter_context(served(around(app) if around else app))


@pytest.fixture(scope="package")
def plain_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a service without a language model, which no test changes."""
    with kutip(tmp_path_factory.mktemp("page")) as url:
        yield url


@pytest.fixture
def visit(browser: Browser, plain_url: str, tmp_path: Path) -> Iterator[Visiting]:
    """Give what opens the page, and hold it afterwards against what is true of every visit."""
    visits: list[Visit] = []
    with ExitStack() as stack:

        def open_page(path: str = "/", *, served_with: dict[str, Any] | None = None, **options: Any) -> Visit:
            url = stack.enter_context(kutip(tmp_path, **served_with)) if served_with else plain_url
            context = browser.new_context(**{"locale": "en-US", **options})
            stack.callback(context.close)
            context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
            visits.append(Visit(context.new_page(), url))
            visits[-1].open(path)
            return visits[-1]

        yield open_page
        for made in visits:
            check_promises(made)


def check_promises(visit: Visit) -> None:
    """No script of a stranger, no error, no request to elsewhere."""
    assert visit.dialogs == []
    assert visit.page_errors == []
    assert [text for text in visit.console if not any(known in text for known in visit.expected)] == []
    own = urlsplit(visit.url).netloc
    assert [request for request in visit.requests if urlsplit(request).netloc != own] == []
    foreign = visit.page.locator("img, iframe, svg, object, embed, style, body script, [onerror], [onload]")
    assert foreign.count() == 0
