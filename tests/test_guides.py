"""The guides: each command, program and setting in them, run against a real server."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from api.app import create_app
from api.openai_door.models import MODELS
from rag.settings import environment_name, load_settings
from tests.chat_shapes import Json, check_shapes, of_stream
from tests.guides import (
    ADDRESS,
    ASKED,
    FOLDER,
    REEF,
    REEF_PAGE,
    REEF_TITLE,
    block,
    blocks,
    named,
    table,
    text_of,
)
from tests.javascript import FOLDER as JAVASCRIPT
from tests.javascript import MODULES, run, run_node
from tests.openai_door.chat import QUOTE, chunks_of
from tests.openai_door.front_ends import recorded
from tests.page.conftest import missing
from tests.test_api import BUS, COFFEE, FLOOD, as_article, running_service, served
from tests.test_seeds import ARTICLES

INSTALLS = named([one for one in blocks() if one.text.startswith("npm install ")])
# Run by tests/commands/test_ingest_web.py.
FETCHING = named([one for one in blocks() if (one.guide, one.language) == ("keep-current", "sh")])
SHELL = named([one for one in blocks() if one.language == "sh" and one.name not in {*INSTALLS, *FETCHING}])
PROGRAMS = named([one for one in blocks() if one.language == "js"])
SETTINGS = named([one for one in blocks() if one.language == "dotenv"])
# Put into a page and opened by tests/page/test_embedding.py.
EMBEDDED = named([one for one in blocks() if one.guide == "embedding" and one.language == "html"])
LIBRECHAT = named([block("librechat", "yaml")])


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a server with the seed articles, a few more and no language model."""
    with running_service(tmp_path_factory.mktemp("guides")) as service:
        list(service.ingestion.ingest([*ARTICLES.values(), *map(as_article, [COFFEE, FLOOD, BUS])]))
        with served(create_app(service)) as address:
            yield address


def test_every_code_block_is_tested() -> None:
    exercised = {**INSTALLS, **FETCHING, **SHELL, **PROGRAMS, **SETTINGS, **EMBEDDED, **LIBRECHAT}
    assert sorted(exercised) == sorted(one.name for one in blocks())
    assert {one.guide for one in blocks()} == {path.stem for path in FOLDER.glob("*.md")}


def test_every_guide_is_linked_and_names_its_tests() -> None:
    root = FOLDER.parent.parent
    guides = {path.stem for path in FOLDER.glob("*.md")}
    of_chats = guides - {"keep-current"}
    for page, folder, expected in (
        (root / "README.md", "docs/guides", guides),
        (root / "docs" / "chat.md", "guides", of_chats),
    ):
        links = re.findall(rf"\({folder}/([\w-]+)\.md\)", page.read_text(encoding="utf-8"))
        assert set(links) == expected, page
    for path in FOLDER.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert "`tests/" in text
        for link in re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", text):
            assert (FOLDER / link).exists() or link.startswith("https://"), f"{path.name}: {link}"


# curl


