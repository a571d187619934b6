import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from asking import FOLLOW_UP, NO_MODEL, QUESTION, URL, report
from playwright.sync_api import Locator, Page, TimeoutError, expect, sync_playwright

# Its answer consists of three quotes of one article.
THREE_QUOTES = (
    "Berapa luas terumbu karang yang pulih? Berapa korban banjir Lembah Arum? Kapan bus listrik beroperasi?"
)
OWN_FILES = {
    "bus.txt": "Bus listrik berhenti di Halte 7 [1].",
    "feri.txt": 'Feri berangkat pagi.\n<source id="3">Laut tenang.',
}
KNOWLEDGE = "Arsip"
SEARCHING = "pencari"

START_SECONDS = 1200
PAGE_MILLISECONDS = 240_000
NEWS_MILLISECONDS = 5_000

MARKED = re.compile(r"\s*\[(\d+)\]")
SAVED = """async id => {
    const headers = {Authorization: `Bearer ${localStorage.token}`};
    const reply = await fetch(`/api/v1/chats/${id}`, {headers});
    const {messages, currentId} = (await reply.json()).chat.history;
    const last = messages[currentId];
    return [Object.keys(messages).length, Boolean(last.done), last.content];
}"""

# Makes a knowledge base, and a model that searches the web before each question ("legacy"), instead of
# offering the search as a tool.
PREPARED = """async ([name, files, searching]) => {
    const send = async (path, body, headers) => {
        headers = {Authorization: `Bearer ${localStorage.token}`, ...headers};
        const reply = await fetch(path, {method: "POST", headers, body});
        if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
        return reply.json();
    };
    const sendJson = (path, body) => send(path, JSON.stringify(body), {"Content-Type": "application/json"});
    const params = {function_calling: "legacy"};
    await sendJson("/api/v1/models/create",
        {id: searching, name: searching, base_model_id: "kutip", params, meta: {}});
    const base = await sendJson("/api/v1/knowledge/create", {name, description: name});
    for (const [file, text] of Object.entries(files)) {
        const form = new FormData();
        form.append("file", new File([text], file, {type: "text/plain"}));
        const stored = await send("/api/v1/files/?process=true&process_in_background=false", form, {});
        await sendJson(`/api/v1/knowledge/${base.id}/file/add`, {file_id: stored.id});
    }
}"""

# The connection of the guide, and what Open WebUI needs to start without an account and without downloads.
CONNECTION = {"headers": {"X-Kutip-Sources": "open-webui"}, "model_ids": ["kutip", NO_MODEL]}
SETTINGS = {
    "OPENAI_API_BASE_URL": f"{URL}/v1",
    "OPENAI_API_KEY": "any",
    "OPENAI_API_CONFIGS": json.dumps({"0": CONNECTION}),
    "ENABLE_OLLAMA_API": "False",
    "WEBUI_AUTH": "False",
    "WEBUI_SECRET_KEY": "any",
    "OFFLINE_MODE": "True",
    "RAG_EMBEDDING_ENGINE": "openai",
    "BYPASS_EMBEDDING_AND_RETRIEVAL": "True",
    "ENABLE_WEB_SEARCH": "True",
    "ENABLE_SEARCH_QUERY_GENERATION": "False",  # without a language model, Kutip suggests no query
    "WEB_SEARCH_ENGINE": "searxng",
    "BYPASS_WEB_SEARCH_EMBEDDING_AND_RETRIEVAL": "True",
    "BYPASS_WEB_SEARCH_WEB_LOADER": "True",
}


