"""Exact neighbours, and a file that is either right or refused."""

import json
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import vector_index
from embeddings.vector_index import IdArray, UnusableIndexFile, VectorIndex
from embeddings.weights import FloatArray

STATE = {"last_passage": 31, "last_removal": 4}


def ids(*numbers: int) -> IdArray:
    return np.array(numbers, np.int64)


def unit_vectors(count: int, *, dimension: int = 8, seed: int = 7) -> FloatArray:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    scaled: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


def new_index(dimension: int = 8) -> VectorIndex:
    return VectorIndex(encoder_name="random", dimension=dimension)


@pytest.fixture
def index() -> VectorIndex:
    """Three directions of the plane under the ids 10, 20, 30."""
    index = new_index(2)
    index.add(ids(10, 20, 30), np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32))
    return index


EAST = np.array([1, 0], np.float32)


def test_finds_the_nearest_first(index: VectorIndex) -> None:
    assert index.search(EAST, depth=2) == [(10, 1.0), (20, pytest.approx(0.6))]


def test_equal_similarities_are_ordered_by_id() -> None:
    index = new_index(2)
    for number in (5, 3, 9, 1):
        index.add(ids(number), np.array([[0.6, 0.8]], np.float32))
    assert [found for found, _ in index.search(EAST, depth=4)] == [1, 3, 5, 9]


def test_a_depth_beyond_the_size_returns_all(index: VectorIndex) -> None:
    assert [found for found, _ in index.search(EAST, depth=1000)] == [10, 20, 30]


def test_an_empty_index_finds_nothing() -> None:
    assert new_index(2).search(EAST, depth=5) == []
    assert new_index(2).search(EAST, depth=5, within=ids(1, 2)) == []


def test_a_depth_of_zero_finds_nothing(index: VectorIndex) -> None:
    assert index.search(EAST, depth=0) == []


def test_removed_vectors_are_not_found(index: VectorIndex) -> None:
    index.remove(ids(10))
    assert [found for found, _ in index.search(EAST, depth=5)] == [20, 30]
    assert len(index) == 2


def test_removing_no_or_unknown_ids_changes_nothing(index: VectorIndex) -> None:
    index.remove(ids())
    index.remove(ids(99, -1))
    assert len(index) == 3


def test_all_can_be_removed_and_added_again(index: VectorIndex) -> None:
    index.remove(ids(10, 20, 30))
    assert index.search(EAST, depth=5) == []
    index.add(ids(40), np.array([[0, 1]], np.float32))
    assert index.search(EAST, depth=5) == [(40, 0.0)]


def test_a_search_is_limited_to_the_given_ids(index: VectorIndex) -> None:
    assert [found for found, _ in index.search(EAST, depth=5, within=ids(30, 20))] == [20, 30]
    assert [found for found, _ in index.search(EAST, depth=1, within=ids(30))] == [30]
    assert index.search(EAST, depth=5, within=ids()) == []
    assert [found for found, _ in index.search(EAST, depth=5, within=ids(30, 99))] == [30]


def test_ids_may_be_as_large_as_in_sqlite() -> None:
    index = new_index(2)
    largest = 2**63 - 1
    index.add(ids(largest), np.array([[1, 0]], np.float32))
    assert index.search(EAST, depth=1, within=ids(largest)) == [(largest, 1.0)]


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 60),
    depth=st.integers(1, 70),
    removed=st.sets(st.integers(0, 59)),
    within=st.none() | st.sets(st.integers(0, 59)),
)
def test_search_is_exact(
    seed: int, count: int, depth: int, removed: set[int], within: set[int] | None
) -> None:
    vectors = unit_vectors(count + 1, seed=seed)
    query, vectors = vectors[0], vectors[1:]
    index = new_index()
    index.add(np.arange(count, dtype=np.int64), vectors)
    index.remove(np.array(sorted(removed), np.int64))
    allowed = None if within is None else np.array(sorted(within), np.int64)
    found = index.search(query, depth=depth, within=allowed)
    candidates = set(range(count)) - removed
    candidates &= candidates if within is None else within
    similarities = vectors @ query
    expected = sorted(candidates, key=lambda place: -similarities[place])[:depth]
    assert len({place for place, _ in found}) == len(found)
    assert {place for place, _ in found} <= candidates
    np.testing.assert_allclose([score for _, score in found], similarities[expected], atol=1e-5)
    np.testing.assert_allclose([score for _, score in found], similarities[[p for p, _ in found]], atol=1e-5)