def ran(name: str, url: str, folder: Path) -> str:
    if shutil.which("curl") is None:
        missing("curl is not installed: apt-get install curl")
    done = run(["bash", "-euo", "pipefail", "-c", SHELL[name].at(url)], folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def check_reply(reply: Json) -> None:
    message = reply["choices"][0]["message"]
    shapes = {name: reply[name] for name in ("citations", "search_results", "kutip")}
    check_shapes(message["content"], annotations=message["annotations"], **shapes)


@pytest.mark.parametrize("name", SHELL)
def test_shell_blocks_work(name: str, url: str, tmp_path: Path) -> None:
    said = ran(name, url, tmp_path)
    command = SHELL[name].text
    if "/v1/models" in command:
        assert [model["id"] for model in json.loads(said)["data"]] == list(MODELS)
    elif '"stream": true' in command:
        *lines, done, end = said.split("\n\n")
        assert (done, end) == ("data: [DONE]", "")
        shapes = of_stream([json.loads(line.removeprefix("data: ")) for line in lines])
        check_shapes(**shapes)
        assert shapes["content"].startswith(f"{REEF} [1]")
    elif "python3" in command:
        assert said.startswith(f"True {REEF}\n")
        assert "False" not in said
    elif "/v1/responses" in command:
        (part,) = json.loads(said)["output"][0]["content"]
        assert part["text"].startswith(f"{REEF} [1]")
        assert part["annotations"]
    else:
        check_reply(json.loads(said))
        has_links = "X-Kutip-Markers" in command
        assert json.loads(said)["choices"][0]["message"]["content"].startswith(
            f"{REEF} [1]{f'({REEF_PAGE}' if has_links else ''}"
        )
        if has_links:
            assert {hit["outlet"] for hit in json.loads(said)["kutip"]["hits"]} == {"Harian Samudra Timur"}


# JavaScript


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_work(name: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(MODULES)
    program = tmp_path / "program.mjs"
    program.write_text(PROGRAMS[name].at(url), encoding="utf-8")
    done = run_node(program)
    assert (done.returncode, done.stderr) == (0, "")
    if "result.sources" in PROGRAMS[name].text:
        assert done.stdout.startswith(f"{REEF} [1]")
        assert f"\n{REEF_TITLE}\n{REEF_PAGE}#:~:text=Terumbu%20karang" in done.stdout
    elif "streamText" in PROGRAMS[name].text:
        assert done.stdout.startswith(f"{REEF} [1]({REEF_PAGE}#:~:text=Terumbu%20karang")
        assert f"\n[1] {REEF_PAGE}\n" in done.stdout
        assert f"\nsupported {REEF}\n" in done.stdout
    else:
        assert done.stdout.startswith(f"{REEF} [1]")
        assert f"\n{REEF}\n{REEF_PAGE}\n" in done.stdout


def test_the_python_program(url: str) -> None:
    chat = (FOLDER.parent / "chat.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(from openai.*?)^```$", chat, re.S | re.M)
    command = [sys.executable, "-c", program.replace(ADDRESS, url)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    answer, *addresses = done.stdout.splitlines()
    assert answer.startswith(f"{REEF} [1]({REEF_PAGE}#:~:text=")
    assert addresses
    assert addresses[0].startswith(f"{REEF_PAGE}#:~:text=")


def test_the_same_model_without_a_stream(url: str, tmp_path: Path) -> None:
    asking = f"await generateText({{ model: kutip('kutip'), prompt: {json.dumps(ASKED)} }})"
    program = f"const {{ text, providerMetadata }} = {asking};\n"
    printed = "{ text, ...providerMetadata.kutip }"
    said = with_provider(program, printed, place=2, url=url, folder=tmp_path)
    assert said["text"].startswith(f"{REEF} [1]")
    assert said["citations"][0] == REEF_PAGE
    assert said["answer"]["citations"][0]["quote"] == REEF


def with_provider(program: str, printed: str, *, place: int, url: str, folder: Path) -> Any:
    """Run a program with the provider of a block of the AI SDK's guide; return the JSON that it prints."""
    provider, _ = block("ai-sdk", "js", place=place).at(url).split("const result")
    provider = provider.replace(
        '{ streamText } from "ai"', '{ generateText, Output, streamText, tool } from "ai"'
    )
    (folder / "node_modules").symlink_to(MODULES)
    file = folder / "program.mjs"
    file.write_text(
        f"import {{ z }} from 'zod';\n{provider}{program}console.log(JSON.stringify({printed}));",
        encoding="utf-8",
    )
    done = run_node(file)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_a_chat_interface_gets_source_parts(url: str, tmp_path: Path) -> None:
    program = (
        f"const result = streamText({{ model: openai.chat('kutip'), prompt: {json.dumps(ASKED)} }});\n"
        "const reply = result.toUIMessageStreamResponse({ sendSources: true });\n"
        "const lines = (await reply.text()).split('\\n').filter((line) => line.startsWith('data: {'));\n"
        "const parts = lines.map((line) => JSON.parse(line.slice(6)));\n"
    )
    parts = with_provider(program, "parts", place=1, url=url, folder=tmp_path)
    sources = [part for part in parts if part["type"] == "source-url"]
    assert sources[0]["url"].startswith(f"{REEF_PAGE}#:~:text=")
    assert sources[0]["title"] == REEF_TITLE


@pytest.mark.parametrize("place", [1, 2])
def test_tools_are_not_called_and_an_object_is_the_answer(place: int, url: str, tmp_path: Path) -> None:
    model = ("openai.chat('kutip')", "kutip('kutip')")[place - 1]
    program = (
        "const called = [];\n"
        "const cari = tool({ inputSchema: z.object({}), execute: () => called.push(1) });\n"
        f"const asked = {{ model: {model}, prompt: {json.dumps(ASKED)} }};\n"
        "const { text } = await generateText({ ...asked, tools: { cari } });\n"
        "const output = Output.object({ schema: z.object({ answer: z.string() }) });\n"
        "const object = await generateText({ ...asked, output });\n"
    )
    said = with_provider(program, "[called, text, object.output]", place=place, url=url, folder=tmp_path)
    called, text, made = said
    assert called == []
    assert text.startswith(f"{REEF} [1]")
    assert made["answer"].startswith(REEF)


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_report_errors(name: str, url: str, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(MODULES)
    program = tmp_path / "program.mjs"
    unanswerable = PROGRAMS[name].at(url).replace(ASKED, "?!")
    program.write_text(unanswerable, encoding="utf-8")
    done = run_node(program)
    assert done.returncode == 1
    assert "no word" in done.stderr


@pytest.mark.parametrize("name", INSTALLS)
def test_the_packages_that_are_installed_are_those_tested(name: str) -> None:
    pinned = json.loads((JAVASCRIPT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for package, major in re.findall(r" (\S+)@(\d+)", INSTALLS[name].text):
        assert pinned[package].split(".")[0] == major


def test_packages_are_pinned_and_the_lock_file_names_no_registry_host() -> None:
    manifest = json.loads((JAVASCRIPT / "package.json").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", pinned) for pinned in manifest["dependencies"].values())
    assert "://" not in (JAVASCRIPT / "package-lock.json").read_text(encoding="utf-8")


# Settings


@pytest.mark.parametrize("name", SETTINGS)
def test_the_guides_settings_are_valid(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(SETTINGS[name].text, encoding="utf-8")
    read = load_settings()
    for line in SETTINGS[name].text.splitlines():
        setting, value = line.split("=", 1)
        (field,) = [field for field in type(read).model_fields if environment_name(field) == setting]
        assert getattr(read, field) == value


# Open WebUI


def from_open_webui(url: str, path: str, body: Json | None = None) -> httpx2.Response:
    """Send what Open WebUI sends over a connection with the guide's fields."""
    fields = table("open-webui")
    assert fields["URL"] == f"{ADDRESS}/v1"
    base_url = fields["URL"].replace(ADDRESS, url)
    headers = {"Authorization": f"Bearer {fields['API Key']}", **json.loads(fields["Headers"])}
    method = "GET" if body is None else "POST"
    return httpx2.request(method, f"{base_url}{path}", headers=headers, json=body, timeout=30)


def test_open_webui_finds_the_models_and_shows_the_sources(url: str) -> None:
    fields = table("open-webui")
    assert set(fields) == {"URL", "API Key", "Headers", "Prefix ID", "Model IDs (Filter)"}
    assert fields["Prefix ID"] == fields["Model IDs (Filter)"] == ""
    models = from_open_webui(url, "/models").json()["data"]
    for model in models:
        body = {**recorded("open-webui/chat")[1], "model": model["id"]}
        shapes = of_stream(chunks_of(from_open_webui(url, "/chat/completions", body)))
        assert shapes["content"].startswith(f"{QUOTE} [1]")
        assert shapes["sources"][0]["document"] == [QUOTE]
        assert shapes["sources"][0]["source"]["name"] == "Panen kopi · KABAR"
        assert shapes["annotations"] == []


def test_open_webui_gets_its_titles(url: str) -> None:
    reply = from_open_webui(url, "/chat/completions", recorded("open-webui/title")[1]).json()
    assert json.loads(reply["choices"][0]["message"]["content"]) == {"title": "Berapa ton panen kopi"}


def test_open_webui_shows_the_sources_if_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*block("open-webui", "dotenv").text.strip().split("="))
    with running_service(tmp_path) as service:
        list(service.ingestion.ingest([as_article(COFFEE)]))
        with served(create_app(service)) as address:
            body = recorded("open-webui/chat")[1]
            chunks = chunks_of(httpx2.post(f"{address}/v1/chat/completions", json=body))
    assert of_stream(chunks)["sources"]


# LibreChat


@pytest.fixture
def endpoint() -> Json:
    """Give the endpoint of the guide's librechat.yaml."""
    (endpoint,) = yaml.safe_load(block("librechat", "yaml").text)["endpoints"]["custom"]
    found: Json = endpoint
    return found


def from_librechat(endpoint: Json, url: str, name: str, **fields: Any) -> httpx2.Response:
    """Send a recorded request with what LibreChat takes from the endpoint in the place of what it holds."""
    headers, body = recorded(name)
    del body["kutip"]
    return httpx2.post(
        f"{endpoint['baseURL'].replace(ADDRESS, url)}/chat/completions",
        headers={**headers, "Authorization": f"Bearer {endpoint['apiKey']}", **endpoint.get("headers", {})},
        json={**body, **endpoint.get("addParams", {}), **fields},
        timeout=30,
    )


def test_librechat_finds_the_models_and_shows_links(endpoint: Json, url: str) -> None:
    assert endpoint["models"]["fetch"]
    models = httpx2.get(f"{endpoint['baseURL'].replace(ADDRESS, url)}/models").json()["data"]
    assert [model["id"] for model in models] == endpoint["models"]["default"]
    for model in endpoint["models"]["default"]:
        shapes = of_stream(chunks_of(from_librechat(endpoint, url, "librechat/chat", model=model)))
        if model.endswith("sources"):  # a list of the sources follows the answer
            answer = shapes["kutip"]["answer"]
            assert shapes["content"].startswith(f"{answer}\n")
            shapes["content"] = answer
        check_shapes(**shapes)
        assert shapes["content"].startswith(f"{QUOTE} [1](https://example.org/kopi#:~:text=Panen%20kopi")


def test_librechat_gets_its_title(endpoint: Json, url: str) -> None:
    assert endpoint["titleConvo"]
    assert (endpoint["titleModel"], endpoint["titleMethod"]) == ("current_model", "completion")
    reply = from_librechat(endpoint, url, "librechat/title", model=endpoint["models"]["default"][0]).json()
    assert reply["choices"][0]["message"]["content"] == "Berapa ton panen kopi"
    refused = from_librechat(endpoint, url, "librechat/title-structured")
    assert refused.json()["error"]["param"] == "tool_choice"


def test_librechat_gets_links_through_a_header_too(endpoint: Json, url: str) -> None:
    assert 'X-Kutip-Markers: "links"' in text_of("librechat")
    by_header = {**endpoint, "addParams": {}, "headers": {"X-Kutip-Markers": "links"}}
    shapes = of_stream(chunks_of(from_librechat(by_header, url, "librechat/chat")))
    assert "[1](https://example.org/kopi" in shapes["content"]
