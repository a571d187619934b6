"""Matrices in a temporary file: the same values, also after their pages are released."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from embeddings.file_backed import FileBackedWeights
from embeddings.openvino_bert import OpenVinoBert
from embeddings.weights import open_weights

NAMES = ("l0.q", "l3.fi", "l3.fo")


@pytest.fixture(params=["a file", "no folder for files"])
def backed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> FileBackedWeights:
    if request.param == "no folder for files":
        monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
    return FileBackedWeights(open_weights(), NAMES)


def test_matrices_are_the_same_before_and_after_they_are_released(backed: FileBackedWeights) -> None:
    for _ in range(2):
        for name in NAMES:
            expected, found = open_weights().matrix(name), backed.matrix(name)
            np.testing.assert_array_equal(found.integers, expected.integers)
            np.testing.assert_array_equal(found.scales, expected.scales)
        backed.release()


def test_other_tensors_are_those_of_the_weights(backed: FileBackedWeights) -> None:
    weights = open_weights()
    assert backed.shape == weights.shape
    np.testing.assert_array_equal(backed.tensor("l3.fi.b"), weights.tensor("l3.fi.b"))
    rows = [one.blocks("emb.word", row_weights=384)[5] for one in (backed, weights)]
    np.testing.assert_array_equal(*rows)


def test_no_file_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    FileBackedWeights(open_weights(), NAMES)
    assert list(tmp_path.iterdir()) == []


def test_a_network_gives_the_same_without_a_folder_for_files(monkeypatch: pytest.MonkeyPatch) -> None:
    ids, mask = np.array([[0, 581, 2]]), np.ones((1, 3), np.int64)
    expected = OpenVinoBert(open_weights()).hidden_states(ids, mask)
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
    np.testing.assert_array_equal(OpenVinoBert(open_weights()).hidden_states(ids, mask), expected)
