from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from embeddings.adapter import VERSION, AdaptedWeights, Adapter, read_adapter
from embeddings.bundled_cross_encoder import (
    CLAIM_PIECES,
    FIRST_TOKENS,
    SECOND_TOKENS,
    BundledCrossEncoder,
    load,
)
from embeddings.cross_encoder import CLAIM_LABELS
from embeddings.weights import SHA256, FloatArray, ModelLoadError, open_weights

SIZE = 384
CLAIM = "Wali kota membantah kas daerah kosong."
EVIDENCE = "Wali kota Tanjung Arum mengakui kas daerah kosong sejak Maret. Ia meminta maaf kepada warga."


def tensors(seed: int = 5) -> dict[str, FloatArray]:
    """Return an adapter of rank 2 on one matrix, and heads of random values."""
    rng = np.random.default_rng(seed)

    def drawn(*shape: int) -> FloatArray:
        return (rng.standard_normal(shape) * 0.05).astype(np.float32)

    heads = {"pool": (SIZE, 3 * SIZE), "claim": (3, SIZE), "relevance": (1, SIZE), "span": (2, SIZE)}
    found = {"l0.q.a": drawn(2, SIZE), "l0.q.b": drawn(SIZE, 2)}
    for name, shape in heads.items():
        found |= {f"{name}.w": drawn(*shape), f"{name}.b": drawn(shape[0])}
    return found


def write(path: Path, *, version: str = VERSION, weights_sha256: str = SHA256, **more: str) -> Path:
    metadata = {"version": version, "weights_sha256": weights_sha256, **more}
    halves = {name: value.astype(np.float16) for name, value in tensors().items()}
    save_file(halves, path, metadata=metadata)
    return path


@pytest.fixture(scope="module")
def reader() -> BundledCrossEncoder:
    return load(Adapter(tensors()))


def test_the_adapter_is_added_to_the_matrix_that_it_names() -> None:
    weights = open_weights()
    adapted = AdaptedWeights(weights, Adapter(tensors()))
    added = tensors()["l0.q.b"] @ tensors()["l0.q.a"]
    assert np.allclose(adapted.tensor("l0.q.w") - weights.tensor("l0.q.w"), added.ravel(), atol=1e-6)
    assert np.array_equal(adapted.tensor("l0.q.b"), weights.tensor("l0.q.b"))
    assert np.array_equal(adapted.tensor("l1.q.w"), weights.tensor("l1.q.w"))


def test_only_an_adapted_matrix_is_rounded_to_eight_bits() -> None:
    adapted = AdaptedWeights(open_weights(), Adapter(tensors()))
    changed, unchanged = adapted.matrix("l0.q"), adapted.matrix("l1.q")
    assert np.array_equal(unchanged.integers, open_weights().matrix("l1.q").integers)
    values = (changed.integers * changed.scales).ravel()
    assert np.abs(values - adapted.tensor("l0.q.w")).max() <= changed.scales.max() / 2 + 1e-6


def test_a_smaller_cross_encoder_has_the_layers_that_its_adapter_names() -> None:
    weights = open_weights()
    adapted = AdaptedWeights(weights, Adapter(tensors(), layers=(4, 9)))
    assert adapted.shape.layers == 2
    added = tensors()["l0.q.b"] @ tensors()["l0.q.a"]
    assert np.allclose(adapted.tensor("l0.q.w") - weights.tensor("l4.q.w"), added.ravel(), atol=1e-6)
    assert np.array_equal(adapted.tensor("l1.oln.b"), weights.tensor("l9.oln.b"))
    assert np.array_equal(adapted.matrix("l1.fo").integers, weights.matrix("l9.fo").integers)
    assert np.array_equal(adapted.tensor("emb.pos"), weights.tensor("emb.pos"))


def test_each_pair_gets_probabilities_of_the_three_labels(reader: BundledCrossEncoder) -> None:
    judged = reader.judge([(CLAIM, EVIDENCE), (EVIDENCE, CLAIM)])
    assert judged.shape == (2, len(CLAIM_LABELS))
    assert np.allclose(judged.sum(axis=1), 1, atol=1e-5)
    assert not np.allclose(judged[0], judged[1], atol=1e-3)


def test_a_pair_gets_the_same_result_alone_and_in_a_batch(reader: BundledCrossEncoder) -> None:
    pairs = [(CLAIM, EVIDENCE), ("Pendek.", "Ya."), (CLAIM, EVIDENCE * 4)]
    together = reader.judge(pairs)
    alone = np.concatenate([reader.judge([pair]) for pair in pairs])
    assert np.allclose(together, alone, atol=0.02)  # bfloat16 where the processor has it


def test_no_pairs_and_no_passages_give_nothing(reader: BundledCrossEncoder) -> None:
    assert reader.judge([]).shape == (0, len(CLAIM_LABELS))
    assert reader.read("Siapa?", []) == []