def test_any_memory_layout_of_vectors_works() -> None:
    index = new_index(2)
    by_column = np.asfortranarray([[0, 1], [0.6, 0.8], [1, 0]], np.float32)
    index.add(ids(1, 2, 3), by_column)
    every_other = np.array([1, 9, 0, 9], np.float32)[::2]
    assert index.search(every_other, depth=2) == [(3, 1.0), (2, pytest.approx(0.6))]


def test_threads_add_and_search_at_once() -> None:
    index = new_index()
    vectors = unit_vectors(400)
    errors: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 -- what a thread raises would not fail the test
            errors.append(error)

    def add(start: int) -> None:
        for place in range(start, start + 100):
            index.add(ids(place), vectors[place : place + 1])
            if place % 2:
                index.remove(ids(place))

    def search() -> None:
        for place in range(200):
            found = index.search(vectors[place], depth=10)
            assert len({number for number, _ in found}) == len(found)

    works: list[Callable[[], None]] = [lambda start=start: add(start) for start in (0, 100, 200, 300)]  # type: ignore[misc]
    threads = [threading.Thread(target=run, args=(work,)) for work in [*works, search, search]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(index) == 200
    assert all(number % 2 == 0 for number, _ in index.search(vectors[0], depth=400))


# The file


@pytest.fixture
def path(tmp_path: Path, index: VectorIndex) -> Path:
    path = tmp_path / "vectors.faiss"
    index.save(path, state=STATE)
    return path


def load(
    path: Path, *, encoder_name: str = "random", dimension: int = 2
) -> tuple[VectorIndex, dict[str, int]]:
    return VectorIndex.load(path, encoder_name=encoder_name, dimension=dimension)


def test_a_saved_index_is_loaded_with_its_state(path: Path, index: VectorIndex) -> None:
    loaded, state = load(path)
    assert state == STATE
    assert loaded.search(EAST, depth=5) == index.search(EAST, depth=5)
    assert (loaded.encoder_name, loaded.dimension, len(loaded)) == ("random", 2, 3)


def test_a_loaded_index_grows_and_shrinks(path: Path) -> None:
    loaded, _ = load(path)
    loaded.add(ids(40), np.array([[1, 0]], np.float32))
    loaded.remove(ids(10, 30))
    assert [found for found, _ in loaded.search(EAST, depth=5)] == [40, 20]
    loaded.save(path, state={"last_passage": 40})
    again, state = load(path)
    assert state == {"last_passage": 40}
    assert [found for found, _ in again.search(EAST, depth=5)] == [40, 20]


def test_an_empty_index_is_saved_and_loaded(tmp_path: Path) -> None:
    new_index(2).save(tmp_path / "sub" / "empty.faiss", state={})
    loaded, state = load(tmp_path / "sub" / "empty.faiss")
    assert (len(loaded), state) == (0, {})


def test_saving_leaves_no_temporary_file(path: Path, index: VectorIndex) -> None:
    index.save(path, state=STATE)
    assert [file.name for file in path.parent.iterdir()] == ["vectors.faiss"]


def test_a_failed_save_leaves_no_other_file(tmp_path: Path, index: VectorIndex) -> None:
    target = tmp_path / "vectors.faiss"
    target.mkdir()
    (target / "in the way").touch()
    with pytest.raises(OSError, match="directory"):
        index.save(target, state=STATE)
    assert [file.name for file in tmp_path.iterdir()] == ["vectors.faiss"]


@pytest.mark.parametrize(
    ("encoder_name", "dimension", "message"),
    [
        ("another", 2, "'encoder': 'random'.* not .*'encoder': 'another'"),
        ("random", 3, "'dimension': 2.* not .*'dimension': 3"),
    ],
)
def test_the_file_of_another_encoder_is_refused(
    path: Path, encoder_name: str, dimension: int, message: str
) -> None:
    with pytest.raises(UnusableIndexFile, match=rf"vectors\.faiss is for .*{message}"):
        load(path, encoder_name=encoder_name, dimension=dimension)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableIndexFile, match=r"none\.faiss cannot be read: .*No such file"):
        load(tmp_path / "none.faiss")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vectors.faiss").touch()
    with pytest.raises(UnusableIndexFile, match=r"vectors\.faiss is (damaged|for)|cannot be read"):
        load(tmp_path / "vectors.faiss")


