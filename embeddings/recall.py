"""Measures the share of the true nearest neighbours that an approximate index finds."""

import faiss
import numpy as np
import numpy.typing as npt

from embeddings.weights import FloatArray


class TrueNeighbours:
    """The nearest neighbours of some queries among all vectors shown so far, by exact search."""

    def __init__(self, queries: FloatArray, *, neighbours: int = 10) -> None:
        self.queries = queries
        self.neighbours = neighbours
        self._scores = np.full((len(queries), neighbours), -np.inf, np.float32)
        self._ids = np.full((len(queries), neighbours), -1, np.int64)

    def add_vectors(self, ids: npt.NDArray[np.int64], vectors: FloatArray) -> None:
        """Search these vectors (count, dimension) too, and keep the nearest of all."""
        nearest = min(self.neighbours, len(ids))
        scores, places = faiss.knn(self.queries, vectors, nearest, metric=faiss.METRIC_INNER_PRODUCT)
        scores = np.hstack([self._scores, scores])
        candidates = np.hstack([self._ids, ids[places]])
        best = np.argsort(-scores, axis=1, kind="stable")[:, : self.neighbours]
        self._scores = np.take_along_axis(scores, best, axis=1)
        self._ids = np.take_along_axis(candidates, best, axis=1)

    def recall(self, found: npt.NDArray[np.int64]) -> float:
        """Return the share of the true neighbours that are in `found` (queries, any number)."""
        shares = [np.isin(true, ids).mean() for true, ids in zip(self._ids, found, strict=True)]
        return float(np.mean(shares))


def synthetic_queries(vectors: FloatArray, *, count: int = 400) -> FloatArray:
    """Return random unit vectors (count, dimension) that imitate the vectors of questions.

    A stored vector would be too easy a query, because it lies where its list is. These vectors are random
    directions with the mean and the covariance of `vectors`. Like questions, they are close to none of
    `vectors`. (A search that finds .988 of the ten nearest neighbours of real questions finds .996 of the
    neighbours of these vectors, and .9996 of those of stored vectors.)
    """
    covariance = np.cov(vectors, rowvar=False)
    drawn = np.random.default_rng(seed=0).multivariate_normal(
        vectors.mean(0), covariance, count, method="eigh"
    )
    unit: FloatArray = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return unit
