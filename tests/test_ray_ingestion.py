"""Workers of Ray add articles, each once, although one of them is killed."""

import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from rag.datatypes import Article
from rag.ingestion import Ingestion
from rag.pipeline import Pipeline
from rag.reading import Overrides, files_below, read_found, read_paths
from rag.service import Service, open_corpus
from rag.settings import Settings, load_settings
from tests.commands.running import kutip
from tests.corpora import ENCODER, TOPIC_IDENTITY, check_against_brute_force
from tests.corpus.milvus.test_corpus import ROOT, stored_in, swept
from tests.missing import kutip_without
from tests.word_cross_encoder import reading_words

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="no Ray: run `pip install 'kutip[ray]'`")

_KILLED = "killed"  # a file that says that a worker was


def built_to_be_killed(settings: Settings) -> Service:
    """Build a service whose process is killed once, after it has added three articles."""
    corpus = open_corpus(settings, encoder=TOPIC_IDENTITY)
    ingestion = Ingestion(corpus, ENCODER, passage_max_tokens=40)
    added: list[object] = []

    def kill_once(result: object) -> None:
        added.append(result)
        if len(added) == 3 and not (marker := settings.data_dir / _KILLED).exists():
            marker.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)

    ingestion.listeners.append(kill_once)
    return Service(settings, corpus, Pipeline(corpus=corpus, encoder=ENCODER, **reading_words()), ingestion)


def run(folder: str) -> None:
    """Add what the folder holds, in a process of its own; print what became of each article."""
    from rag.ray_ingestion import Workers, ingest_on_ray

    results = ingest_on_ray(
        load_settings(),
        list(files_below([folder])),
        overrides=Overrides(outlet="KABAR"),
        workers=Workers(count=2, cpus=0.5),
        built=built_to_be_killed,
    )
    from ray._common.usage.usage_lib import usage_stats_enabled

    told = {"results": [[each.id, each.status, each.reason] for each in results]}
    sys.stdout.write(json.dumps({**told, "reports": usage_stats_enabled()}))


def run_on_ray(folder: Path, data: Path, uri: str, name: str) -> "subprocess.CompletedProcess[str]":
    code = "import sys; from tests.test_ray_ingestion import run; run(sys.argv[1])"
    settings = {"CORPUS": "milvus", "MILVUS_URI": uri, "MILVUS_PREFIX": name, "DATA_DIR": str(data)}
    return subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env={**os.environ, **{f"KUTIP_{key}": value for key, value in settings.items()}},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@needs_ray
def test_two_workers_add_each_article_once_although_one_is_killed(
    milvus_uri: str,
    prefix: str,
    tmp_path: Path,
) -> None:
    folder, data = tmp_path / "articles", tmp_path / "data"
    folder.mkdir()
    data.mkdir()
    lines = [{"id": f"{number:03}", "title": "Panen", "text": f"Kopi {number}."} for number in range(150)]
    (folder / "many.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n{\n")
    for name in ("bus", "gempa", "banjir"):
        (folder / f"{name}.txt").write_text(f"Kabar {name}.\n\nLagi {name}.")
    (folder / "lain.jsonl").write_text(json.dumps({"id": "000", "text": "Kopi lain."}))
    done = run_on_ray(folder, data, milvus_uri, prefix)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["reports"] is False
    assert (data / _KILLED).exists()
    added = {article_id for article_id, status, _ in told["results"] if status != "rejected"}
    assert added == {*(line["id"] for line in lines), "bus", "gempa", "banjir"}
    reasons = sorted(reason for *_, status, reason in told["results"] if status == "rejected")
    assert len(reasons) == 2
    assert "The id '000' occurs twice, and one article replaced the other" in reasons[1] + reasons[0]
    with swept(milvus_uri, prefix) as corpus:
        articles, _, passages = stored_in(corpus)
        assert (articles, passages) == (153, 153)
        stored = corpus.article("banjir")
        assert stored is not None
        assert stored.outlet == "KABAR"
        check_against_brute_force(corpus)


@needs_ray
def test_the_error_of_a_worker_is_reported(tmp_path: Path) -> None:
    (tmp_path / "bus.txt").write_text("Bus malam.")
    done = run_on_ray(tmp_path, tmp_path, "http://127.0.0.1:1", "kutip")
    assert done.returncode == 1
    assert "CorpusUnreachable: The Milvus server http://127.0.0.1:1 cannot be reached" in done.stderr


def test_without_ray_the_error_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "bus.txt").write_text("Bus malam.")
    uri = "http://127.0.0.1:1"
    arguments = ("ingest", "--ray", "2", "bus.txt")
    run = kutip_without("ray", tmp_path, *arguments, corpus="milvus", milvus_uri=uri)
    assert run.returncode == 2
    assert run.stderr == "kutip: Ray is not installed. Run `pip install 'kutip[ray]'`.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--ray", "2", "."],
            "KUTIP_CORPUS is 'local', a folder that Ray workers on other machines cannot share",
        ),
        (
            ["--ray", "2", "-"],
            "--ray reads files and folders only. Leave out --rebuild, `-` and web addresses.",
        ),
        (["--ray", "2", "--rebuild"], "--ray reads files and folders"),
        (["--ray", "2", "--show-dropped", "."], "--ray does not report the lines it leaves out"),
        (["--ray", "2", "none.txt"], "There is no file or folder 'none.txt'"),
    ],
)
def test_unsupported_inputs_with_ray_are_refused(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = kutip("ingest", *arguments)
    assert result.code in {1, 2}
    assert message in result.err


def test_files_below_a_folder_are_those_that_are_read(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", ".hidden.txt", "c.xyz", "below/d.jsonl"):
        path = tmp_path / "all" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Kopi.")
    (tmp_path / "empty").mkdir()
    given = [tmp_path / "all", tmp_path / "empty", tmp_path / "all" / "c.xyz"]
    skipped: list[str] = []
    found = [
        str(Path(file.path).relative_to(tmp_path)) for file in files_below(given, on_skipped=skipped.append)
    ]
    assert found == ["all/a.md", "all/b.txt", "all/below/d.jsonl", "empty", "all/c.xyz"]
    assert skipped == [str(tmp_path / "all" / "c.xyz")]


def test_files_read_one_by_one_have_the_ids_that_the_whole_folder_gives(tmp_path: Path) -> None:
    for name in ("index.txt", "2024/index.txt", "2025/index.txt", "2025/list.csv"):
        path = tmp_path / "all" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"title,text\n{name},Panen kopi dimulai di {name} pada hari Senin.\n")
    overrides = Overrides()
    one_by_one = [
        item for file in files_below([tmp_path / "all"]) for item in read_found(file, overrides=overrides)
    ]
    assert one_by_one == list(read_paths([tmp_path / "all"], overrides=overrides))
    assert [item.id for item in one_by_one if isinstance(item, Article)] == [
        "2024/index",
        "2025/index",
        "2025/list:1",
        "index",
    ]
