"""The `kutip` command: what it prints where, and how it exits."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from api.commands import COMMANDS
from rag.access_keys import key_hash
from rag.corpus.local.corpus import DATABASE_NAME, LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.ingestion import Ingestion
from rag.settings import Settings, environment_name
from tests.commands.running import COFFEE, LOCKED, NONSENSE, QUESTION, QUOTE, Filled, Result, kutip
from tests.conftest import TopicEncoder, article
from tests.openai_server import Script, serving
from tests.tiny_model import save_tiny_cross_encoder

# Help


def test_help_lists_every_command_quickly() -> None:
    code = "import sys; from api.commands import main; sys.argv = ['kutip', '--help']; import atexit;"
    code += "atexit.register(lambda: print(sorted({'torch', 'fastapi', 'faiss'} & set(sys.modules)))); main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name, help_ in COMMANDS.items():
        assert f"  {name}" in done.stdout
        assert help_ in done.stdout
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_describes_itself_and_its_options(name: str) -> None:
    result = kutip(name, "--help")
    assert result.code == 0
    assert result.out.startswith(f"Usage: kutip {name} ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Usage: kutip"),
        (["bogus"], "No such command 'bogus'"),
        (["ask"], "Missing argument 'QUESTION'"),
        (["ask", "x", "--mode", "fast"], "'fast' is not one of 'auto', 'llm', 'extractive'"),
        (["ask", "x", "--top-k", "51"], "51 is not in the range 1<=x<=50"),
        (["ask", "-"], "Standard input has no question"),
        (
            ["ask", "x", "--from", "2025-13-01"],
            "kutip: --from is '2025-13-01': ",
        ),
        (["search", "x", "--to", "kemarin"], "kutip: --to is 'kemarin': "),
        (["ask", "x", "--metadata", "desk"], "The metadata filter 'desk' is "),
        (
            ["articles", "list", "--language", "Indonesian"],
            "The language 'Indonesian' is ",
        ),
        (["articles", "show", "\udcff"], "The id holds U+DCFF at character 0"),
        (["articles", "delete", "a", "\udcff"], "The id holds U+DCFF at character 0"),
        (["ingest"], "Name files or folders to read"),
        (["serve", "--port", "65536"], "65536 is not in the range"),
    ],
)
def test_wrong_usage_exits_2_with_the_reason(arguments: Sequence[str], message: str) -> None:
    result = kutip(*arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert "Traceback" not in result.err


# Ingest


def test_ingest_reports_the_result_of_each_article(filled: Filled) -> None:
    result = filled.first
    assert (result.code, result.out) == (1, "")
    rejection, report = result.err.strip().splitlines()[-2:]
    assert rejection.startswith(f"{filled.articles}/lontar.txt: ")
    assert "forbids automatic indexing for AI" in rejection
    assert "Dilarang keras mengindeks situs ini" in rejection
    assert "--permission TEXT" in rejection
    assert report == "2 created, 0 updated, 0 unchanged, 1 rejected."


@pytest.mark.usefixtures("copied")
def test_ingest_counts_and_shows_the_lines_that_are_no_part_of_an_article(tmp_path: Path) -> None:
    page = tmp_path / "jembatan.txt"
    page.write_text(
        "Jembatan dibuka\n5 September 2025\n\nPanjangnya 84 meter.\n\nBaca juga:\nHarga turun\n",
        encoding="utf-8",
    )
    result = kutip("ingest", str(page))
    assert result.err.strip().splitlines()[-2:] == [
        "2 lines of 1 pages are no part of an article: see --show-dropped.",
        "1 created, 0 updated, 0 unchanged, 0 rejected.",
    ]
    shown = kutip("ingest", str(page), "--show-dropped")
    assert shown.err.strip().splitlines()[-3:] == [
        f"{page}: dropped: Baca juga:",
        f"{page}: dropped: Harga turun",
        "0 created, 0 updated, 1 unchanged, 0 rejected.",
    ]


@pytest.mark.usefixtures("copied")
def test_ingest_counts_the_files_of_other_types_in_folders(tmp_path: Path) -> None:
    folder = tmp_path / "campuran"
    folder.mkdir()
    for name in ("a.jpg", "b.JPG", "catatan"):
        (folder / name).write_bytes(b"x")
    (folder / "jembatan.csv").write_text(
        "judul,isi\nJembatan dibuka,Panjangnya 84 meter.\n", encoding="utf-8"
    )
    result = kutip("ingest", str(folder))
    assert result.err.strip().splitlines()[-2:] == [
        "3 files of other types were skipped: 2 .jpg, 1 without a suffix.",
        "1 created, 0 updated, 0 unchanged, 0 rejected.",
    ]


@pytest.mark.usefixtures("copied")
def test_the_format_of_standard_input_may_be_named() -> None:
    result = kutip("ingest", "-", "--format", "csv", stdin="text\nPanjang jembatan itu 84 meter.\n")
    assert (result.code, result.err.strip().splitlines()[-1]) == (
        0,
        "1 created, 0 updated, 0 unchanged, 0 rejected.",
    )
    refused = kutip("ingest", ".", "--format", "csv")
    assert refused.code == 2
    assert "--format is the format of standard input. Name `-` among the paths." in refused.err


def test_articles_that_are_already_stored_stay_unchanged(in_filled: Filled) -> None:
    paths = [str(in_filled.articles / name) for name in ("kopi.md", "banjir.jsonl")]
    result = kutip("ingest", *paths, "--json")
    assert result.code == 0
    assert result.err.strip() == "0 created, 0 updated, 2 unchanged, 0 rejected."
    articles = json.loads(result.out)["articles"]
    assert [(article["id"], article["status"], article["passages"]) for article in articles] == [
        ("kopi", "unchanged", 2),
        ("banjir", "unchanged", 1),
    ]


def test_a_missing_path_is_reported_before_anything_is_read(tmp_path: Path) -> None:
    result = kutip("ingest", str(tmp_path), "nirgends")
    assert (result.code, result.out) == (1, "")
    assert result.err == "kutip: There is no file or folder 'nirgends'. Correct the path; nothing was read.\n"
    assert not (tmp_path / "data").exists()


def test_permission_standard_input_and_the_corpus_of_another_encoder(tmp_path: Path) -> None:
    allowed = kutip("ingest", "-", "--permission", "Surat 12/2025", "--language", "id", stdin=LOCKED)
    assert (allowed.code, allowed.out) == (0, "")
    listed = json.loads(kutip("articles", "list", "--json").out)["articles"]
    shown = json.loads(kutip("articles", "show", listed[0]["id"], "--json").out)
    assert (shown["permission"], shown["language"]) == ("Surat 12/2025", "id")


# Ask


def test_an_answer_is_printed_with_its_sources(in_filled: Filled) -> None:
    result = kutip("ask", QUESTION, "--language", "ID", "--from", "2025-01-01")
    assert result.code == 0
    assert result.out == (
        f"{QUOTE} [1]\n\n[1] “{QUOTE}”\n"
        "    Panen kopi, KABAR, 2025-06-03\n"
        "    kopi, paragraph 1, 0–64 (supported)\n"
    )
    assert result.err == "1 article has no date and cannot match --from or --to.\n"


def test_questions_from_standard_input_give_one_answer_per_line(in_filled: Filled) -> None:
    result = kutip("ask", "-", "--json", stdin=f"{QUESTION}\n\n{NONSENSE}\n")
    assert result.code == 3
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["question"] for answer in answers] == [QUESTION, NONSENSE]
    assert [answer["is_refusal"] for answer in answers] == [False, True]
    assert set(answers[0]) >= {"id", "answer", "claims", "citations", "hits", "timings_ms", "degraded"}
    assert answers[0]["citations"][0]["quote"] == QUOTE
    assert result.err.startswith("Nothing in the articles is close enough to the question")


def test_a_refusal_shows_the_closest_passages(in_filled: Filled) -> None:
    result = kutip("ask", NONSENSE)
    assert result.code == 3
    first, *nearest = result.err.splitlines()
    assert first == "Nothing in the articles is close enough to the question. Nearest:"
    assert [line.split(".")[0] for line in nearest] == ["  1", "  2", "  3"]
    assert any(f"Panen kopi, KABAR: {QUOTE}" in line for line in nearest)


def test_an_unsupported_claim_is_reported(in_filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    claims = f"{QUOTE} {{1}} Panen kopi di Lembah Arum mencapai 1.700,5 ton pada Senin (3/6). {{1}}"
    with serving(Script([claims])) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("KUTIP_LLM_MODEL", "scripted")
        flagged = kutip("ask", QUESTION)
        monkeypatch.setenv("KUTIP_UNSUPPORTED", "drop")
        dropped = kutip("ask", QUESTION)
    assert "! The articles say otherwise: “Panen kopi di Lembah Arum mencapai 1.700,5 ton" in flagged.out
    assert dropped.out.startswith(f"{QUOTE} [1]\n\n[1]")
    assert "1.700,5" not in dropped.out


def test_a_question_to_an_empty_corpus_names_the_data_folder(tmp_path: Path) -> None:
    LocalCorpus(tmp_path / "data", encoder=None).close()
    result = kutip("ask", QUESTION)
    assert result.code == 3
    assert result.out == "Artikel yang tersedia tidak menjawab pertanyaan ini.\n"
    assert result.err == (
        f"There are no articles yet in {tmp_path}/data (set by KUTIP_DATA_DIR in the environment). "
        "Add some with `kutip ingest PATH`, or set KUTIP_DATA_DIR to the folder that holds yours.\n"
    )


def test_if_the_language_model_fails_the_answer_is_verbatim_with_the_reason(
    in_filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Script(status=401)) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-verysecret")
        monkeypatch.setenv("KUTIP_LLM_MODEL", "scripted")
        result = kutip("ask", QUESTION)
    assert result.code == 0
    assert result.out.startswith(f"{QUOTE} [1]\n")
    assert result.err.startswith("scripted cannot be used (Error code: 401")
    assert result.err.endswith("KUTIP_LLM_MODEL. The answer is verbatim sentences.\n")
    assert "sk-verysecret" not in result.err


# Search


def test_search_prints_hits_with_their_positions(in_filled: Filled) -> None:
    result = kutip("search", "panen kopi", "--top-k", "1")
    assert result.code == 0
    assert result.out.startswith("1. Panen kopi, KABAR, 2025-06-03, id  (score ")
    assert result.out.endswith(f")\n   kopi, paragraph 1, 0–64\n   {QUOTE}\n")


def test_search_prints_the_copies_of_a_hit(tmp_path: Path) -> None:
    for name in ("kopi", "harian"):
        text = COFFEE.replace("id: kopi", f"id: {name}")
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    kutip("ingest", str(tmp_path / "kopi.md"), str(tmp_path / "harian.md"))
    (first, second) = json.loads(kutip("search", "panen kopi", "--json").out)["hits"]
    assert [copy["paragraph"] for copy in first["copies"]] == [1]
    assert [copy["paragraph"] for copy in second["copies"]] == [2]
    other = first["copies"][0]["article_id"]
    assert {first["article_id"], other} == {"kopi", "harian"}
    assert f"{QUOTE}\n   Also in: {other}, paragraph 1\n" in kutip("search", "panen kopi").out


def test_a_search_without_hits_gives_the_reason(in_filled: Filled) -> None:
    result = kutip("search", "zzzz", "--mode", "keyword", "--json")
    assert result.code == 3
    assert json.loads(result.out).keys() == {"hits", "timings_ms", "undated_articles_left_out"}
    assert result.err == "No passage contains a word of the query. Try --mode hybrid.\n"


# Articles


def test_articles_are_listed_shown_and_deleted(filled: Filled, tmp_path: Path) -> None:
    with LocalCorpus(filled.data, encoder=None) as source, LocalCorpus(tmp_path / "data", encoder=None):
        assert source.counts().articles == 2
    for path in filled.data.iterdir():
        (tmp_path / "data" / path.name).write_bytes(path.read_bytes())
    listed = kutip("articles", "list")
    assert (listed.code, listed.err) == (0, "")
    assert listed.out == "banjir\tid\tundated\t\t\nkopi\tid\t2025-06-03\tKABAR\tPanen kopi\n"
    first = kutip("articles", "list", "--limit", "1", "--json")
    assert json.loads(first.out)["next_cursor"] == "banjir"
    assert first.err == "There are more articles. List them with --cursor banjir\n"
    shown = kutip("articles", "show", "kopi")
    version = json.loads(kutip("articles", "show", "kopi", "--json").out)["version"]
    assert shown.out == (
        "Panen kopi\n\n"
        "Outlet:     KABAR\nDate:       2025-06-03 13:27+07:00\nLanguage:   id\n"
        f"Version:    {version}\n\n"
        f"{QUOTE}\n\nPetani menyambut baik kenaikan harga itu.\n"
    )
    assert kutip("articles", "show", "kopi", "--version", version).out == shown.out
    gone = kutip("articles", "delete", "kopi", "nihil", "nulla")
    assert (gone.code, gone.out) == (1, "")
    assert gone.err == (
        "1 article deleted.\n"
        "kutip: There is no article 'nihil', 'nulla'. `kutip articles list` lists all ids.\n"
    )
    assert kutip("articles", "delete", "banjir") == Result(0, "", "1 article deleted.\n")
    assert kutip("articles", "list").code == 3


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["show", "nihil"], 1, "kutip: There is no article 'nihil'. `kutip articles list` lists all ids.\n"),
        (
            ["show", "kopi", "--version", "sha256:0"],
            1,
            "kutip: There is no article 'kopi' with version 'sha256:0'. "
            "`kutip articles list` lists all ids.\n",
        ),
        (
            ["list", "--outlet", "NOBODY"],
            3,
            "No article passes the filters. Remove a filter, or choose other values.\n",
        ),
        (["list", "--cursor", "zzz"], 3, "No article comes after the cursor 'zzz'.\n"),
    ],
)
def test_missing_articles_are_reported(
    in_filled: Filled, arguments: Sequence[str], code: int, message: str
) -> None:
    assert kutip("articles", *arguments) == Result(code, "", message)


# Settings and doctor


def test_the_output_of_settings_can_be_read_back_as_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-verysecret")
    monkeypatch.setenv("KUTIP_TOP_K", "5")
    result = kutip("settings")
    assert (result.code, result.err) == (0, "")
    assert "KUTIP_TOP_K=5\n" in result.out
    assert "sk-verysecret" not in result.out
    assert json.loads(kutip("settings", "--json").out)["OPENAI_API_KEY"] == "**********"
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)
    (tmp_path / ".env").write_text(result.out, encoding="utf-8")
    again = kutip("settings").out
    assert again == result.out.replace("KUTIP_DATA_DIR in the environment", "KUTIP_DATA_DIR in .env")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "KUTIP_TOPK",
            "8",
            "kutip: Unknown setting KUTIP_TOPK. Did you mean KUTIP_TOP_K?",
        ),
        (
            "KUTIP_TOP_K",
            "99",
            "kutip: KUTIP_TOP_K is '99': It should be less than or equal to 50. Correct",
        ),
    ],
)
@pytest.mark.parametrize("command", [["settings"], ["ask", "Apa?"], ["articles", "list"]])
def test_a_wrong_setting_stops_every_command(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str, command: Sequence[str]
) -> None:
    monkeypatch.setenv(name, value)
    result = kutip(*command)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(message)


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


@pytest.fixture
def copied(filled: Filled, tmp_path: Path) -> Path:
    """A copy of the filled corpus, which the commands of this test are given."""
    return Path(shutil.copytree(filled.data, tmp_path / "data"))


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


# Backup and restore


def test_a_backup_is_written_and_restored(in_filled: Filled, tmp_path: Path) -> None:
    target = tmp_path / "kutip.backup"
    done = kutip("backup", str(target))
    size = f"{target.stat().st_size:,}"
    assert done == Result(
        0, "", f"Backed up to {target} and verified: 2 articles, 3 passages, {size} bytes.\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUTIP_DATA_DIR", str(tmp_path / "new"))
        restored = kutip("restore", str(target))
        assert (restored.code, restored.out) == (0, "")
        assert restored.err == (
            f"Restored to {tmp_path}/new: 2 articles, 3 passages, {size} bytes.\n"
            "The vectors are from bundled:multilingual-e5-small. If KUTIP_EMBEDDING_MODEL names another "
            "model, run `kutip ingest --rebuild`.\n"
        )
        assert kutip("articles", "list").out.startswith("banjir\tid\tundated\t\t\nkopi\t")
        again = kutip("restore", str(target))
        assert (again.code, again.out) == (1, "")
        assert again.err == (
            f"kutip: {tmp_path}/new already has 2 articles. Keep it with `kutip backup`, "
            "then replace it with --force.\n"
        )
        assert kutip("restore", str(target), "--force").code == 0
    refused = kutip("backup", str(target))
    assert refused.code == 1
    assert refused.err == f"kutip: {target} exists. Choose another name, or overwrite it with --force.\n"
    assert kutip("backup", str(target), "--force").code == 0


def test_a_backup_holds_no_key(in_filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "kunci-rahasia-sekali"
    monkeypatch.setenv("KUTIP_API_KEYS", key)
    kutip("backup", str(tmp_path / "b"))
    content = (tmp_path / "b").read_bytes()
    assert b"Panen kopi" in content
    assert key.encode() not in content
    assert key_hash(key)[-64:].encode() not in content


def test_a_running_server_answers_from_the_restored_articles(copied: Path, tmp_path: Path) -> None:
    whole, less = str(tmp_path / "whole"), str(tmp_path / "less")
    kutip("backup", whole)
    kutip("articles", "delete", "kopi")
    kutip("backup", less)
    with serving_process(copied) as (_, url):

        def found() -> list[str]:
            body = {"query": "kopi banjir"}
            hits = httpx2.post(f"{url}/v1/search", json=body, timeout=120).json()["hits"]
            return sorted(hit["article_id"] for hit in hits)

        assert found() == ["banjir"]
        assert kutip("restore", whole, "--force").code == 0
        assert found() == ["banjir", "kopi", "kopi"]
        assert kutip("restore", less, "--force").code == 0
        assert found() == ["banjir"]


# Keys


def test_key_prints_a_new_key_and_its_hash() -> None:
    first, second = kutip("key"), kutip("key")
    assert (first.code, first.err) == (0, "")
    key, hashed = first.out.splitlines()
    assert len(key) == 43
    assert hashed == key_hash(key)
    assert first.out != second.out


def test_no_command_shows_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "kunci-rahasia-sekali"
    monkeypatch.setenv("KUTIP_API_KEYS", key)
    monkeypatch.setenv("KUTIP_ADMIN_KEYS", key_hash(key))
    for result in (kutip("settings"), kutip("settings", "--json")):
        assert result.code == 0
        assert "KUTIP_ADMIN_KEYS" in result.out
        assert key not in result.out
        assert key_hash(key)[-64:] not in result.out
    monkeypatch.setenv("KUTIP_ADMIN_KEYS", f"{key} sekali")
    assert kutip("settings") == Result(
        2,
        "",
        "kutip: KUTIP_ADMIN_KEYS: entry 2 has 6 characters, but a key has at least 16 "
        "(`kutip key` makes one). Correct or remove it.\n",
    )


# Serve


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_reported_at_once(taken_port: int) -> None:
    result = kutip("serve", "--port", str(taken_port))
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"kutip: Cannot listen on 127.0.0.1:{taken_port}: the port is in use. Choose another --port.\n"
    )


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("192.0.2.1", "this machine does not have the address"),
        ("kutip.invalid", "the host name "),
    ],
)
def test_an_unavailable_address_is_reported(host: str, reason: str) -> None:
    result = kutip("serve", "--host", host, "--port", "0")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"kutip: Cannot listen on {host}:0: {reason}")
    assert result.err.endswith(". Choose another --host.\n")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0"])  # noqa: S104 - that is what it refuses
def test_without_a_key_the_server_listens_only_on_this_machine(host: str) -> None:
    result = kutip("serve", "--port", "0", "--host", host)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"kutip: KUTIP_HOST is '{host}', which other machines can reach, but no key is set. "
        "Set KUTIP_API_KEYS or KUTIP_ADMIN_KEYS (`kutip key` makes a key), listen on 127.0.0.1, "
        "or let everybody ask, read, write and delete with --insecure.\n"
    )


@contextmanager
def serving_process(
    data: Path, *options: str, **environment: str
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run `kutip serve` in a process of its own; give it and its address on this machine."""
    variables = {**os.environ, "KUTIP_DATA_DIR": str(data), "KUTIP_PORT": "0", **environment}
    command = [sys.executable, "-c", "from api.commands import main; main()", "serve", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=variables) as process:
        assert process.stderr is not None
        port = process.stderr.readline().partition(" (API")[0].rpartition(":")[2]
        try:
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("options", "environment", "status"),
    [
        (["--insecure"], {}, 200),
        ([], {"KUTIP_ADMIN_KEYS": "kunci-untuk-menulis"}, 401),
    ],
)
def test_with_a_key_or_explicit_permission_the_server_listens_for_other_machines(
    filled: Filled, options: list[str], environment: dict[str, str], status: int
) -> None:
    host = "0.0.0.0"  # noqa: S104 - the point of the test
    with serving_process(filled.data, *options, "--host", host, **environment) as (process, url):
        assert httpx2.get(f"{url}/v1/models", timeout=30).status_code == status
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130


