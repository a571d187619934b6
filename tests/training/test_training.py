import json
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from embeddings.adapter import read_adapter
from embeddings.bundled_cross_encoder import SECOND_TOKENS, load
from embeddings.unigram import UnigramTokenizer, bundled_tokenizer
from embeddings.weights import open_weights
from training import export, train
from training.batches import NO_LABEL, Batches, Targets
from training.curves import area_under_curve, best_balanced_accuracy, recall_at
from training.draw import write_pack
from training.examples import Example, Mixture, Source
from training.losses import imitation, losses
from training.model import Outputs, Reader
from training.pack import PackedWeights, read_pack
from training.tokens import Tokens

EXAMPLES = [
    Example("claim: a", "b " * length, label)
    for length in (3, 200, 40)
    for label in ("supported", "contradicted", "not_supported")
] + [Example("query: di mana?", "Ia lahir di Smiljan.", "answerable", (12, 19))]


@pytest.fixture(scope="module")
def tokenizer() -> UnigramTokenizer:
    return bundled_tokenizer()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pack of the examples, with the first as development set."""
    path = tmp_path_factory.mktemp("pack") / "pack.xz"
    source = Source("a", 1.0, len(EXAMPLES), lambda number, _: EXAMPLES[number])
    write_pack(path, Mixture([source], seed=1), len(EXAMPLES), [("first", EXAMPLES[0])])
    return path


@pytest.mark.parametrize(
    ("passage", "answer"),
    [
        ("Tesla lahir pada 1856 di Smiljan.", "Smiljan"),
        ("特斯拉于1856年出生在斯米良。", "斯米良"),
        ("Harga ＡＢＣ naik ½ persen hari ini.", "persen"),
        ("  spasi   ganda  lalu jawaban", "jawaban"),
    ],
)
def test_the_span_of_tokens_holds_the_answer(tokenizer: UnigramTokenizer, passage: str, answer: str) -> None:
    start = passage.index(answer)
    ids, (first, last) = tokenizer.encode_span(passage, (start, start + len(answer)))
    held = tokenizer._processor.decode(ids[first : last + 1])
    assert answer in held
    assert len(held) <= len(answer) + 4


def test_a_long_passage_is_cut_around_the_answer(tokenizer: UnigramTokenizer) -> None:
    passage = "kata lain " * 800 + "Jawabannya Smiljan." + " kata akhir" * 800
    start = passage.index("Smiljan")
    encoded = Tokens(tokenizer).encode(Example("query: di mana?", passage, "answerable", (start, start + 7)))
    assert len(encoded.second) == SECOND_TOKENS
    first, last = encoded.span
    assert "Smiljan" in tokenizer._processor.decode(encoded.second[first : last + 1])


def test_each_example_is_in_one_batch_with_its_targets(path: Path) -> None:
    pack = read_pack(path)
    examples = Batches(pack, pack["numbers"], device="cpu")
    found = list(examples.shuffled(tokens=300, seed=1))
    claims = Counter(label for _, targets in found for label in targets.claim.tolist())
    assert claims == {0: 3, 2: 3, 3: 3, NO_LABEL: 1}
    assert sum(int((targets.answerable == 1).sum()) for _, targets in found) == 1
    for batch, _ in found:
        assert (batch.first + batch.second <= batch.mask).all()
        assert batch.mask.sum(1).min() > 0


def test_a_packed_example_has_the_tokens_that_kutip_reads(path: Path, tokenizer: UnigramTokenizer) -> None:
    pack = read_pack(path)
    (question,) = np.flatnonzero(pack["numbers"][:, 3] == 1)
    batch, targets = Batches(pack, pack["numbers"], device="cpu").batch(np.array([question]))
    embeddings = PackedWeights(pack).tensor("emb.word").reshape(-1, 384)
    own = open_weights().tensor("emb.word").reshape(-1, 384)
    first, second = tokenizer.encode(["query: di mana?", "Ia lahir di Smiljan."], special_tokens=False)
    bos, eos = tokenizer.bos_id, tokenizer.eos_id
    expected = [bos, *first, eos, eos, *second, eos]
    tokens = batch.token_ids[0][batch.mask[0] == 1]
    assert np.array_equal(embeddings[tokens.numpy()], own[expected])
    answer = expected[int(targets.start) : int(targets.end) + 1]
    assert tokenizer._processor.decode(answer).strip(" .") == "Smiljan"


def run(program: ModuleType, *options: object) -> None:
    """Run a program of the command line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", [program.__name__, *map(str, options)])
        program.main()


