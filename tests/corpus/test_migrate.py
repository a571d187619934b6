"""`kutip migrate`: one corpus into another, whole, each article once, whatever stops it on the way."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.corpus.local.corpus import DATABASE_NAME
from rag.corpus.milvus.corpus import MilvusCorpus
from rag.corpus.protocol import NO_FILTERS, CorpusTransfer
from rag.corpus.transfer import all_articles, compare, transfer
from rag.datatypes import Article, Counts
from rag.errors import CorpusDamaged, CorpusError
from tests.commands.running import kutip
from tests.conftest import article
from tests.corpora import (
    COFFEE,
    FLOOD,
    OTHER,
    TOPIC_IDENTITY,
    add,
    check_against_brute_force,
    encoded,
    keyword_ids,
    open_place,
    vector_hits,
    vector_ids,
)
from tests.corpus.milvus.test_corpus import EDITED, stored_in, swept
from tests.milvus_link import linked

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [article(f"{number:02}", f"Kopi {number}.", f"Banjir {number}.") for number in range(40)]


@pytest.fixture
def settings(milvus_uri: str, tmp_path: Path, prefix: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Set where both corpora are; give the place of the one in Milvus."""
    monkeypatch.setenv("KUTIP_DATA_DIR", str(tmp_path / "local"))
    monkeypatch.setenv("KUTIP_MILVUS_URI", milvus_uri)
    monkeypatch.setenv("KUTIP_MILVUS_PREFIX", prefix)
    return f"{milvus_uri}#{prefix}"


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Give the folder that the settings name."""
    return str(tmp_path / "local")


def migrate(source: str, target: str) -> Any:
    return kutip("migrate", "--from", source, "--to", target)


def all_of(corpus: CorpusTransfer) -> list[tuple[Article, list[Any], list[bytes], set[str]]]:
    return [
        (
            stored.article,
            [passage for passage, _ in stored.passages],
            [np.asarray(vector, np.float32).tobytes() for _, vector in stored.passages],
            {former.version for former in stored.former},
        )
        for stored in all_articles(corpus)
    ]


def ignore_progress(done: int, total: int) -> None:
    assert 0 < done <= total


def test_migrating_there_and_back_changes_nothing(settings: str, folder: str, tmp_path: Path) -> None:
    with open_place(folder) as corpus:
        add(corpus, COFFEE, FLOOD, EDITED, *OTHERS)
        before = all_of(corpus)
    there = migrate("local", "milvus")
    assert (there.code, there.out) == (0, "")
    assert there.err.startswith("42 articles copied to ")
    assert "42 articles, 43 versions, 84 passages" in there.err
    with open_place(settings) as corpus:
        assert all_of(corpus) == before
        assert corpus.article("kopi", version=COFFEE.version) == COFFEE
        assert keyword_ids(corpus, "tiga") == ["kopi"]
        check_against_brute_force(corpus)
    Path(folder).rename(tmp_path / "put aside")
    back = migrate("milvus", "local")
    assert (back.code, back.err.split(" to ")[0]) == (0, "42 articles copied")
    with open_place(folder) as corpus:
        assert all_of(corpus) == before
        assert corpus.article("kopi", version=COFFEE.version) == COFFEE
        assert corpus.check(on_progress=ignore_progress) == []
        check_against_brute_force(corpus)
    again = migrate("local", "milvus")
    assert (again.code, again.err.split(" to ")[0]) == (0, "0 articles copied")


def test_a_second_migration_copies_edits_and_keeps_other_articles(settings: str, folder: str) -> None:
    extra = article("bus", "Bus malam.")
    with open_place(folder) as local, open_place(settings) as milvus:
        add(local, COFFEE, FLOOD)
        add(milvus, extra, EDITED)
    first = migrate("local", "milvus")
    assert first.code == 0
    assert first.err.endswith(" also has 1 other articles.\n")
    with open_place(folder) as local, open_place(settings) as milvus:
        assert milvus.article("kopi") == COFFEE
        assert milvus.article("kopi", version=EDITED.version) == EDITED
        add(local, EDITED)
    assert migrate("local", "milvus").err.startswith("1 articles copied")
    with open_place(settings) as milvus:
        assert milvus.article("kopi") == EDITED
        assert milvus.article("bus") == extra
        assert vector_ids(milvus) == ["banjir", "bus", "kopi"]
        assert milvus.counts() == Counts(articles=3, passages=5)


def test_a_killed_migration_continues_without_duplicates(settings: str, folder: str) -> None:
    with open_place(folder) as corpus:
        add(corpus, COFFEE, EDITED, *OTHERS)
    uri, _, name = settings.partition("#")
    with linked(uri) as (slow_uri, link), open_place(settings) as target:

        def slowly(request: bytes, passed_on: Any, context: Any) -> bytes:
            time.sleep(0.05)
            reply: bytes = passed_on()
            return reply

        link.faults["Upsert"] = slowly
        code = "from api.commands import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, "migrate", "--from", "local", "--to", "milvus"],
            env={**os.environ, "KUTIP_MILVUS_URI": slow_uri, "PYTHONPATH": str(ROOT)},
            cwd=folder,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not (put := target.counts().articles):
                assert process.poll() is None
                time.sleep(0.02)
        finally:
            process.kill()
            process.wait()
    assert put < 41
    time.sleep(0.5)  # what was on its way has arrived
    with open_place(settings) as target:
        put = target.counts().articles
    result = migrate("local", "milvus")
    assert result.code == 0
    assert 0 < int(result.err.split()[0]) <= 41 - put + 1  # that which was put without its former version
    with swept(uri, name) as target, open_place(folder) as source:
        assert stored_in(target) == (41, 42, 83)
        assert all_of(target) == all_of(source)
        check_against_brute_force(target)


def test_an_interrupted_migration_prints_the_number_of_articles(settings: str, folder: str) -> None:
    with open_place(folder) as corpus:
        add(corpus, COFFEE, FLOOD, *OTHERS)
    uri, _, _ = settings.partition("#")
    with linked(uri) as (slow_uri, link), open_place(settings) as target:

        def slowly(request: bytes, passed_on: Any, context: Any) -> bytes:
            time.sleep(0.1)
            reply: bytes = passed_on()
            return reply

        link.faults["Upsert"] = slowly
        code = "from api.commands import main; main()"
        with subprocess.Popen(
            [sys.executable, "-c", code, "migrate", "--from", "local", "--to", "milvus"],
            env={**os.environ, "KUTIP_MILVUS_URI": slow_uri, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            while not target.counts().articles:
                assert process.poll() is None
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate()
    assert process.returncode == 130
    told = re.fullmatch(r"Stopped\. .* has (\d+) articles now; run the same command again to go on\.\n", err)
    assert told, err
    with open_place(settings) as target:
        assert 0 < int(told[1]) == target.counts().articles


def test_articles_that_change_during_the_migration_are_reported(place: str, other_place: str) -> None:
    with open_place(place) as source, open_place(other_place) as target:
        add(source, COFFEE, FLOOD)
        assert transfer(source, target, on_progress=ignore_progress) == 2
        add(target, EDITED)
        with pytest.raises(
            CorpusError, match=r"1 articles in .* differ from the source \('kopi'\), .* again"
        ):
            compare(source, target, on_progress=ignore_progress)
        assert transfer(source, target, on_progress=ignore_progress) == 1
        assert compare(source, target, on_progress=ignore_progress).versions == 2
        assert target.article("kopi") == COFFEE


def test_other_vectors_of_the_same_version_are_replaced(place: str, other_place: str) -> None:
    with open_place(place) as source, open_place(other_place) as target:
        add(source, COFFEE, FLOOD)
        passages = [passage for passage, _ in source.passages_of("kopi")]
        target.add(COFFEE, passages, np.full((2, TOPIC_IDENTITY.dimension), 0.5, np.float32))
        with pytest.raises(CorpusError, match=r"2 articles in .* differ from the source"):
            compare(source, target, on_progress=ignore_progress)
        assert transfer(source, target, on_progress=ignore_progress) == 2
        assert compare(source, target, on_progress=ignore_progress).passages == 3
        check_against_brute_force(target)
        if isinstance(target, MilvusCorpus):
            assert stored_in(target) == (2, 2, 3)


def test_a_corpus_of_another_encoder_is_refused(settings: str, folder: str) -> None:
    with open_place(folder) as local, open_place(settings, encoder=OTHER) as milvus:
        add(local, COFFEE)
        milvus.add(FLOOD, *other_vectors(FLOOD))
    result = migrate("local", "milvus")
    assert result.code == 1
    assert "has vectors of topics (7), the one in" in result.err
    assert "of other (2). Choose an empty target with KUTIP_DATA_DIR or KUTIP_MILVUS_PREFIX" in result.err
    with open_place(settings, encoder=None) as milvus:
        assert [header.id for header in milvus.articles(NO_FILTERS, limit=9, cursor=None).articles] == [
            "banjir"
        ]


def other_vectors(source: Article) -> Any:
    passages, _ = encoded(source)
    return passages, np.ones((len(passages), 2), np.float32) / np.sqrt(2, dtype=np.float32)


def test_a_damaged_article_is_not_copied(folder: str, tmp_path: Path) -> None:
    with open_place(folder) as source, open_place(str(tmp_path / "target")) as target:
        add(source, COFFEE, FLOOD)
        with closing(sqlite3.connect(Path(folder, DATABASE_NAME))) as connection, connection:
            (document,) = connection.execute(
                "SELECT document FROM versions WHERE article_id = 'kopi'"
            ).fetchone()
            changed = json.dumps({**json.loads(document), "title": "Lain"})
            connection.execute("UPDATE versions SET document = ? WHERE article_id = 'kopi'", [changed])
        with pytest.raises(CorpusDamaged, match="'kopi' does not match its version: run `kutip doctor`"):
            transfer(source, target, on_progress=ignore_progress)
        assert vector_hits(target, "kopi") == []


@pytest.mark.usefixtures("settings")
def test_an_impossible_migration_is_refused_with_the_reason(folder: str) -> None:
    none = migrate("local", "milvus")
    assert none.code == 3
    assert none.err.startswith(f"kutip: There are no articles yet in {folder} (set by KUTIP_DATA_DIR")
    assert not Path(folder).exists()
    open_place(folder).close()
    empty = migrate("local", "milvus")
    assert empty.code == 1
    assert "is empty. Set KUTIP_DATA_DIR or KUTIP_MILVUS_PREFIX" in empty.err
    same = migrate("local", "local")
    assert (same.code, "--from and --to are both 'local'. Name two different ones" in same.err) == (2, True)
