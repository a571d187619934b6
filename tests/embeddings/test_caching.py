"""What was encoded lately is not encoded again, and the vectors are the same."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.caching import CachingEncoder
from embeddings.weights import FloatArray
from tests.conftest import TOPICS, TopicEncoder


class RecordingEncoder(TopicEncoder):
    """Notes which passages it has encoded."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        self.encoded += texts
        return super().encode_passages(texts)


TEXTS = st.lists(st.sampled_from([f"{a} {b}" for a in TOPICS for b in TOPICS]), max_size=12)


@given(batches=st.lists(TEXTS, max_size=8), capacity=st.integers(min_value=0, max_value=10))
def test_vectors_equal_those_of_the_encoder(batches: list[list[str]], capacity: int) -> None:
    caching = CachingEncoder(TopicEncoder(), capacity=capacity)
    for texts in batches:
        assert np.array_equal(caching.encode_passages(texts), TopicEncoder().encode_passages(texts))
        assert len(caching._vectors) <= capacity


def test_a_cached_text_is_not_encoded_again() -> None:
    encoder = RecordingEncoder()
    caching = CachingEncoder(encoder, capacity=3)
    caching.encode_passages(["kopi", "banjir", "kopi"])
    caching.encode_passages(["banjir", "gempa"])
    assert encoder.encoded == ["kopi", "banjir", "gempa"]
    caching.encode_passages(["kopi", "panen"])  # banjir was asked for before gempa, and has to go
    caching.encode_passages(["gempa", "kopi", "panen"])
    assert encoder.encoded == ["kopi", "banjir", "gempa", "panen"]
    caching.encode_passages(["banjir"])
    assert encoder.encoded[-1] == "banjir"


def test_changing_returned_vectors_does_not_change_the_cache() -> None:
    caching = CachingEncoder(TopicEncoder(), capacity=3)
    caching.encode_passages(["kopi"])[:] = 7
    caching.encode_passages(["kopi"])[:] = 7
    assert np.array_equal(caching.encode_passages(["kopi"]), TopicEncoder().encode_passages(["kopi"]))


def test_a_text_that_cannot_be_encoded_is_not_cached() -> None:
    class Failing(RecordingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> FloatArray:
            raise ValueError("too long")

    caching = CachingEncoder(Failing(), capacity=3)
    with pytest.raises(ValueError, match="too long"):
        caching.encode_passages(["kopi"])
    assert not caching._vectors


def test_many_threads_can_encode_at_once() -> None:
    caching = CachingEncoder(TopicEncoder(), capacity=5)
    with ThreadPoolExecutor(4) as pool:
        asked = [[topic] for topic in TOPICS * 50]
        for (topic,), vectors in zip(asked, pool.map(caching.encode_passages, asked), strict=True):
            assert np.array_equal(vectors, TopicEncoder().encode_passages([topic]))