def test_a_truncated_file_is_refused(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(UnusableIndexFile, match=r"vectors\.faiss"):
            load(path)


def test_a_file_with_any_bit_flipped_is_refused(path: Path) -> None:
    whole = path.read_bytes()
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        path.write_bytes(flipped)
        with pytest.raises(UnusableIndexFile, match=r"vectors\.faiss"):
            load(path)


@pytest.mark.parametrize(
    "content", [b"[]\n", b"null\n", b'"text"\n', b"{}\n", b"\xff\xfe\n", b"\n\n\n", b"SQLite"]
)
def test_a_file_of_another_format_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vectors.faiss").write_bytes(content)
    with pytest.raises(UnusableIndexFile, match=r"vectors\.faiss"):
        load(tmp_path / "vectors.faiss")


def test_the_header_is_json_on_a_line_of_its_own(path: Path) -> None:
    header = json.loads(path.read_bytes().split(b"\n")[0])
    description = {"format": "kutip-vector-index-3", "encoder": "random", "dimension": 2}
    assert header == {**description, "lists": 0, "recall": 1.0, "state": STATE}


@pytest.mark.parametrize(
    "change",
    [{"recall": None}, {"recall": "x"}, {"state": None}, {"state": 5}, {"recall": ...}, {"state": ...}],
)
def test_a_file_with_another_description_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "vectors"
    index = VectorIndex(encoder_name="random", dimension=8)
    index.save(path, state={"last_passage": 1})
    first, _, rest = path.read_bytes()[:-9].partition(b"\n")
    description = {**json.loads(first), **change}
    described = json.dumps({name: value for name, value in description.items() if value is not ...})
    content = described.encode() + b"\n" + rest
    path.write_bytes(content + b"%08x\n" % zlib.crc32(content))
    with pytest.raises(UnusableIndexFile, match="is damaged"):
        VectorIndex.load(path, encoder_name="random", dimension=8)


def test_a_file_whose_index_faiss_cannot_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vectors"
    VectorIndex(encoder_name="random", dimension=8).save(path, state={"last_passage": 1})
    first, _, _ = path.read_bytes().partition(b"\n")
    content = first + b"\nno index"
    path.write_bytes(content + b"%08x\n" % zlib.crc32(content))
    with pytest.raises(UnusableIndexFile, match="is damaged"):
        VectorIndex.load(path, encoder_name="random", dimension=8)


def test_a_file_that_is_replaced_while_it_is_read_is_read_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may replace the file between the check of its sum and the reading of its vectors."""
    path = tmp_path / "vectors"
    one, two = (VectorIndex(encoder_name="random", dimension=2) for _ in range(2))
    one.add(np.array([1], np.int64), np.array([[1, 0]], np.float32))
    two.add(np.array([2], np.int64), np.array([[0, 1]], np.float32))
    one.save(path, state={"last_passage": 1})
    verify = vector_index._verify_checksum

    def verify_then_replace(*arguments: Any) -> None:
        verify(*arguments)
        two.save(path, state={"last_passage": 2})

    monkeypatch.setattr(vector_index, "_verify_checksum", verify_then_replace)
    loaded, state = VectorIndex.load(path, encoder_name="random", dimension=2)
    assert (loaded.ids().tolist(), state) == ([1], {"last_passage": 1})