@pytest.mark.parametrize("claim", ["", "x" * 4000, "ᚠᚢᚦ ᚨᚱᚲ 𐤀𐤁𐤂", "\x00\ufeff", CLAIM * 300])
def test_any_claim_can_be_judged(reader: BundledCrossEncoder, claim: str) -> None:
    assert np.isfinite(reader.judge([(claim, EVIDENCE), (claim, "")])).all()


def test_the_window_that_says_most_decides_on_long_evidence(reader: BundledCrossEncoder) -> None:
    filler = "Harga cabai di pasar itu tetap. " * 120
    assert len(reader._ids([filler])[0]) > 2 * SECOND_TOKENS
    long = reader.judge([(CLAIM, filler + EVIDENCE)])[0]
    parts = [reader.judge([(CLAIM, reader_part)])[0] for reader_part in (filler[:400], EVIDENCE)]
    assert 1 - long[1] >= min(1 - part[1] for part in parts) - 0.02


def test_every_part_of_a_passage_has_a_share_in_the_answer(reader: BundledCrossEncoder) -> None:
    sentences = EVIDENCE.split(". ")
    (reading,) = reader.read("Apa yang diakui wali kota?", [sentences])
    assert len(reading.parts) == len(sentences)
    assert np.isfinite(reading.parts).all()


def test_parts_behind_the_first_window_are_read(reader: BundledCrossEncoder) -> None:
    sentences = [f"Harga cabai nomor {number} di pasar itu tetap." for number in range(80)]
    assert len(reader._ids([" ".join(sentences)])[0]) > 2 * SECOND_TOKENS
    (long,) = reader.read("Berapa harga cabai?", [sentences])
    assert np.isfinite(long.parts).all()
    (last,) = reader.read("Berapa harga cabai?", [sentences[-3:]])
    assert len(last.parts) == 3


def test_an_empty_passage_or_part_has_no_span(reader: BundledCrossEncoder) -> None:
    empty, blank, none = reader.read("Apa?", [["", "Ya."], [""], []])
    assert empty.parts[0] == float("-inf") < empty.parts[1]
    assert (blank.parts, none.parts) == ((float("-inf"),), ())
    assert all(np.isfinite(reading.relevance) for reading in (empty, blank, none))


def test_each_piece_of_a_long_claim_must_be_supported(reader: BundledCrossEncoder) -> None:
    claim = " ".join(f"Wali kota ke-{number} membantah kas daerah kosong." for number in range(14))
    pieces = reader._pieces(claim)
    assert 1 < len(pieces) <= CLAIM_PIECES
    assert max(map(len, pieces)) <= FIRST_TOKENS
    prefix = reader._ids(["claim:"])[0]
    assert all(piece[: len(prefix)] == prefix for piece in pieces)
    whole = [token for piece in pieces for token in piece[len(prefix) :]]
    assert prefix + whole == reader._ids([f"claim: {claim}"])[0]
    evidence = reader._ids([EVIDENCE])[0]
    least = reader._judge_pieces([(piece, evidence) for piece in pieces])[:, 0].min()
    judged = reader.judge([(CLAIM, EVIDENCE), (claim, EVIDENCE)])
    assert judged[1, 0] == pytest.approx(least, abs=0.02)


def test_a_claim_that_is_too_long_to_read_is_unsupported(reader: BundledCrossEncoder) -> None:
    judged = reader.judge([(CLAIM * 80, EVIDENCE), (CLAIM, EVIDENCE)])
    assert judged[0].tolist() == [0.0, 1.0, 0.0]
    assert judged[1, 0] == pytest.approx(reader.judge([(CLAIM, EVIDENCE)])[0, 0], abs=0.02)


def test_an_adapter_is_read_back(tmp_path: Path) -> None:
    adapter = read_adapter(write(tmp_path / "adapter.safetensors"), sha256=None)
    assert np.allclose(adapter.tensors["l0.q.a"], tensors()["l0.q.a"], atol=1e-3)
    assert adapter.layers == tuple(range(12))
    smaller = read_adapter(write(tmp_path / "smaller.safetensors", layers="0,2,10"), sha256=None)
    assert smaller.layers == (0, 2, 10)


def test_an_adapter_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    path = write(tmp_path / "adapter.safetensors")
    with pytest.raises(ModelLoadError, match="damaged or of another version of Kutip: reinstall Kutip"):
        read_adapter(path, sha256="0" * 64)
    with pytest.raises(ModelLoadError, match="adapter of version 7; this Kutip reads version 1"):
        read_adapter(write(tmp_path / "other.safetensors", version="7"), sha256=None)
    with pytest.raises(ModelLoadError, match="trained on other weights"):
        read_adapter(write(tmp_path / "weights.safetensors", weights_sha256="abc"), sha256=None)
    with pytest.raises(ModelLoadError, match=r"missing\.safetensors cannot be read"):
        read_adapter(tmp_path / "missing.safetensors")
    with pytest.raises(ModelLoadError, match=r"missing\.safetensors cannot be read"):
        read_adapter(tmp_path / "missing.safetensors", sha256=None)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelLoadError, match="cannot be read"):
        read_adapter(path, sha256=None)
