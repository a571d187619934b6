"""Queries of many threads in one batch, each with its own vector or its own error."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from embeddings.batching import BatchingEncoder
from embeddings.encoder import TextTooLong
from embeddings.weights import FloatArray
from tests.conftest import TOPICS, TopicEncoder


class SlowEncoder(TopicEncoder):
    """Notes the size of each batch; its first waits until it is told to go on; refuses what is too long."""

    def __init__(self) -> None:
        super().__init__()
        self.start_again()

    def start_again(self) -> None:
        """Forget what was noted, and wait again."""
        self.batches: list[int] = []
        self.calls: list[str] = []
        self.is_busy = threading.Event()
        self.may_go_on = threading.Event()

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        self.calls.append("passages")
        self.is_busy.set()
        assert self.may_go_on.wait(30)
        return TopicEncoder().encode_passages(texts)

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        self.calls.append("queries")
        self.batches.append(len(texts))
        self.is_busy.set()
        assert self.may_go_on.wait(30)
        if max(self.count_tokens(texts)) > self.max_tokens:
            raise TextTooLong(f"A text is too long; {self.name} takes at most {self.max_tokens}.")
        return TopicEncoder().encode_queries(texts)


def ask_at_once(encoder: SlowEncoder, queries: Sequence[list[str]]) -> list[FloatArray | BaseException]:
    """Ask the first, and the others while it is encoded; return what became of each."""
    batching = BatchingEncoder(encoder)
    with ThreadPoolExecutor(len(queries)) as pool:
        asked = [pool.submit(batching.encode_queries, queries[0])]
        assert encoder.is_busy.wait(30)
        asked += [pool.submit(batching.encode_queries, texts) for texts in queries[1:]]
        while len(batching._waiting) < len(queries) - 1:
            threading.Event().wait(0.001)
        encoder.may_go_on.set()
        return [future.exception() or future.result() for future in asked]


def test_queries_that_arrive_during_a_batch_form_the_next_one() -> None:
    encoder = SlowEncoder()
    queries = [[topic] for topic in TOPICS] + [[TOPICS[1], TOPICS[0]]]
    results = ask_at_once(encoder, queries)
    assert encoder.batches == [1, len(TOPICS) + 1]
    for texts, vectors in zip(queries, results, strict=True):
        assert np.array_equal(np.asarray(vectors), TopicEncoder().encode_queries(texts))


def test_the_size_of_a_batch_is_limited() -> None:
    encoder = SlowEncoder()
    ask_at_once(encoder, [["kopi"]] * 70)
    assert encoder.batches == [1, 64, 5]


def test_a_single_query_does_not_wait() -> None:
    batching = BatchingEncoder(TopicEncoder())
    assert np.array_equal(batching.encode_queries(["kopi"]), TopicEncoder().encode_queries(["kopi"]))


def test_a_text_that_cannot_be_encoded_fails_only_for_its_caller() -> None:
    encoder = SlowEncoder()
    long = "kopi " * (encoder.max_tokens + 1)
    results = ask_at_once(encoder, [["kopi"], ["banjir"], [long], ["gempa"]])
    assert [type(result) for result in results] == [np.ndarray, np.ndarray, TextTooLong, np.ndarray]


def test_a_text_that_cannot_be_encoded_fails_alone_if_more_wait_than_a_batch_has() -> None:
    encoder = SlowEncoder()
    long = "kopi " * (encoder.max_tokens + 1)
    results = ask_at_once(encoder, [["kopi"], ["banjir"], [long], *[["gempa"]] * 70])
    assert [type(result) for result in results] == [np.ndarray] * 2 + [TextTooLong] + [np.ndarray] * 70


def test_the_error_of_a_single_query_is_raised() -> None:
    encoder = SlowEncoder()
    encoder.may_go_on.set()
    with pytest.raises(TextTooLong, match="takes at most"):
        BatchingEncoder(encoder).encode_queries(["kopi " * (encoder.max_tokens + 1)])
    assert encoder.batches == [1]


def test_a_query_waits_for_a_few_passages_but_not_for_all() -> None:
    encoder = SlowEncoder()
    batching = BatchingEncoder(encoder)
    passages = [f"{topic} " * length for length in range(1, 40) for topic in TOPICS]
    encoder.may_go_on.set()
    batching.encode_queries(["kopi"])
    encoder.start_again()
    with ThreadPoolExecutor(3) as pool:
        encoding = pool.submit(batching.encode_passages, passages)
        assert encoder.is_busy.wait(30)
        asked = [pool.submit(batching.encode_queries, [text]) for text in ("kopi", "banjir")]
        while len(batching._waiting) < len(asked):
            threading.Event().wait(0.001)
        encoder.may_go_on.set()
        assert np.array_equal(encoding.result(), TopicEncoder().encode_passages(passages))
        answers = [future.result() for future in asked]
    assert encoder.calls[:3] == ["passages", "queries", "passages"]
    assert encoder.batches == [2]
    assert np.array_equal(np.concatenate(answers), TopicEncoder().encode_queries(["kopi", "banjir"]))


def test_without_queries_passages_are_encoded_in_whole_batches() -> None:
    encoder, now = SlowEncoder(), [0.0]
    encoder.may_go_on.set()
    batching = BatchingEncoder(encoder, clock=lambda: now[0])
    passages = ["kopi " * 30] * 40
    batching.encode_passages(passages)
    assert encoder.calls == ["passages"]
    batching.encode_queries(["kopi"])
    for seconds, batches in ((1.0, 10), (60.0, 1)):
        now[0], encoder.calls = now[0] + seconds, []
        vectors = batching.encode_passages(passages)
        assert encoder.calls == ["passages"] * batches
        assert np.array_equal(vectors, TopicEncoder().encode_passages(passages))
