"""True neighbours, shown in parts, against sorting everything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.recall import TrueNeighbours, synthetic_queries
from tests.embeddings.test_vector_index import unit_vectors


@given(seed=st.integers(0, 1000), sizes=st.lists(st.integers(1, 20), min_size=1, max_size=5))
def test_the_nearest_are_found_however_the_vectors_are_split(seed: int, sizes: list[int]) -> None:
    vectors, queries = unit_vectors(sum(sizes), seed=seed), unit_vectors(3, seed=seed + 1)
    true = TrueNeighbours(queries, neighbours=4)
    for part in np.split(np.arange(len(vectors)), np.cumsum(sizes)[:-1]):
        true.add_vectors(part + 100, vectors[part])
    nearest = np.argsort(-(queries @ vectors.T), axis=1)[:, :4] + 100
    share = min(4, len(vectors)) / 4  # of too few vectors, those that are missing are never found
    assert true.recall(nearest) == pytest.approx(share)
    assert true.recall(np.zeros((3, 4), np.int64)) == 0


def test_finding_half_of_the_neighbours_is_a_recall_of_one_half() -> None:
    true = TrueNeighbours(np.array([[1, 0]], np.float32), neighbours=2)
    true.add_vectors(np.array([5, 6, 7]), np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32))
    assert true.recall(np.array([[5, 7]])) == 0.5


def test_synthetic_queries_are_unit_vectors_about_the_mean() -> None:
    vectors = unit_vectors(500) + np.array([3, 0, 0, 0, 0, 0, 0, 0], np.float32)
    queries = synthetic_queries(vectors, count=50)
    assert queries.shape == (50, 8)
    assert np.linalg.norm(queries, axis=1) == pytest.approx(np.ones(50), abs=1e-5)
    assert queries[:, 0].min() > 0.8
    assert np.array_equal(queries, synthetic_queries(vectors, count=50))
