"""One visit of the page by a browser, and everything it noticed."""

import shutil

from playwright.sync_api import ConsoleMessage, Dialog, Locator, Page, expect

CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the path of Debian's Chromium, or of another that is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


class Visit:
    """A page with what a reader does on it; `expected` are parts of console messages that may come."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.expected: list[str] = []
        self.console: list[str] = []
        self.page_errors: list[str] = []
        self.dialogs: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        page.on("dialog", self._dismiss)
        page.context.on("request", lambda request: self.requests.append(request.url))
        page.set_default_timeout(10_000)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.console.append(message.text)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def open(self, path: str) -> None:
        """Open an address of the service."""
        self.page.goto(self.url + path)

    def ask(self, question: str) -> None:
        """Type a question and send it with Enter."""
        self.field.fill(question)
        self.field.press("Enter")

    def answered(self, question: str) -> Locator:
        """Ask, and wait for the end; give the turn."""
        self.ask(question)
        expect(self.turn).to_have_attribute("aria-busy", "false")
        return self.turn

    @property
    def field(self) -> Locator:
        """Where questions are typed."""
        return self.page.locator("#question")

    @property
    def turn(self) -> Locator:
        """The last question with its answer."""
        return self.page.locator(".turn").last

    @property
    def text(self) -> Locator:
        """The text of the last answer."""
        return self.turn.locator(".text")

    @property
    def quote(self) -> Locator:
        """The pop-over of a citation."""
        return self.page.locator("#quote")

    @property
    def article(self) -> Locator:
        """The article beside the conversation."""
        return self.page.locator("#article")

    @property
    def status(self) -> Locator:
        """What a screen reader is told."""
        return self.page.get_by_role("status")
