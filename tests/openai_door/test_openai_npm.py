"""The official npm client, run by Node against running servers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from tests.javascript import FOLDER, run_node
from tests.openai_door.chat import QUOTE, writing
from tests.openai_server import Script
from tests.test_api import BUS, COFFEE, FLOOD, as_article, running_service, served

PROGRAM = FOLDER / "openai_client.test.mjs"
WRITTEN = Script([f"😀 {QUOTE} {{1}} ", "Panen kopi mencapai 9.900 ton. {1}"], tear=7)
SLOW = Script([f"{QUOTE} {{1}} ", *["Harga kopi naik menjadi Rp92.000. {1} "] * 200], drip_seconds=0.2)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Give the address of a server without a language model."""
    with running_service(tmp_path / "plain") as service:
        list(service.ingestion.ingest(map(as_article, [COFFEE, FLOOD, BUS])))
        with served(create_app(service)) as address:
            yield address


def test_the_official_npm_client(url: str, tmp_path: Path) -> None:
    with writing(tmp_path / "writing", WRITTEN) as writing_url, writing(tmp_path / "slow", SLOW) as slow_url:
        done = run_node(PROGRAM, KUTIP_URL=url, WRITING_URL=writing_url, SLOW_URL=slow_url)
    assert done.returncode == 0, done.stdout + done.stderr
    written = len(re.findall(r"^test\(", PROGRAM.read_text(encoding="utf-8"), re.M))
    assert re.search(rf"^(# |ℹ )pass {written}$", done.stdout, re.M), done.stdout
