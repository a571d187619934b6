"""The `kutip` command: what it prints where, and how it exits."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from api.commands import COMMANDS
from rag.access_keys import key_hash
from rag.corpus.local.corpus import LocalCorpus
from rag.settings import Settings, environment_name
from tests.commands.running import COFFEE, LOCKED, NONSENSE, QUESTION, QUOTE, Filled, Result, kutip
from tests.openai_server import Script, serving

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
        (["ingest"], "Name files, folders or web addresses to read"),
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
        "Left out of the articles: 2 lines of 1 page. See --show-dropped.",
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
        "Skipped 3 files of other types: 2 .jpg, 1 without a suffix.",
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


def test_a_heading_is_printed_above_its_quote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUTIP_DATA_DIR", str(tmp_path / "data"))
    page = tmp_path / "kopi.md"
    page.write_text(
        f"# Laporan bulanan\n\nPembuka laporan itu.\n\n## Panen kopi\n\n{QUOTE}\n", encoding="utf-8"
    )
    assert kutip("ingest", str(page)).code == 0
    assert f"[1] Panen kopi\n    “{QUOTE}”\n    Laporan bulanan\n" in kutip("ask", QUESTION).out
    assert f"   Panen kopi\n   {QUOTE}\n" in kutip("search", QUESTION).out


def test_an_answer_is_printed_with_its_sources(in_filled: Filled) -> None:
    result = kutip("ask", QUESTION, "--language", "ID", "--from", "2025-01-01")
    assert result.code == 0
    assert result.out == (
        f"{QUOTE} [1]\n\n[1] “{QUOTE}”\n"
        "    Panen kopi, KABAR, 2025-06-03\n"
        "    kopi, paragraph 1, 0–64 (supported)\n"
    )
    assert result.err == "1 article has no date and cannot match --from or --to.\n"


def test_the_command_line_needs_no_key(in_filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUTIP_API_KEYS", "kunci-rahasia-sekali")
    assert kutip("search", "kopi").code == 0
    assert kutip("articles", "show", "kopi").code == 0


def test_questions_from_standard_input_give_one_answer_per_line(in_filled: Filled) -> None:
    result = kutip("ask", "-", "--json", stdin=f"{QUESTION}\n\n{NONSENSE}\n")
    assert result.code == 3
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [answer["question"] for answer in answers] == [QUESTION, NONSENSE]
    assert [answer["is_refusal"] for answer in answers] == [False, True]
    assert set(answers[0]) >= {"id", "answer", "claims", "citations", "hits", "timings_ms", "degraded"}
    assert answers[0]["citations"][0]["quote"] == QUOTE
    assert result.err.startswith("Nothing in the articles is close enough to the question")


def test_a_question_that_cannot_be_asked_does_not_end_the_others(in_filled: Filled) -> None:
    result = kutip("ask", "-", "--json", stdin=f"{'kopi ' * 500}\n???\n{QUESTION}\n")
    assert result.code == 1
    (answer,) = map(json.loads, result.out.splitlines())
    assert answer["question"] == QUESTION
    assert result.err.count("'kopi kopi") == result.err.count("'???': ") == 1


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


def test_a_refusal_after_a_failure_claims_no_verbatim_sentences(
    in_filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Script(status=401)) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("KUTIP_LLM_MODEL", "scripted")
        result = kutip("ask", "Kapan banjir merendam rumah di Tirta Kencana?")
    assert (result.code, result.out) == (3, "Artikel yang tersedia tidak menjawab pertanyaan ini.\n")
    failure, refusal, *_ = result.err.splitlines()
    assert failure.startswith("scripted cannot be used (Error code: 401")
    assert failure.endswith("KUTIP_LLM_MODEL.")
    assert refusal == "The nearest passages do not answer the question. Nearest:"


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


# Settings


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
