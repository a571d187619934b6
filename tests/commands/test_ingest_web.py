"""`kutip ingest URL` against a local server, and the guide and the timers that run it."""

import configparser
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from api.commands import cli
from api.commands.web import bookmarks_path
from rag.settings import Settings
from tests.commands.running import COFFEE, kutip
from tests.fetching.test_sources import feed, item, page, sitemap
from tests.fetching.web_server import Site, serving
from tests.guides import blocks

TIMER = Path(__file__).resolve().parent.parent.parent / "deploy" / "timer"
EXAMPLE = "https://news.example.org"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("KUTIP_FETCH_DELAY_SECONDS", "0")
    with serving(Site()) as running:
        running.add("/kopi.html", page("Panen kopi"))
        running.add("/teh.html", page("Panen teh"))
        running.add("/feed.xml", feed(item("/kopi.html"), item("/gone.html")))
        running.add("/sitemap.xml", sitemap("/kopi.html", "/teh.html"))
        yield running


def test_the_guides_commands_add_what_is_new(site: Site) -> None:
    (shell,) = (one for one in blocks() if (one.guide, one.language) == ("keep-current", "sh"))
    feed_line, sitemap_line, page_line = shell.text.replace(EXAMPLE, site.url).splitlines()

    def ran(line: str) -> tuple[int, list[str]]:
        result = kutip(*shlex.split(line)[1:], "--allow-private-addresses")
        return result.code, [said for said in result.err.splitlines() if "data folder" not in said]

    code, said = ran(feed_line)
    assert code == 1
    assert said[0].startswith(f"{site.url}/gone.html: 127.0.0.1 answers with status 404")
    assert said[1] == "1 created, 0 updated, 0 unchanged, 1 rejected."
    unchanged = "1 page has not changed since the last run: see --fetch-again."
    assert ran(sitemap_line) == (0, [unchanged, "1 created, 0 updated, 0 unchanged, 0 rejected."])
    assert ran(page_line) == (0, ["0 created, 0 updated, 1 unchanged, 0 rejected."])
    assert "Panen teh" in kutip("articles", "list").out


def test_files_and_addresses_go_together_and_a_new_corpus_has_no_bookmarks(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / "panen.md").write_text(COFFEE, encoding="utf-8")
    given = ("ingest", "panen.md", f"{site.url}/sitemap.xml", "--allow-private-addresses")
    assert "3 created, 0 updated, 0 unchanged, 0 rejected." in kutip(*given).err
    assert "0 created, 0 updated, 1 unchanged, 0 rejected." in kutip(*given).err
    for file in (tmp_path / "data").glob("corpus.sqlite3*"):
        file.unlink()
    assert "3 created" in kutip(*given).err


def test_private_addresses_are_refused(site: Site) -> None:
    result = kutip("ingest", f"{site.url}/kopi.html")
    assert result.code == 1
    assert "127.0.0.1 is not on the public internet" in result.err
    assert "pass `--allow-private-addresses`" in result.err
    assert site.requests == []


def test_bookmarks_that_are_damaged_are_reported(site: Site, tmp_path: Path) -> None:
    given = ("ingest", f"{site.url}/kopi.html", "--allow-private-addresses")
    assert kutip(*given).code == 0
    (tmp_path / "data" / "fetched.sqlite3").write_bytes(b"no database" * 1000)
    result = kutip(*given)
    assert result.code == 1
    assert "fetched.sqlite3 is damaged" in result.err
    assert "Delete this file" in result.err


def test_ray_reads_no_addresses() -> None:
    result = kutip("ingest", f"{EXAMPLE}/feed.xml", "--ray", "2")
    assert result.code == 2
    assert "--ray reads files and folders only" in result.err


def test_the_timer_runs_a_command_that_exists() -> None:
    service, timer = (configparser.RawConfigParser(strict=False) for _ in range(2))
    service.read(TIMER / "kutip-ingest.service", encoding="utf-8")
    timer.read(TIMER / "kutip-ingest.timer", encoding="utf-8")
    check_parses(service["Service"]["ExecStart"])
    assert timer["Timer"]["OnCalendar"] == "hourly"
    (line,) = (
        line
        for line in (TIMER / "kutip-ingest.cron").read_text(encoding="utf-8").splitlines()
        if line and line[0].isdigit()
    )
    check_parses(line[line.index("/opt/kutip") :])


def check_parses(line: str) -> None:
    """Check that `kutip` understands the arguments in a line."""
    program, name, *given = shlex.split(line)
    assert program == "/opt/kutip/bin/kutip"
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.make_context(name, given).params["paths"] == (f"{EXAMPLE}/feed.xml",)


def test_each_corpus_on_a_milvus_server_has_its_own_bookmarks(tmp_path: Path) -> None:
    local = Settings.model_validate({"data_dir": tmp_path})
    server = {"corpus": "milvus", "milvus_uri": "http://milvus:19530"}
    on_server = [local.model_copy(update={**server, "milvus_prefix": prefix}) for prefix in ("a", "b", "a")]
    paths = [bookmarks_path(settings) for settings in [*on_server, local]]
    assert paths[0] == paths[2]
    assert len(set(paths)) == 3
    assert paths[3] == tmp_path / "fetched.sqlite3"