@pytest.mark.parametrize(("seconds", "is_finished"), [("20", True), ("1", False)])
def test_running_answers_have_time_to_finish(filled: Filled, seconds: str, is_finished: bool) -> None:
    script = Script(["Panen kopi naik. {1} ", *["kopi "] * 30], drip_seconds=0.1)
    with serving(script) as model_url:
        environment = {
            "KUTIP_LLM_MODEL": "scripted",
            "OPENAI_BASE_URL": model_url,
            "KUTIP_SHUTDOWN_SECONDS": seconds,
        }
        with serving_process(filled.data, **environment) as (process, url):
            told = 0.0
            events: list[str] = []
            body = {"question": QUESTION, "stream": True}
            with (
                suppress(httpx2.RemoteProtocolError),
                httpx2.stream("POST", f"{url}/v1/ask", json=body, timeout=30) as stream,
            ):
                for line in stream.iter_lines():
                    events += [line] if line.startswith("event: ") else []
                    if line == "event: hits":
                        told = time.monotonic()
                        process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)
            assert time.monotonic() - told < 8
            assert events[0] == "event: hits"
            assert (events[-1] == "event: done") == is_finished


def test_a_separate_process_answers_on_stdout_and_serves_until_interrupted(filled: Filled) -> None:
    environment = {**os.environ, "KUTIP_DATA_DIR": str(filled.data), "KUTIP_PORT": "0"}
    command = [sys.executable, "-c", "from api.commands import main; main()", "serve"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        url = first.removeprefix("Kutip listens on ").split(" ")[0]
        ready = httpx2.get(f"{url}/health/ready", timeout=30).json()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert (ready["status"], ready["articles"]) == ("ok", 2)
    assert first.endswith(f" Articles are in {filled.data} (set by KUTIP_DATA_DIR in the environment).\n")
    line, stopped = rest.splitlines()
    expected = (
        'api.observability.observation [0-9a-f]{32} request method="GET" route="/health/ready" status=200 .*'
    )
    assert re.fullmatch(rf"\S+ INFO {process.pid} {expected}", line)
    assert (stopped, process.returncode) == ("Stopped. All articles that were added are kept.", 130)


STOPPED = "Stopped. All articles that were added are kept."


def test_json_logs_contain_texts_only_if_configured(filled: Filled) -> None:
    key = "kunci-untuk-bertanya"
    settings = {"KUTIP_API_KEYS": key, "KUTIP_LOG_FORMAT": "json"}
    logs = []
    for log_texts in ("false", "true"):
        with serving_process(filled.data, KUTIP_LOG_TEXTS=log_texts, **settings) as (process, url):
            headers = {"Authorization": f"Bearer {key}", "X-Request-ID": "kopi-17"}
            reply = httpx2.post(f"{url}/v1/ask", json={"question": QUESTION}, headers=headers, timeout=30)
            assert reply.status_code == 200
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            logs.append(process.stderr.read())
    silent, telling = ([json.loads(line) for line in log.splitlines()] for log in logs)
    assert [line.pop("message") for line in (silent.pop(), telling.pop())] == [STOPPED] * 2
    assert [(line["message"], line["request_id"]) for line in silent] == [("request", "kopi-17")]
    assert {name: silent[0][name] for name in ("level", "method", "route", "status")} == {
        "level": "info",
        "method": "POST",
        "route": "/v1/ask",
        "status": 200,
    }
    assert [line["message"] for line in telling] == ["answered", "request"]
    assert (telling[0]["question"], telling[0]["request_id"]) == (QUESTION, "kopi-17")
    assert not [log for log in logs if key in log or "Traceback" in log]
    assert QUESTION not in logs[0]
