"""The README in English and in Indonesian: short, in step, and every command in it runs."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.commands.running import COFFEE
from tests.evaluation.test_figures import ARTICLES, HARVEST, WITHHELD, write
from tests.openai_server import Script, serving

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
INDONESIAN = ROOT / "README.id.md"

# Read aloud, the README takes less than four minutes at 140 words a minute.
MOST_WORDS = 560

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.S | re.M)
_TABLE = re.compile(r"^\|.*\|$", re.M)
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\]]*\]\([^)]*\))*)\]\(([^)]*)\)")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return every fenced block with its language."""
    return [(found[1], found[2]) for found in _BLOCK.finditer(text_of(page))]


def shell(*, holding: str) -> str:
    """Return the one shell block that holds a text."""
    (found,) = [text for language, text in blocks(README) if language == "sh" and holding in text]
    return found


def prose(page: Path) -> str:
    """Return what one reads aloud: no code blocks, no tables, no pictures, no addresses."""
    text = _TABLE.sub("", _BLOCK.sub("", text_of(page)))
    text = re.sub(r"\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)", "", text)
    return re.sub(r"[*#<>`]|^- ", " ", _LINK.sub(r"\1", text), flags=re.M)


# Both languages


@pytest.mark.parametrize("page", [README, INDONESIAN], ids=lambda page: page.name)
def test_the_readme_can_be_read_aloud_in_four_minutes(page: Path) -> None:
    assert len(re.findall(r"\w[\w'’.,:/-]*", prose(page))) <= MOST_WORDS


def test_both_languages_have_the_same_headings_commands_links_and_figures() -> None:
    def outline(page: Path) -> dict[str, list[str]]:
        text = text_of(page)
        return {
            "headings": [line.split(" ")[0] for line in _BLOCK.sub("", text).splitlines() if line[:1] == "#"],
            "blocks": [code for _, code in blocks(page)],
            "code": sorted(re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text))),
            "links": [
                target
                for target in re.findall(r"\]\(([^)]*)\)", text)
                if target not in (README.name, INDONESIAN.name)
            ],
            "figures": re.findall(r"\d+(?:[.,]\d+)*", re.sub(r"\.(?=\d{3}\b)", ",", localised(text))),
        }

    assert outline(README) == outline(INDONESIAN)


def localised(text: str) -> str:
    """Return the tables, with decimal commas as points."""
    return re.sub(r"(?<=\d),(?=\d\b)", ".", "\n".join(_TABLE.findall(text)))


def test_each_links_to_the_other() -> None:
    assert f"]({INDONESIAN.name})" in text_of(README)
    assert f"]({README.name})" in text_of(INDONESIAN)


# Commands


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder like a fresh checkout in which Kutip is installed already."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "seeds", "benchmarks"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").mkdir()
    for entry in Path(sys.prefix).iterdir():
        if not entry.name.startswith(".installed"):
            (folder / ".venv" / entry.name).symlink_to(entry)
    (folder / ".venv" / ".installed").touch()
    return folder


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KUTIP_", "OPENAI_"))}
    return {**kept, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "share"), **more}


