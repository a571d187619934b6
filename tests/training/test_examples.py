import json
import random
from collections import Counter
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embeddings.unigram import UnigramTokenizer
from embeddings.weights import open_weights
from training.alterations import alter, negate, swap_names, swap_numbers
from training.batches import NO_LABEL, SECOND_TOKENS, Targets, batches, encode
from training.data import _ARTICLE_FILES, Articles, ClaimRow, Place
from training.examples import Example, Mixture, Source, _CopiedSentences
from training.losses import losses
from training.measure import area_under_curve, best_balanced_accuracy, recall_at
from training.model import Outputs


@pytest.fixture(scope="module")
def tokenizer() -> UnigramTokenizer:
    return UnigramTokenizer(open_weights().vocabulary())


def rng() -> random.Random:
    return random.Random(1)  # noqa: S311


def test_numbers_names_and_negations_are_changed() -> None:
    assert swap_numbers("Dari 12 desa, 7 terendam.", language="id", rng=rng()) == "Dari 7 desa, 12 terendam."
    swapped = swap_names("Kemarin, Budi menggugat Ratna.", language="id", rng=rng())
    assert swapped == "Kemarin, Ratna menggugat Budi."
    assert negate("The dam was closed.", language="en", rng=rng()) == "The dam was not closed."
    assert negate("Bendungan itu tidak ditutup.", language="id", rng=rng()) == "Bendungan itu ditutup."
    assert negate("ダムは閉鎖された。", language="ja", rng=rng()) is None


@given(st.text(max_size=80), st.sampled_from(["id", "en", "ja", "ar"]), st.integers(0, 9))
def test_an_altered_sentence_is_another(sentence: str, language: str, seed: int) -> None:
    changed = alter(sentence, language=language, rng=random.Random(seed))  # noqa: S311
    assert changed is None or changed != sentence


def test_copied_sentences_are_supported_and_changed_ones_are_not(tmp_path: Path) -> None:
    sentences = ["Panen kopi naik dari 1.200 menjadi 1.500 ton.", "Harga di Gayo turun.", "Bus mogok 3 kali."]
    articles = Articles(_shared(tmp_path, {"a": " ".join(sentences)}))
    row = ClaimRow("", "", "", "id", "id", Place("a", 0), "own")
    copies = _CopiedSentences([row, row], articles)
    assert copies.size == 1
    drawn = [copies.make(0, random.Random(seed)) for seed in range(300)]  # noqa: S311
    supported = {example.first for example in drawn if example.label == "supported"}
    respelled = "claim: Panen kopi naik dari 1200 menjadi 1500 ton."
    assert supported == {*(f"claim: {sentence}" for sentence in sentences), respelled}
    altered = [example for example in drawn if example.label == "not_supported"]
    assert 50 < len(altered) < 150
    assert not any(example.first.removeprefix("claim: ") in example.second for example in altered)
    assert all(example.second in " ".join(sentences) for example in drawn)
    assert {example.second for example in drawn} > {*sentences, " ".join(sentences)}


def _shared(folder: Path, texts: dict[str, str]) -> Path:
    """Write the shared files of articles, all of them empty but the first."""
    for kind, names in _ARTICLE_FILES.items():
        (folder / kind).mkdir()
        for name in names:
            (folder / kind / f"{name}.articles.jsonl").touch()
    rows = [{"id": key, "title": "", "language": "id", "paragraphs": [text]} for key, text in texts.items()]
    (folder / "eval" / "facqa-dev.articles.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


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
    encoded = encode(Example("query: di mana?", passage, "answerable", (start, start + 7)), tokenizer)
    assert len(encoded.second) == SECOND_TOKENS
    assert encoded.span is not None
    before = len(encoded.first) + 3
    first, last = (place - before for place in encoded.span)
    assert "Smiljan" in tokenizer._processor.decode(encoded.second[first : last + 1])


def test_each_example_is_in_one_batch_with_its_targets(tokenizer: UnigramTokenizer) -> None:
    examples = [
        Example("claim: a", "b " * length, label)
        for length in (3, 200, 40)
        for label in ("supported", "contradicted", "not_supported")
    ] + [Example("query: a?", "b", "unanswerable")]
    encoded = [encode(example, tokenizer) for example in examples]
    found = list(batches(encoded, rng=rng(), tokenizer=tokenizer))
    claims = Counter(label for _, targets in found for label in targets.claim.tolist())
    assert claims == {0: 3, 2: 3, 3: 3, NO_LABEL: 1}
    assert sum(int((targets.answerable == 0).sum()) for _, targets in found) == 1
    for batch, _ in found:
        assert (batch.first + batch.second <= batch.mask).all()


def test_not_supported_means_unsupported_or_contradicted() -> None:
    logits = torch.tensor([[0.0, 5.0, 5.0]])
    outputs = Outputs(logits, torch.zeros(1), torch.zeros(1, 4), torch.zeros(1, 4))
    target = torch.tensor([3])
    none = torch.tensor([NO_LABEL])
    parts = losses(outputs, Targets(claim=target, answerable=none, start=none, end=none))
    assert float(parts["claim"]) == pytest.approx(0.0034, abs=1e-3)
    assert float(parts["answerable"]) == 0
    assert float(parts["span"]) == 0


def test_a_mixture_goes_on_where_it_stopped() -> None:
    def source(name: str, size: int) -> Source:
        return Source(name, 1.0, size, lambda number, _: Example(f"{name}{number}", "", "supported"))

    sources = [source("a", 5), source("b", 3)]
    mixture = Mixture(sources, seed=4)
    mixture.draw(7)
    state = mixture.state()
    expected = mixture.draw(20)
    other = Mixture(sources, seed=9)
    other.restore(state)
    assert other.draw(20) == expected
    longer = Mixture([source("a", 6), source("b", 3)], seed=4)
    longer.restore(state)
    drawn = {example.first for example in longer.draw(60)}
    assert drawn == {*(f"a{number}" for number in range(6)), *(f"b{number}" for number in range(3))}


def test_figures_are_those_worked_out_by_hand() -> None:
    assert area_under_curve([3, 1], [2, 0]) == 0.75
    assert recall_at([1, 2, 3, 4], [0, 1, 2, 3, 4], passing=0.2) == 0.25
    assert best_balanced_accuracy([2, 3], [0, 1]) == 1.0
    assert best_balanced_accuracy([1, 1], [1, 1]) == 0.5
