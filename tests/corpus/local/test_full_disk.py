"""A disk that is full or read-only: what is stored stays, searches go on, errors say what to do."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.corpus.local.corpus import LocalCorpus
from rag.datatypes import Article
from rag.errors import CorpusError, CorpusNotWritable
from tests.crashes import (
    POINTS,
    SMALL_TIERS,
    Kill,
    State,
    chance_of,
    check_folder,
    check_searches,
    ingest,
    make_folder,
    make_old,
    open_corpus,
    possible_after,
    some_article,
    some_step,
    stored_articles,
    usual_steps,
    work_until_killed,
)

DISK_BYTES = 3 * 2**20
FULL = r"The disk of .*data is full, and the last change was not stored: free some space"

# Free bytes: with few the corpus is not even opened, with more its indexes do not fit.
FREE = [0, 16_384, 65_536, 131_072, 300_000]


@pytest.fixture(autouse=True)
def small_tiers(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in SMALL_TIERS:
        monkeypatch.setattr(*part)


def mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)  # noqa: S607


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    if (
        shutil.which("mount") is None
        or mount("-t", "tmpfs", "-o", f"size={DISK_BYTES}", "disk", f"{tmp_path}").returncode
    ):
        pytest.skip("Only root can mount a small disk.")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)  # noqa: S607


def fill(disk: Path, *, but: int) -> None:
    with (disk / "other").open("wb") as file:
        file.write(bytes(shutil.disk_usage(disk).free - but))


def free(disk: Path) -> None:
    (disk / "other").unlink()


def ingest_until_full(corpus: LocalCorpus, articles: dict[str, Article]) -> None:
    """Add to the corpus, and to `articles` what was acknowledged."""
    for seed in range(100):
        step = some_step("ingest", chance_of(seed))
        for result, source in zip(ingest(corpus, step.articles), step.articles, strict=True):
            articles[result.id] = source


@pytest.mark.parametrize("room", FREE)
def test_acknowledged_articles_survive_a_full_disk(disk: Path, room: int) -> None:
    articles = dict(make_folder(disk / "data"))
    fill(disk, but=room)
    with pytest.raises(CorpusError, match=FULL), open_corpus(disk / "data") as corpus:
        ingest_until_full(corpus, articles)
    free(disk)
    check_folder(disk / "data", [articles])


@pytest.mark.parametrize("room", [0, 16_384, 65_536])
def test_searches_work_if_the_indexes_cannot_be_written(disk: Path, room: int) -> None:
    articles = dict(make_folder(disk / "data"))
    with open_corpus(disk / "data") as corpus:
        step = some_step("ingest", chance_of(1))
        list(ingest(corpus, step.articles))
        articles.update({source.id: source for source in step.articles})
        fill(disk, but=room)
        corpus.optimize()
        check_searches(corpus, articles)
        with pytest.raises(CorpusError, match=FULL):
            ingest_until_full(corpus, articles)
        check_searches(corpus, articles)
        corpus.optimize()
    free(disk)
    check_folder(disk / "data", [articles])


@pytest.mark.parametrize("room", FREE[:3])
def test_a_migration_on_a_full_disk_changes_nothing(disk: Path, room: int) -> None:
    articles = make_folder(disk / "data")
    make_old(disk / "data")
    fill(disk, but=room)
    with pytest.raises(CorpusError, match=FULL):
        open_corpus(disk / "data")
    free(disk)
    check_folder(disk / "data", [articles])


NOT_WRITABLE = r"The data folder .*data is not writable \(.*\): make it writable or set KUTIP_DATA_DIR"


def test_a_read_only_folder_of_a_closed_corpus_is_refused(disk: Path) -> None:
    articles = make_folder(disk / "data")
    mount("-o", "remount,ro", f"{disk}")
    with pytest.raises(CorpusNotWritable, match=NOT_WRITABLE):
        open_corpus(disk / "data")
    mount("-o", "remount,rw", f"{disk}")
    check_folder(disk / "data", [articles])


def test_a_read_only_folder_left_by_a_killed_process_can_be_searched(disk: Path) -> None:
    articles = make_folder(disk / "data")
    steps = usual_steps(chance_of(0))
    kill = Kill(POINTS["a transaction"][0], occurrence=4, delay_seconds=0)
    outcome = work_until_killed(disk / "data", steps, kill)  # so that SQLite's log holds some of it
    assert outcome.was_killed
    possible = [state.articles for state in possible_after(State(articles), steps, outcome.acknowledged)]
    mount("-o", "remount,ro", f"{disk}")
    with open_corpus(disk / "data") as corpus:
        found = stored_articles(corpus)
        assert found in possible
        check_searches(corpus, found)
        with pytest.raises(CorpusNotWritable, match=NOT_WRITABLE):
            list(ingest(corpus, [some_article(30, chance_of(0))]))
        check_searches(corpus, found)
    mount("-o", "remount,rw", f"{disk}")
    check_folder(disk / "data", possible)
