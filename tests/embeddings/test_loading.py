"""From the name that a setting gives to an encoder or a reranker, or to an error that says what to do."""

import shutil
import time
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest

from embeddings.loading import load_encoder, load_reranker
from embeddings.weights import ModelLoadError
from tests.tiny_model import save_tiny_cross_encoder, save_tiny_model

NEXT_STEP = "give a sentence-transformers hub name or folder, or `bundled`"
RERANKER_NEXT_STEP = "give the hub name or folder of a sentence-transformers cross-encoder, or remove it"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


def test_a_folder_loads_and_encodes(folder: Path) -> None:
    encoder = load_encoder(str(folder))
    assert (encoder.name, encoder.dimension, encoder.max_tokens) == (str(folder), 16, 30)
    vectors = encoder.encode_passages(["kopi naik", "banjir"])
    assert vectors.shape == (2, 16)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "has_prompts"),
    [
        ("multilingual-e5-large", True),
        ("e5-small-v2", True),
        ("multilingual-e5-large-instruct", False),  # trained with instructions, not with these prompts
        ("node5-base", False),
    ],
)
def test_the_e5_models_get_the_prompts_they_were_trained_with(
    folder: Path, tmp_path: Path, name: str, has_prompts: bool
) -> None:
    shutil.copytree(folder, tmp_path / name)
    encoder = load_encoder(str(tmp_path / name))
    as_query, as_passage = encoder.encode_queries(["kopi"]), encoder.encode_passages(["kopi"])
    assert np.allclose(as_query, as_passage, atol=1e-6) is not has_prompts


def test_the_prompts_of_a_folder_are_its_own(tmp_path: Path) -> None:
    prompts = {"query": "banjir: ", "document": "bus: "}
    encoder = load_encoder(str(save_tiny_model(tmp_path, prompts=prompts)))
    expected = load_encoder(str(save_tiny_model(tmp_path / "plain")))
    np.testing.assert_allclose(
        encoder.encode_queries(["kopi"]), expected.encode_queries(["banjir: kopi"]), atol=1e-6
    )
    np.testing.assert_allclose(
        encoder.encode_passages(["kopi"]), expected.encode_passages(["bus: kopi"]), atol=1e-6
    )


@pytest.mark.parametrize("name", ["kutip-tests/no-such-model", "no-such-model"])
def test_a_hub_name_fails_at_once_without_a_network(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Port 9 refuses connections, as a machine without a network does, whether or not this one has one.
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    started = time.monotonic()
    with pytest.raises(ModelLoadError, match=f"The embedding model '{name}' cannot be .*: {NEXT_STEP}"):
        load_encoder(name)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("name", ["nowhere", "a b"])
def test_a_missing_folder_is_reported(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(ModelLoadError, match=rf"'{path}' cannot be loaded \(.*not.*\): {NEXT_STEP}"):
        load_encoder(str(path))


def test_a_folder_without_a_model_is_reported(tmp_path: Path) -> None:
    with pytest.raises(
        ModelLoadError, match=rf"'{tmp_path}' cannot be loaded \(.*config\.json.*\): {NEXT_STEP}"
    ):
        load_encoder(str(tmp_path))


def test_damaged_weights_are_reported(folder: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(folder, damaged)
    weights = next(damaged.rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelLoadError, match=rf"'{damaged}' cannot be loaded \(.+\): {NEXT_STEP}"):
        load_encoder(str(damaged))


def test_without_a_gpu_the_bundled_model_runs_on_openvino() -> None:
    assert load_encoder("bundled").name == "bundled:multilingual-e5-small"


def test_a_folder_loads_and_scores(tmp_path: Path) -> None:
    saved = save_tiny_cross_encoder(tmp_path)
    reranker = load_reranker(str(saved))
    assert reranker.name == str(saved)
    assert reranker.scores("harga kopi", ["kopi", "harga"]) == pytest.approx([0.8658, 0.7542], abs=1e-3)


@pytest.mark.parametrize("name", ["kutip-tests/no-such-model", "no-such-model"])
def test_a_reranker_on_the_hub_fails_at_once_without_a_network(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:9")
    started = time.monotonic()
    message = f"^KUTIP_RERANKER_MODEL is '{name}', which cannot be loaded .*: {RERANKER_NEXT_STEP}"
    with pytest.raises(ModelLoadError, match=message):
        load_reranker(name)
    assert time.monotonic() - started < 5


def test_a_folder_without_a_reranker_is_reported_with_the_reason(folder: Path, tmp_path: Path) -> None:
    reasons = {
        tmp_path / "nowhere": "not found",
        tmp_path: r"config\.json",
        save_tiny_cross_encoder(tmp_path, labels=2): "it has 2 labels where a reranker has one",
        folder: "it has no trained scoring head",
    }
    for path, reason in reasons.items():
        message = rf"^KUTIP_RERANKER_MODEL is '{path}', .*\(.*{reason}.*\): {RERANKER_NEXT_STEP}"
        with pytest.raises(ModelLoadError, match=message):
            load_reranker(str(path))
