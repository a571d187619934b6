"""Any cross-encoder as a reranker, on a tiny one of random weights."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder

from embeddings.reranker import BATCH_SIZE, CrossEncoderReranker
from tests.tiny_model import save_tiny_cross_encoder, save_tiny_model

TEXTS = ["kopi", "harga kopi naik", "banjir bus bus banjir naik harga kopi", "harga"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_cross_encoder(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def model(folder: Path) -> CrossEncoder:
    loaded: CrossEncoder = CrossEncoder(str(folder), device="cpu")
    return loaded


@pytest.fixture
def reranker(model: CrossEncoder) -> CrossEncoderReranker:
    return CrossEncoderReranker(model, name="tiny")


def test_results_equal_those_of_the_library(reranker: CrossEncoderReranker, model: CrossEncoder) -> None:
    scores = reranker.scores("harga kopi", TEXTS)
    np.testing.assert_allclose(scores, [model.predict(("harga kopi", text)) for text in TEXTS], atol=1e-6)
    assert len({round(score, 4) for score in scores}) == len(TEXTS)
    assert all(0 < score < 1 for score in scores)  # the model's own activation, a sigmoid


def test_scores_depend_on_the_query(reranker: CrossEncoderReranker) -> None:
    assert not np.allclose(reranker.scores("harga kopi", TEXTS), reranker.scores("banjir", TEXTS), atol=1e-3)


def test_the_order_of_texts_is_kept_across_batches(reranker: CrossEncoderReranker) -> None:
    texts = [f"kopi {'naik ' * (number % 7)}" for number in range(2 * BATCH_SIZE + 1)]
    alone = [reranker.scores("harga kopi", [text])[0] for text in texts]
    assert reranker.scores("harga kopi", texts) == pytest.approx(alone, abs=1e-6)


def test_no_texts_give_no_scores(reranker: CrossEncoderReranker) -> None:
    assert reranker.scores("harga kopi", []) == []


def test_a_text_too_long_for_the_model_is_truncated(reranker: CrossEncoderReranker) -> None:
    # 32 positions: [CLS], two words of the query, [SEP], 27 of the text, [SEP].
    within, beyond = reranker.scores("harga kopi", ["naik " * 27, "naik " * 27 + "banjir " * 500])
    assert beyond == pytest.approx(within, abs=1e-6)
    assert reranker.scores("harga " * 500, ["kopi"])[0] > 0


def test_concurrent_calls_get_the_same_scores_as_single_ones(reranker: CrossEncoderReranker) -> None:
    queries = [f"{text} {'kopi ' * number}" for number in range(10) for text in TEXTS]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda query: reranker.scores(query, TEXTS), queries))
    np.testing.assert_allclose(together, [reranker.scores(query, TEXTS) for query in queries], atol=1e-6)


def test_a_model_with_several_labels_is_refused(tmp_path: Path) -> None:
    model = CrossEncoder(str(save_tiny_cross_encoder(tmp_path, labels=3)), device="cpu")
    with pytest.raises(ValueError, match="it has 3 labels where a reranker has one"):
        CrossEncoderReranker(model, name="entailment")


def test_an_embedding_model_is_refused(tmp_path: Path) -> None:
    model = CrossEncoder(str(save_tiny_model(tmp_path)), device="cpu")
    with pytest.raises(ValueError, match="it has no trained scoring head; it may be an embedding model"):
        CrossEncoderReranker(model, name="embeddings")
