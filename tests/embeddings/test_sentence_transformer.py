"""Any sentence-transformers model as an encoder, on a tiny one of random weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer, models, pre_tokenizers

from embeddings.encoder import TextTooLong
from embeddings.sentence_transformer import SentenceTransformerEncoder
from tests.tiny_model import DIMENSION, POSITIONS, save_tiny_model

TEXTS = ["kopi", "harga kopi naik", "banjir bus bus banjir naik harga kopi", "harga"]
LENGTHS = [1, 3, 7, 1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prompts = {"query": "query: ", "document": "passage: "}
    return save_tiny_model(tmp_path_factory.mktemp("tiny"), prompts=prompts)


@pytest.fixture
def model(folder: Path) -> SentenceTransformer:
    return SentenceTransformer(str(folder), device="cpu")


@pytest.fixture
def encoder(model: SentenceTransformer) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(model, name="tiny")


def test_results_equal_those_of_the_library(
    encoder: SentenceTransformerEncoder, model: SentenceTransformer
) -> None:
    np.testing.assert_allclose(encoder.encode_queries(TEXTS), model.encode_query(TEXTS), atol=1e-6)
    np.testing.assert_allclose(encoder.encode_passages(TEXTS), model.encode_document(TEXTS), atol=1e-6)
    assert not np.allclose(encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS), atol=1e-3)


@pytest.mark.parametrize("name", ["document", "passage", "corpus"])
def test_the_passage_prompt_is_found_under_three_names(tmp_path: Path, name: str) -> None:
    folder = save_tiny_model(tmp_path, prompts={"query": "query: ", name: "passage: "})
    model = SentenceTransformer(str(folder), device="cpu")
    encoder = SentenceTransformerEncoder(model, name="tiny")
    np.testing.assert_allclose(
        encoder.encode_passages(["kopi"]), model.encode(["passage: kopi"], prompt=""), atol=1e-6
    )


def test_a_model_without_prompts_encodes_queries_and_passages_alike(model: SentenceTransformer) -> None:
    model.prompts = {}
    encoder = SentenceTransformerEncoder(model, name="tiny")
    assert encoder.max_tokens == POSITIONS - 2
    np.testing.assert_array_equal(encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS))


def test_name_dimension_and_limit_are_reported(encoder: SentenceTransformerEncoder) -> None:
    assert encoder.name == "tiny"
    assert encoder.dimension == DIMENSION
    assert encoder.max_tokens == POSITIONS - 4  # [CLS], "passage", ":", [SEP]


def test_token_counts_are_the_same_before_and_after_encoding(encoder: SentenceTransformerEncoder) -> None:
    # A Hugging Face tokenizer keeps the padding and the truncation of the last batch it encoded.
    long = "kopi " * 50
    assert encoder.count_tokens([*TEXTS, long]) == [*LENGTHS, 50]
    encoder.encode_passages(TEXTS)
    assert encoder.count_tokens([*TEXTS, long]) == [*LENGTHS, 50]


def test_a_text_over_the_limit_is_refused_not_truncated(encoder: SentenceTransformerEncoder) -> None:
    at_limit = "kopi " * encoder.max_tokens
    assert encoder.encode_passages([at_limit]).shape == (1, DIMENSION)
    with pytest.raises(TextTooLong, match="A text has 29 tokens; tiny takes at most 28"):
        encoder.encode_passages(["kopi", at_limit + "kopi"])


def test_a_batch_gives_the_same_vectors_as_single_texts(encoder: SentenceTransformerEncoder) -> None:
    alone = np.concatenate([encoder.encode_passages([text]) for text in TEXTS])
    np.testing.assert_allclose(encoder.encode_passages(TEXTS), alone, atol=1e-5)


def test_vectors_are_of_unit_length_even_where_the_model_does_not_scale_them(
    model: SentenceTransformer,
) -> None:
    unscaled = SentenceTransformer(modules=list(model)[:2], device="cpu")
    vectors = SentenceTransformerEncoder(unscaled, name="tiny").encode_passages(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_a_static_embedding_model_accepts_texts_of_any_length() -> None:
    torch.manual_seed(7)
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "kopi": 1, "banjir": 2}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    static = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=4)], device="cpu")
    encoder = SentenceTransformerEncoder(static, name="static")
    assert encoder.count_tokens(["kopi " * 5000]) == [5000]
    vectors = encoder.encode_passages(["kopi " * 5000, "banjir"])
    np.testing.assert_allclose(vectors[:1], encoder.encode_passages(["kopi"]), atol=1e-4)