def test_a_trained_adapter_gives_in_kutip_what_it_gave_in_training(path: Path, tmp_path: Path) -> None:
    small = ("--pack", path, "--rank", 4, "--steps", 4)
    run(train, *small, "--out", tmp_path, "--layers", "0,11")
    file = tmp_path / "adapter.safetensors"
    run(export, "--last", "--checkpoint", tmp_path / "checkpoint.pt", "--out", file)
    adapter = read_adapter(file, sha256=None)
    assert adapter.layers == (0, 11)
    assert np.abs(adapter.tensors["l1.fo.b"]).max() > 0
    pack = read_pack(path)
    trained = Reader(PackedWeights(pack), layers=(0, 11), rank=4)
    trained.load_trained(export.parameters(adapter))
    (question,) = np.flatnonzero(pack["numbers"][:, 3] == 1)
    batch, _ = Batches(pack, pack["numbers"], device="cpu").batch(np.array([question]))
    expected = float(trained(batch).relevance.detach())
    (reading,) = load(adapter).read("di mana?", [["Ia lahir di Smiljan."]])
    assert reading.relevance == pytest.approx(expected, abs=0.05)

    larger = Reader(PackedWeights(pack), layers=(0, 11), rank=6)
    larger.load_trained(export.parameters(adapter))
    assert float(larger(batch).relevance.detach()) == pytest.approx(expected, abs=1e-5)
    with pytest.raises(SystemExit, match="has rank 4: give --rank this or more"):
        run(train, *small, "--rank", 2, "--out", tmp_path / "x", "--layers", "0,11", "--begin-from", file)

    with pytest.raises(SystemExit, match=r"checkpoint\.pt is of a model with layers \(0, 11\)"):
        run(train, *small, "--out", tmp_path, "--layers", "0,1")

    student = tmp_path / "student"
    run(train, *small, "--out", student, "--layers", 0, "--teacher", file)
    log = [json.loads(line) for line in (student / "log.jsonl").read_text().splitlines()]
    assert {"claim", "claim like teacher"} <= log[-1].keys()


def test_not_supported_means_unsupported_or_contradicted() -> None:
    logits = torch.tensor([[0.0, 5.0, 5.0]])
    outputs = Outputs(logits, torch.zeros(1), torch.zeros(1, 4), torch.zeros(1, 4))
    target = torch.tensor([3])
    none = torch.tensor([NO_LABEL])
    parts = losses(outputs, Targets(claim=target, answerable=none, start=none, end=none))
    assert float(parts["claim"]) == pytest.approx(0.0034, abs=1e-3)
    assert float(parts["answerable"]) == 0
    assert float(parts["span"]) == 0


def test_a_student_is_judged_by_what_the_teacher_says() -> None:
    def outputs(claim: float, relevance: float) -> Outputs:
        logits = torch.tensor([[claim, 0.0, 0.0], [0.0, 0.0, 0.0]])
        spans = torch.zeros(2, 4)
        return Outputs(logits, torch.tensor([0.0, relevance]), spans, spans)

    none, yes = torch.tensor([NO_LABEL, NO_LABEL]), torch.tensor([NO_LABEL, 1])
    targets = Targets(claim=torch.tensor([0, NO_LABEL]), answerable=yes, start=none, end=none)
    teacher = outputs(5.0, 5.0)
    alike, unlike = imitation(outputs(5.0, 5.0), teacher, targets), imitation(outputs(0, 0), teacher, targets)
    assert float(unlike["claim like teacher"]) == pytest.approx(np.log(3), abs=1e-4)
    assert float(unlike["answerable like teacher"]) == pytest.approx(np.log(2), abs=1e-4)
    assert all(float(alike[name]) < float(unlike[name]) for name in list(alike)[:2])


def test_figures_are_those_worked_out_by_hand() -> None:
    assert area_under_curve([3, 1], [2, 0]) == 0.75
    assert recall_at([1, 2, 3, 4], [0, 1, 2, 3, 4], passing=0.2) == 0.25
    assert best_balanced_accuracy([2, 3], [0, 1]) == 1.0
    assert best_balanced_accuracy([1, 1], [1, 1]) == 0.5


def test_the_mean_of_two_ranks_adds_the_mean_of_what_both_add() -> None:
    rng = np.random.default_rng(0)
    pairs = [(rng.normal(size=(rank, 6)), rng.normal(size=(8, rank))) for rank in (3, 1)]
    models = [
        {"x.a": torch.tensor(a), "x.b": torch.tensor(b), "pool.bias": torch.tensor([float(number)])}
        for number, (a, b) in enumerate(pairs)
    ]
    expected = sum(b @ a for a, b in pairs) / 2
    found = export.mean(*models)
    assert found["x.a"].shape == (3, 6)
    assert found["pool.bias"].tolist() == [0.5]
    whole = np.linalg.svd(expected, compute_uv=False)
    error = np.linalg.norm((found["x.b"] @ found["x.a"]).numpy() - expected)
    assert error == pytest.approx(whole[3], abs=1e-9)
