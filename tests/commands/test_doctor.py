"""`kutip doctor`: what it reports and repairs, and how it exits."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.corpus.local.corpus import DATABASE_NAME, LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.ingestion import Ingestion
from tests.commands.running import Filled, Result, kutip
from tests.conftest import TopicEncoder, article
from tests.openai_server import Script, serving
from tests.tiny_model import save_tiny_cross_encoder


def test_doctor_stops_at_wrong_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_PORT", "http")
    result = kutip("doctor")
    assert (result.code, result.err) == (1, "")
    assert result.out.splitlines()[1:] == [
        "failed  Settings: KUTIP_PORT is 'http': It should be a valid integer, "
        "unable to parse string as an integer. Correct or remove it."
    ]


def test_doctor_on_a_healthy_corpus(in_filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Script(["Hello"])) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("KUTIP_LLM_MODEL", "scripted")
        result = kutip("doctor")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        *("ok      Kutip", "ok      Settings", "ok      Corpus", "ok      Integrity"),
        *("ok      Encoder and search", "ok      Cross-encoder", "ok      Reranker"),
        "ok      Language model",
    ]
    assert lines[2].endswith(": 2 articles, 3 passages")
    assert lines[3] == "ok      Integrity: file, versions, passages, words, vectors and indexes agree"
    assert lines[4].startswith("ok      Encoder and search: bundled:multilingual-e5-small, dimension 384, ")
    assert lines[4].endswith("; the vectors of 2 articles are those of the encoder")
    assert lines[5].startswith("ok      Cross-encoder: bundled:cross-encoder reads hits; ")
    assert lines[6] == "ok      Reranker: none. The cross-encoder orders the hits of an answer"
    assert lines[7] == "ok      Language model: scripted answers"


def test_doctor_and_every_hit_name_the_reranker(
    in_filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_tiny_cross_encoder(tmp_path)
    monkeypatch.setenv("KUTIP_RERANKER_MODEL", str(folder))
    told = f"ok      Reranker: {folder} reorders the best 32 hits and reads one in "
    assert kutip("doctor").out.splitlines()[6].startswith(told)
    found = json.loads(kutip("search", "kopi", "--json").out)
    assert {hit["source"] for hit in found["hits"]} == {"reranked"}
    assert "rerank" in found["timings_ms"]


def test_doctor_names_a_reranker_that_cannot_be_loaded(
    in_filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUTIP_RERANKER_MODEL", str(tmp_path / "nowhere"))
    ill = kutip("doctor")
    assert ill.code == 1
    failed = [line for line in ill.out.splitlines() if line.startswith("failed")]
    assert len(failed) == 1
    assert failed[0].startswith(f"failed  Reranker: KUTIP_RERANKER_MODEL is '{tmp_path / 'nowhere'}', which ")
    asked = kutip("search", "kopi")
    assert (asked.code, asked.out) == (1, "")
    assert asked.err.startswith("kutip: KUTIP_RERANKER_MODEL is ")


def test_doctor_prints_each_problem_on_its_own_line_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = TopicEncoder()
    with LocalCorpus(tmp_path / "data", encoder=EncoderIdentity(topics.name, topics.dimension)) as corpus:
        list(Ingestion(corpus, topics, passage_max_tokens=40).ingest([article("kopi", "Panen kopi.")]))
    monkeypatch.setenv("KUTIP_LLM_MODEL", "scripted")
    ill = kutip("doctor")
    assert ill.code == 1
    failed = [line for line in ill.out.splitlines() if line.startswith("failed")]
    assert failed[0].startswith("failed  Encoder and search: The corpus holds vectors of topics (7)")
    assert "`kutip ingest --rebuild`" in failed[0]
    assert failed[1].startswith("failed  Language model: KUTIP_LLM_MODEL is 'scripted', but neither")
    assert len(failed) == 2
    monkeypatch.delenv("KUTIP_LLM_MODEL")
    rebuilt = kutip("ingest", "--rebuild")
    assert rebuilt == Result(
        0, "", "All stored articles were encoded again with bundled:multilingual-e5-small.\n"
    )
    assert kutip("search", "kopi").code == 0


def alter(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as database, database:
        for statement in statements:
            database.execute(statement)


def version_of(article_id: str, folder: Path) -> str:
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as database:
        query = "SELECT version FROM versions WHERE article_id = ?"
        return str(database.execute(query, [article_id]).fetchone()[0])


def test_doctor_reports_each_problem_and_fix_repairs_what_it_can(copied: Path) -> None:
    alter(
        copied,
        "UPDATE versions SET document = replace(document, '412', '421')",
        "UPDATE passages SET start = start + 1 WHERE article_id = 'kopi'",
        "UPDATE passages SET vector = (SELECT vector FROM passages WHERE article_id = 'banjir')",
    )
    ill = kutip("doctor")
    assert (ill.code, ill.err) == (1, "")
    assert [line for line in ill.out.splitlines() if line.startswith("failed")] == [
        "failed  Integrity: 1 articles that do not match their version ('banjir'): "
        "run `kutip doctor --fix`, which removes them from search, then ingest them again",
        "failed  Integrity: 2 passages that differ from the text at their offsets ('kopi', passage 2; "
        "'kopi', passage 3): run `kutip doctor --fix`",
        "failed  Encoder and search: 1 of 2 articles, such as 'kopi', have vectors that the "
        "encoder does not give. Run `kutip ingest --rebuild`.",
    ]
    healed = kutip("doctor", "--fix")
    assert (healed.code, healed.err) == (1, "")
    assert [line for line in healed.out.splitlines() if "Integrity: " in line] == [
        "fixed   Integrity: 1 articles that do not match their version ('banjir')",
        "fixed   Integrity: 2 passages that differ from the text at their offsets ('kopi', passage 2; "
        "'kopi', passage 3)",
        "failed  Integrity: 1 articles removed from search because they do not match their version "
        f"('banjir', {version_of('banjir', copied)}): ingest them again",
    ]
    assert "; the vectors of 1 articles are those of the encoder\n" in healed.out


def test_doctor_reports_a_file_that_is_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / DATABASE_NAME).write_bytes(b"This is no database. " * 400)
    ill = kutip("doctor", "--fix")
    assert ill.code == 1
    failed = [line for line in ill.out.splitlines() if line.startswith("failed")]
    assert [line[8:].partition(":")[0] for line in failed] == ["Corpus", "Integrity", "Encoder and search"]
    told = "is damaged (file is not a database): restore it from a backup."
    assert all(line.endswith(told) for line in failed)
