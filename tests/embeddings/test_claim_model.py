"""A model of the user for natural language inference as the judge of claims."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder as SentenceTransformersCrossEncoder

from embeddings.claim_model import ClaimModel
from embeddings.cross_encoder import CLAIM_LABELS
from embeddings.loading import load_claim_model
from embeddings.weights import FloatArray, ModelLoadError
from tests.tiny_model import save_tiny_cross_encoder

LABELS = ("entailment", "neutral", "contradiction")
NEXT_STEP = "cross-encoder for natural language inference, or remove it"
PAIRS = [("harga kopi naik", "kopi naik"), ("banjir", "bus harga"), ("kopi", "")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_cross_encoder(tmp_path_factory.mktemp("tiny"), labels=3)


def named(folder: Path, *labels: str) -> Path:
    """Give the outputs of the model these labels."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["id2label"] = {str(place): label for place, label in enumerate(labels)}
    config["label2id"] = {label: place for place, label in enumerate(labels)}
    path.write_text(json.dumps(config))
    return folder


def judged(folder: Path, pairs: list[tuple[str, str]]) -> FloatArray:
    return load_claim_model(str(folder)).judge(pairs)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_labels_are_found_in_any_order(folder: Path, order: tuple[int, ...]) -> None:
    model = SentenceTransformersCrossEncoder(str(folder), device="cpu")
    turned = [(evidence, claim) for claim, evidence in PAIRS]
    raw = model.predict(turned, apply_softmax=True, show_progress_bar=False)
    found = judged(named(folder, *(LABELS[place].title() for place in order)), PAIRS)
    expected = raw[:, [order.index(place) for place in range(3)]]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_no_pairs_long_texts_and_unknown_signs(folder: Path) -> None:
    named(folder, *LABELS)
    assert judged(folder, []).shape == (0, len(CLAIM_LABELS))
    assert np.isfinite(judged(folder, [("kopi " * 4000, "naik " * 4000), ("𐤀𐤁", "\x00")])).all()


def test_the_judge_is_named_as_the_setting_names_it(folder: Path) -> None:
    model = load_claim_model(str(named(folder, *LABELS)))
    assert isinstance(model, ClaimModel)
    assert model.name == str(folder)


@pytest.mark.parametrize(
    "labels",
    [
        ("LABEL_0", "LABEL_1", "LABEL_2"),
        ("positive", "neutral", "negative"),
        ("entailment", "entailed", "contradiction"),
        ("entailment", "not_entailment", "contradiction"),
    ],
)
def test_other_labels_are_refused(folder: Path, labels: tuple[str, ...]) -> None:
    named(folder, *labels)
    reason = f"its labels are {', '.join(labels).lower()}, not entailment, neutral and contradiction"
    message = rf"^KUTIP_CLAIM_MODEL is '{folder}', .*\({reason}\).*{NEXT_STEP}"
    with pytest.raises(ModelLoadError, match=message):
        load_claim_model(str(folder))


def test_a_missing_model_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match=rf"^KUTIP_CLAIM_MODEL is '.*nowhere'.*{NEXT_STEP}"):
        load_claim_model(str(tmp_path / "nowhere"))