def run(command: str, folder: Path, **more: str) -> str:
    """Run a block as a shell does, until its first error; return what it printed."""
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def started(command: str, folder: Path) -> Iterator[str]:
    """Run a command that serves; give its address when it answers, and stop it at the end."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    process = subprocess.Popen(
        command.split(),
        cwd=folder,
        env=environment(folder, KUTIP_PORT=str(port)),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 300
        while True:
            try:
                if httpx2.get(f"{url}/health/ready", timeout=60).status_code == 200:
                    break
            except httpx2.HTTPError:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def test_every_code_block_is_tested() -> None:
    exercised = ["make demo", "article.html", "11434", "OPENAI_API_KEY", "evaluate", "benchmarks"]
    assert [text for language, text in blocks(README) if language == "sh"] == [
        shell(holding=part) for part in exercised
    ]
    assert [language for language, _ in blocks(README) if language != "sh"] == ["json"]


def test_the_quick_start(checkout: Path) -> None:
    demo, serve = shell(holding="make demo").splitlines()
    said = run(demo, checkout)
    assert "Shanghai" in said
    assert "312,000 containers" in said
    with started(serve, checkout) as url:
        assert "<title>Kutip</title>" in httpx2.get(f"{url}/").text
        question = {"question": "How many people died in the Lembah Arum flood?"}
        (first, *_) = httpx2.post(f"{url}/v1/ask", json=question, timeout=60).json()["citations"]
        assert "the death toll at 13" in first["quote"]


def test_articles_of_every_form(checkout: Path) -> None:
    (record,) = [text for language, text in blocks(README) if language == "json"]
    (checkout / "articles").mkdir()
    (checkout / "articles" / "coffee.md").write_text(COFFEE, encoding="utf-8")
    (checkout / "article.html").write_text(
        f"<h1>Page</h1><p>{'A sentence of a page. ' * 20}</p>", encoding="utf-8"
    )
    (checkout / "article.txt").write_text("Text\n\nA sentence of a text.\n", encoding="utf-8")
    (checkout / "articles.jsonl").write_text(record, encoding="utf-8")
    before = listed(checkout)
    for line in shell(holding="article.html").splitlines():
        run(line, checkout)
    added = listed(checkout) - before
    assert len(added) == 4
    assert json.loads(record)["title"] in added


def listed(checkout: Path) -> set[str]:
    """Return the titles of the articles that are stored."""
    said = run(".venv/bin/kutip articles list --limit 1000 --json", checkout)
    return {article["title"] for article in json.loads(said)["articles"]}


def test_a_local_language_model_writes(checkout: Path) -> None:
    script = Script(["Officials put the death toll at 13.{1}"])
    block = shell(holding="11434")
    with serving(script) as url:
        said = run(block.replace("http://127.0.0.1:11434/v1", url), checkout)
    assert said.startswith("Officials put the death toll at 13. [1]")
    assert {request["model"] for request in script.requests} == {"qwen3:8b"}


def test_a_hosted_language_model_writes(checkout: Path) -> None:
    script = Script(["Officials put the death toll at 13.{1}"])
    with serving(script) as url:
        said = run(shell(holding="OPENAI_API_KEY"), checkout, OPENAI_BASE_URL=url)
    assert said.startswith("Officials put the death toll at 13. [1]")
    assert {request["model"] for request in script.requests} == {"gpt-4.1-mini"}
    assert script.keys == ["sk-..."]


def test_the_quality_figures_match_the_benchmarks(checkout: Path) -> None:
    command = shell(holding="evaluate")
    (checkout / "EVAL").mkdir()
    for name in re.findall(r"--(?:set|haystack) (\S+)", command):
        if name.startswith("abstain-"):
            withheld = f"{name.removeprefix('abstain-')}-banjir-id"
            asked = {**WITHHELD, "id": name, "withheld_article_id": withheld}
            write(checkout / "EVAL", {f"{name}.questions.jsonl": [asked]})
            continue
        articles = [{**article, "id": f"{name}-{article['id']}"} for article in ARTICLES]
        question = {**HARVEST, "id": name, "article_id": f"{name}-kopi-id"}
        write(checkout / "EVAL", {f"{name}.articles.jsonl": articles, f"{name}.questions.jsonl": [question]})
    said = run(command, checkout)
    for name in ("facqa-dev", "xquad-dev"):
        assert f"| {name} " in said
    for measure in ("R@1", "answer contains gold", "valid offsets", "refusal recall"):
        assert measure in said


def test_the_speed_figures_have_a_command(checkout: Path) -> None:
    # A million passages take hours: the command is parsed, and says what it takes.
    said = run(f"{shell(holding='benchmarks').strip()} --help", checkout)
    assert "--data" in said
