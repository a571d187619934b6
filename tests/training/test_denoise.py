import pytest

from tests.word_cross_encoder import WordCrossEncoder
from training.denoise import useful

# Eight words longer than three letters, so that each word of a passage adds 10 to the log odds of -10.
QUESTION = "Harga kopi naik dekat danau Toba pada musim?"
SURE, UNSURE, REFUSED = "Harga kopi.", "Harga beras.", "Banjir."


@pytest.mark.parametrize(
    ("passages", "kept"),
    [
        ([SURE, REFUSED, UNSURE, UNSURE], [2, 3]),
        ([SURE, REFUSED], [1]),
        ([SURE], []),
    ],
)
def test_passages_that_neither_answer_surely_nor_are_surely_refused_are_kept(
    passages: list[str], kept: list[int]
) -> None:
    assert useful(WordCrossEncoder(), QUESTION, passages) == kept