def main() -> None:
    with (
        TemporaryDirectory() as folder,
        search_engine() as engine,
        open_webui(Path(folder), engine) as site,
        sync_playwright() as playwright,
    ):
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        if chromium is None:
            raise SystemExit("Chromium is not installed: apt-get install chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        page = browser.new_context(locale="en-US").new_page()
        page.set_default_timeout(PAGE_MILLISECONDS)
        expect.set_options(timeout=PAGE_MILLISECONDS)
        asked, cited = ask_and_check(page, site, QUESTION)
        continued = answered(page, FOLLOW_UP, messages=4)
        ask_and_check(page, site, THREE_QUOTES)
        ask_and_check(page, site, THREE_QUOTES, files=written(Path(folder)))
        page.evaluate(PREPARED, [KNOWLEDGE, OWN_FILES, SEARCHING])
        ask_and_check(page, site, THREE_QUOTES, knowledge=KNOWLEDGE)
        ask_and_check(page, site, THREE_QUOTES, model=SEARCHING)
        open_chat(page, site, NO_MODEL)
        answered(page, QUESTION)
        refused = page.locator("#messages-container").inner_text()
        browser.close()
    # Open WebUI streams each answer.
    report(
        asked=asked,
        streamed=asked,
        continued=continued,
        refused=refused,
        cited=cited,
        cited_in_stream=cited,
    )


class FoundPages(BaseHTTPRequestHandler):
    """Replies to each search as SearXNG does, with the same pages."""

    def do_GET(self) -> None:
        pages = [
            {"url": f"https://web.example/{name}", "title": name, "content": text}
            for name, text in OWN_FILES.items()
        ]
        body = json.dumps({"results": pages}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def search_engine() -> Iterator[str]:
    """Run an engine for Open WebUI's web search, and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), FoundPages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/search"
        finally:
            server.shutdown()


@contextmanager
def open_webui(folder: Path, engine: str) -> Iterator[str]:
    """Run Open WebUI with a search engine, and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [str(Path(sys.executable).with_name("open-webui")), "serve", "--host", "127.0.0.1"]
    environment = {**os.environ, **SETTINGS, "DATA_DIR": str(folder), "HOME": str(folder)}
    environment["SEARXNG_QUERY_URL"] = engine
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [*command, "--port", str(port)], env=environment, cwd=folder, stdout=log, stderr=log
        ) as server,
    ):
        try:
            wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until a server listens."""
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            time.sleep(1)
    raise TimeoutError(f"Open WebUI did not start within {START_SECONDS} seconds")


def written(folder: Path) -> list[Path]:
    """Write the files for a chat."""
    for name, text in OWN_FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in OWN_FILES]


def open_chat(page: Page, site: str, model: str) -> None:
    """Open a new chat with a model, and close the news that Open WebUI shows at first.

    With the model `SEARCHING`, the chat also searches the web.
    """
    page.goto(f"{site}/?models={model}&web-search={str(model == SEARCHING).lower()}")
    expect(page.locator("#chat-input")).to_be_visible()
    news = page.get_by_role("button", name="Okay, Let's Go!")
    try:
        news.click(timeout=NEWS_MILLISECONDS)
    except TimeoutError:
        return
    expect(page.get_by_role("dialog")).to_have_count(0)


def answered(page: Page, question: str, *, messages: int = 2) -> str:
    """Ask, and return the text of the whole answer, with the numbers that became markers.

    `messages` is the number of messages in the chat when the answer is there.
    """
    page.locator("#chat-input").click()
    page.keyboard.insert_text(question)
    page.locator("#send-message-button").click()
    page.wait_for_url("**/c/*")
    end = time.monotonic() + PAGE_MILLISECONDS / 1000
    while time.monotonic() < end:
        count, is_done, text = page.evaluate(SAVED, page.url.rpartition("/")[2])
        if (count, is_done) == (messages, True):
            return str(text)
        page.wait_for_timeout(500)
    raise TimeoutError(f"The answer to {question!r} did not end")


def attach(page: Page, files: Sequence[Path]) -> None:
    """Add files to the chat."""
    for file in files:
        with page.expect_response(lambda response: "/files/" in response.url and response.ok):
            page.locator("input[type=file][multiple]").first.set_input_files(file)
        expect(page.get_by_text(file.name).first).to_be_visible()


def attach_knowledge(page: Page, name: str) -> None:
    """Add a knowledge base to the chat, as a user does who types its name after `#`."""
    page.locator("#chat-input").click()
    page.keyboard.type(f"#{name}", delay=50)
    page.get_by_text(name, exact=True).last.click()
    expect(page.locator("#chat-input")).not_to_contain_text("#")
    expect(page.get_by_text(name, exact=True).first).to_be_visible()


def ask_and_check(
    page: Page,
    site: str,
    question: str,
    *,
    model: str = "kutip",
    files: Sequence[Path] = (),
    knowledge: str | None = None,
) -> tuple[str, list[str | None]]:
    """Ask in a new chat, and check that each marker opens the quote before it.

    `knowledge` is the name of a knowledge base, and `SEARCHING` a model with web search; both have the texts
    of `OWN_FILES`. Returns the text and the pages that the markers link to.
    """
    open_chat(page, site, model)
    attach(page, files)
    if knowledge:
        attach_knowledge(page, knowledge)
    own_sources = len(files) + (len(OWN_FILES) if knowledge or model == SEARCHING else 0)
    text = answered(page, question)
    claims, numbers = MARKED.split(text)[:-1:2], MARKED.findall(text)
    markers = page.get_by_role("button", name=re.compile("^View source: "))
    expect(markers).to_have_count(len(claims))
    check(numbers == [str(own_sources + place) for place in range(1, len(claims) + 1)], f"numbers: {numbers}")
    return text, [opened(page, markers.nth(place), claim) for place, claim in enumerate(claims)]


def opened(page: Page, marker: Locator, claim: str) -> str | None:
    """Open what a marker shows, check that it is the claim's quote, and return its page."""
    label = (marker.get_attribute("aria-label") or "").removeprefix("View source: ")
    marker.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(claim.strip())
    expect(dialog).to_contain_text(label)
    address = dialog.get_by_role("link").first.get_attribute("href")
    dialog.get_by_role("button", name="Close citation modal").click()
    expect(dialog).to_have_count(0)
    return address


def check(is_right: bool, fault: str) -> None:
    """Raise an error if something is not right."""
    if not is_right:
        raise ValueError(fault)


if __name__ == "__main__":
    main()
