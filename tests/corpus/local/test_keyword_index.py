"""Words to passages, in memory and in a folder, against a plain dictionary."""

import os
import random
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.vector_index import UnusableIndexFile
from rag.corpus.local.derived import EMPTY_STATE
from rag.corpus.local.derived_keywords import DerivedKeywords
from rag.corpus.local.keyword_index import Entry, KeywordIndex, open_saved, write_index
from rag.datatypes import Filters

NO_FILTERS = Filters()
ARTICLE = {
    "id": "a",
    "language": "id",
    "outlet": None,
    "author": None,
    "section": None,
    "published_day": None,
    "metadata": "{}",
}
STATE = {"corpus": 7, "last_passage": 3, "last_removal": 0}


def entry(passage_id: int, words: str, **article: Any) -> Entry:
    return Entry(passage_id, words, {**ARTICLE, **article})


ENTRIES = [entry(1, "panen kopi naik"), entry(2, "kopi kopi"), entry(3, "banjir 1.500,5 日本 don't")]


def found(index: KeywordIndex, *words: str, depth: int = 10, filters: Filters = NO_FILTERS) -> list[int]:
    return sorted(index.search(dict.fromkeys(words, 1.0), depth=depth, filters=filters))


def filled(entries: Iterable[Entry] = ENTRIES) -> KeywordIndex:
    index = KeywordIndex()
    index.add(entries)
    return index


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The three entries, kept."""
    folder = tmp_path / "keywords"
    write_index(folder, ENTRIES, removed=[], state=STATE, clear_first=True)
    return folder


def reopened(folder: Path) -> KeywordIndex:
    saved, state = open_saved(folder)
    return KeywordIndex(saved, last_saved=state["last_passage"])


def test_a_passage_is_found_by_any_of_its_words() -> None:
    index = filled()
    assert found(index, "kopi") == [1, 2]
    assert found(index, "naik", "banjir") == [1, 3]
    for word in ("1.500,5", "日本", "don't"):
        assert found(index, word) == [3]
    assert found(index, "kop") == found(index, "Kopi") == found(index, "") == found(index) == []


def test_a_limited_search_returns_the_best() -> None:
    assert filled().search({"kopi": 1.0}, depth=1, filters=NO_FILTERS) == [2]


def test_an_empty_index_finds_nothing() -> None:
    assert found(KeywordIndex(), "kopi") == []
    assert KeywordIndex().passages_with("kopi") == 0


def test_counts_passages_not_words() -> None:
    assert [filled().passages_with(word) for word in ("kopi", "panen", "teh")] == [2, 1, 0]


def test_removed_passages_are_neither_found_nor_counted() -> None:
    index = filled()
    index.remove([2, 99])
    assert found(index, "kopi") == [1]
    assert index.passages_with("kopi") == 1


def test_saved_and_newer_passages_are_found_together(folder: Path) -> None:
    index = reopened(folder)
    index.add([entry(4, "kopi teh")])
    assert found(index, "kopi") == [1, 2, 4]
    assert index.passages_with("kopi") == 3
    index.remove([1, 4])
    assert found(index, "kopi") == [2]
    assert [index.passages_with(word) for word in ("kopi", "naik", "teh")] == [1, 0, 0]


def test_the_best_are_found_despite_many_removed_passages(folder: Path) -> None:
    many = [entry(number, "kopi " * (200 - number)) for number in range(10, 100)]
    write_index(folder, many, removed=[], state={**STATE, "last_passage": 99}, clear_first=False)
    index = reopened(folder)
    index.remove(range(10, 90))
    best = found(index, "kopi", depth=5)
    assert len(best) == 5
    assert best[0] >= 90


def test_writing_the_folder_again_adds_and_removes(folder: Path) -> None:
    write_index(
        folder, [entry(4, "teh")], removed=[2, 3], state={**STATE, "last_passage": 4}, clear_first=False
    )
    index = reopened(folder)
    assert (found(index, "kopi"), found(index, "teh"), found(index, "banjir")) == ([1], [4], [])
    assert index.passages_with("kopi") == 1
    assert open_saved(folder)[1] == {**STATE, "last_passage": 4}


def test_writing_with_clear_first_drops_the_old_contents(folder: Path) -> None:
    write_index(folder, [entry(4, "teh")], removed=[], state=STATE, clear_first=True)
    assert (found(reopened(folder), "kopi"), found(reopened(folder), "teh")) == ([], [4])


@pytest.mark.parametrize(
    "make",
    [Path.touch, os.mkfifo, lambda path: path.symlink_to(path.name)],
    ids=["file", "named pipe", "link to itself"],
)
def test_writing_with_clear_first_replaces_what_is_no_folder(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "keywords")
    write_index(tmp_path / "keywords", ENTRIES, removed=[], state=STATE, clear_first=True)
    assert found(reopened(tmp_path / "keywords"), "kopi") == [1, 2]


def test_an_open_index_does_not_see_later_writes(folder: Path) -> None:
    index = reopened(folder)
    write_index(
        folder, [entry(4, "kopi")], removed=[1], state={**STATE, "last_passage": 4}, clear_first=False
    )
    assert found(index, "kopi") == [1, 2]


def test_a_second_writer_is_refused(folder: Path) -> None:
    saved, _ = open_saved(folder)
    writer = saved.writer(15_000_000, num_threads=1)
    with pytest.raises(ValueError, match="LockBusy"):
        write_index(folder, [], removed=[], state=STATE, clear_first=False)
    del writer


def test_a_word_too_long_for_the_index_does_not_affect_the_others() -> None:
    index = filled([entry(1, "kopi " + "x" * 5_000_000 + " teh")])
    assert found(index, "kopi") == found(index, "teh") == [1]


def test_ten_thousand_equal_passages_are_found() -> None:
    index = filled(entry(number, "kopi naik") for number in range(1, 10_001))
    assert index.passages_with("kopi") == 10_000
    assert len(index.search({"kopi": 1.0}, depth=100, filters=NO_FILTERS)) == 100


# Filters


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        (Filters(language=("id",)), [1, 2]),
        (Filters(language=("id", "en")), [1, 2, 3]),
        (Filters(language=("i",)), []),
        (Filters(outlet=("Suara",), language=("id",)), [1]),
        (Filters(article_id=("b", "c")), [2, 3]),
        (Filters(metadata={"n": 1}), [1]),
        (Filters(metadata={"n": "1"}), [2]),
        (Filters(metadata={"n": True}), []),
        (Filters(metadata={"long": "x" * 100_000}), [3]),
    ],
)
def test_only_passages_that_pass_the_filters_are_found(
    filters: Filters, passes: list[int], tmp_path: Path
) -> None:
    long = '{"long":"' + "x" * 100_000 + '"}'
    entries = [
        entry(1, "kopi", id="a", outlet="Suara", metadata='{"n":1}'),
        entry(2, "kopi", id="b", metadata='{"n":"1"}'),
        entry(3, "kopi", id="c", language="en", outlet="Suara", metadata=long),
    ]
    assert found(filled(entries), "kopi", filters=filters) == passes
    write_index(tmp_path / "kept", entries, removed=[], state=STATE, clear_first=True)
    assert found(reopened(tmp_path / "kept"), "kopi", filters=filters) == passes


# Whatever is done, in whatever order

WORDS = st.lists(st.sampled_from("abcde"), min_size=1, max_size=6)
STEPS = st.lists(st.one_of(WORDS, st.just("remove"), st.just("keep")), max_size=30)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, seed=st.integers(0, 1000))
def test_the_index_agrees_with_a_dictionary(steps: list[Any], seed: int) -> None:
    chooser = random.Random(seed)  # noqa: S311
    present: dict[int, str] = {}
    removed: dict[int, str] = {}
    unsaved: dict[int, str] = {}
    last = 0
    with TemporaryDirectory() as temporary:
        folder = Path(temporary, "kept")
        index = KeywordIndex()
        for step in steps:
            if step == "keep":
                entries = [entry(number, words) for number, words in unsaved.items() if number in present]
                write_index(
                    folder, entries, removed=removed, state={**STATE, "last_passage": last}, clear_first=False
                )
                index, unsaved, removed = reopened(folder), {}, {}
            elif step == "remove":
                for number in chooser.sample(sorted(present), min(2, len(present))):
                    removed[number] = present.pop(number)
                index.remove(removed)
            else:
                last += 1
                present[last] = unsaved[last] = " ".join(step)
                index.add([entry(last, present[last])])
        check(index, present)


def check(index: KeywordIndex, present: Mapping[int, str]) -> None:
    for word in "abcdef":
        expected = [number for number, words in present.items() if word in words.split()]
        assert found(index, word, depth=100) == expected
        assert index.passages_with(word) == len(expected)


# Damage


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableIndexFile, match="none is missing"):
        open_saved(tmp_path / "none")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(UnusableIndexFile, match="kept is damaged"):
        open_saved(tmp_path / "kept")


def test_a_missing_truncated_or_altered_file_is_refused(folder: Path) -> None:
    files = [path for path in folder.iterdir() if path.suffix not in ("", ".lock")]
    assert {path.suffix for path in files} >= {".idx", ".term", ".fast", ".store", ".json"}
    for path in files:
        if path.name == ".managed.json":  # tantivy's own list of files to clear away
            continue
        whole = path.read_bytes()
        altered = bytearray(whole)
        altered[len(whole) // 3] ^= 1
        for content in (whole[:-1], whole[: len(whole) // 2], b"", bytes(altered)):
            path.write_bytes(content)
            with pytest.raises(UnusableIndexFile, match="keywords is damaged"):
                open_saved(folder)
        path.write_bytes(whole)
    assert found(reopened(folder), "kopi") == [1, 2]


# Writers that came to an end


def test_files_of_a_killed_writer_do_not_stop_the_next_one(tmp_path: Path) -> None:
    folder, finished = tmp_path / "killed", tmp_path / "finished"
    odd, even = range(1, 200, 2), list(range(2, 200, 2))
    write_index(folder, [entry(n, "kopi") for n in range(1, 200)], removed=[], state=STATE, clear_first=True)
    shutil.copytree(folder, finished)
    write_index(finished, [], removed=odd, state=STATE, clear_first=False)
    new = [path for path in finished.iterdir() if not (folder / path.name).exists()]
    assert ".del" in {path.suffix for path in new}
    for path in (*new, finished / ".managed.json"):  # all but its last step
        shutil.copy(path, folder)
    assert len(found(reopened(folder), "kopi", depth=200)) == 199
    write_index(folder, [], removed=odd, state=STATE, clear_first=False)
    assert found(reopened(folder), "kopi", depth=200) == even


def broken_entries() -> Iterator[Entry]:
    yield entry(4, "teh")
    raise ValueError("no more rows")


def test_after_a_failed_writer_another_can_write_while_the_error_is_kept(folder: Path) -> None:
    with pytest.raises(ValueError, match="no more rows") as kept_error:
        write_index(folder, broken_entries(), removed=[], state=STATE, clear_first=False)
    write_index(folder, [entry(5, "susu")], removed=[], state=STATE, clear_first=False)
    assert found(reopened(folder), "teh", "susu") == [5]
    assert kept_error.value


def footer(content: bytes, description: bytes) -> bytes:
    """Return a file of tantivy with another description in its footer."""
    return content + description + len(description).to_bytes(4, "little") + (1337).to_bytes(4, "little")


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "half": lambda content: content[: len(content) // 2],
    "zeros": lambda content: bytes(len(content)),
    "a footer without a checksum": lambda _: footer(b"kopi", b"{}"),
    "a footer of another kind": lambda _: footer(b"kopi", b"[1]"),
    "a footer that is no JSON": lambda _: footer(b"kopi", b"\xff{"),
    "a deep footer": lambda _: footer(b"kopi", b"[" * 100_000),
    "a right checksum of nothing": lambda _: footer(b"", b'{"version":null,"crc":0}'),
    "an object": lambda _: b"{}",
    "a list": lambda _: b"[]",
    "null": lambda _: b"null",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_any_damage_of_any_file_is_refused_or_harmless(folder: Path, tmp_path: Path, damage: str) -> None:
    for path in sorted(folder.iterdir()):
        copy = tmp_path / f"copy of {path.name}" / "keywords"
        shutil.copytree(folder, copy)
        (copy / path.name).write_bytes(DAMAGE[damage](path.read_bytes()))
        if path.name == "meta.json":  # as if it had been written like that
            checksum = zlib.crc32((copy / path.name).read_bytes())
            (copy / "meta.crc32").write_bytes(b"%08x\n" % checksum)
        try:
            index = reopened(copy)
        except UnusableIndexFile:
            continue
        assert found(index, "kopi") == [1, 2]


STATES: list[dict[str, Any]] = [
    {},
    {"corpus": 1},
    {**EMPTY_STATE, "corpus": "1"},
    {**EMPTY_STATE, "corpus": None},
    {**EMPTY_STATE, "more": 1},
]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_folder_with_another_state_is_built_anew(tmp_path: Path, state: dict[str, Any]) -> None:
    folder = tmp_path / "keywords"
    write_index(folder, [entry(1, "kopi")], removed=[], state=state, clear_first=True)
    derived = DerivedKeywords(folder)
    assert derived.index.passage_ids().tolist() == []
