"""Texts into batches of a bounded number of tokens."""

from hypothesis import given
from hypothesis import strategies as st

from embeddings.encoder import batches_by_tokens

LENGTHS = st.lists(st.integers(min_value=0, max_value=120), max_size=60)


@given(lengths=LENGTHS, budget=st.integers(min_value=1, max_value=200))
def test_every_text_is_in_exactly_one_batch(lengths: list[int], budget: int) -> None:
    places = [place for batch in batches_by_tokens(lengths, budget=budget) for place in batch]
    assert sorted(places) == list(range(len(lengths)))


@given(lengths=LENGTHS, budget=st.integers(min_value=1, max_value=200))
def test_each_padded_batch_is_within_the_budget(lengths: list[int], budget: int) -> None:
    for batch in batches_by_tokens(lengths, budget=budget):
        assert batch
        assert len(batch) == 1 or len(batch) * max(lengths[place] for place in batch) <= budget


@given(lengths=LENGTHS)
def test_batches_are_ordered_from_long_to_short(lengths: list[int]) -> None:
    order = [lengths[place] for batch in batches_by_tokens(lengths, budget=100) for place in batch]
    assert order == sorted(lengths, reverse=True)


def test_texts_of_equal_length_keep_their_order() -> None:
    assert list(batches_by_tokens([5, 7, 5, 7], budget=14)) == [[1, 3], [0, 2]]


def test_a_text_over_the_budget_has_its_own_batch() -> None:
    assert list(batches_by_tokens([30, 5, 5], budget=20)) == [[0], [1, 2]]


def test_no_texts_give_no_batches() -> None:
    assert list(batches_by_tokens([], budget=20)) == []
