"""Pictures of the chat page over the seeds, for the README and the documentation: `make screenshots`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from api.app import create_app
from rag.reading import Overrides, read_paths
from rag.service import build_service
from rag.settings import load_settings
from tests.openai_server import Script, serving
from tests.page.visit import CHROMIUM_ARGUMENTS, Visit, find_chromium
from tests.test_api import served

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
COLOURS = 160

Options = dict[str, Any]
DESKTOP: Options = {"locale": "en-US", "viewport": {"width": 1120, "height": 760}}
PHONE: Options = {
    "locale": "id-ID",
    "viewport": {"width": 390, "height": 780},
    "color_scheme": "dark",
    "has_touch": True,
}


# What the scripted language model writes: two sentences that the article supports, and one with a wrong death
# toll, 31 instead of 13.
WRITTEN = (
    "The flood struck Lembah Arum on the evening of 11 February.{1} ",
    "A temporary bridge of 48 metres is due to open on 3 March.{1} ",
    "Officials now put the death toll at 31.{1}",
)


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS)
        with serving(Script(WRITTEN)) as model_url, seeds_served(model_url) as url:
            take_answer(opened(browser, url, DESKTOP))
        with seeds_served() as url:
            take_article(opened(browser, url, DESKTOP))
            take_phone(opened(browser, url, PHONE))
        browser.close()


@contextmanager
def seeds_served(model_url: str | None = None) -> Iterator[str]:
    """Serve Kutip over the seeds, with the language model at `model_url` or without one."""
    model: Options = {"llm_model": None}
    if model_url:
        model = {"llm_model": "scripted", "openai_base_url": model_url, "openai_api_key": "none"}
    with TemporaryDirectory() as folder:
        service = build_service(load_settings(data_dir=Path(folder), **model))
        articles = read_paths([ROOT / "seeds" / "articles"], overrides=Overrides())
        list(service.ingestion.ingest(articles))
        with served(create_app(service)) as url:
            yield url


def opened(browser: Browser, url: str, options: Options) -> Visit:
    """Open the page."""
    seen = Visit(browser.new_context(**options).new_page(), url)
    seen.open("/")
    return seen


def take_answer(seen: Visit) -> None:
    """Show a written answer with one contradicted claim, and the quote that contradicts it."""
    seen.answered("How many people died in the Lembah Arum flood, and when does the new bridge open?")
    expect(seen.text.locator(".claim.contradicted")).to_have_count(1)
    seen.text.locator(".marker").last.click()
    expect(seen.quote.locator("blockquote")).not_to_have_text(seen.quote.locator("mark").inner_text())
    save(seen, "answer.png")


def take_article(seen: Visit) -> None:
    """Show an Arabic article beside the answer that quotes it."""
    seen.answered("ما المدينة التي تدرس الصين أن تكون مقراً للمنظمة العالمية للتعاون في الذكاء الاصطناعي؟")
    seen.turn.get_by_role("button", name="Read in the article").first.click()
    expect(seen.article.locator("mark")).to_be_visible()
    save(seen, "article.png")


def take_phone(seen: Visit) -> None:
    """Show the page on a phone, in the dark, in Indonesian."""
    seen.answered("Berapa korban meninggal akibat banjir Lembah Arum?")
    save(seen, "phone.png")


def save(seen: Visit, name: str) -> None:
    """Write what the window shows, in few colours."""
    path = IMAGES / name
    seen.page.locator(":focus").blur()
    seen.page.screenshot(path=path, animations="disabled")
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
