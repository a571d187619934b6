"""Passages and queries per second, compared with plain sentence-transformers and the processor's limit."""

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import openvino
import torch

from benchmarks.data import (
    INDONESIAN_SETS,
    PASSAGE_MAX_TOKENS,
    articles,
    bundled_encoder,
    folder_argument,
    questions,
)
from benchmarks.report import Report
from embeddings import bundled
from embeddings.batching import BatchingEncoder
from embeddings.encoder import Encoder
from embeddings.weights import FloatArray
from rag.corpus.local.corpus import LocalCorpus
from rag.corpus.protocol import EncoderIdentity
from rag.datatypes import Article
from rag.ingestion import Ingestion

_ARTICLES = 160
_QUERIES = 60
_ROUNDS = 5
_METHOD = """
Indonesian articles of the development sets: passages of mixed lengths with their titles, as `kutip ingest`
encodes them. All measurements take turns and are repeated, because the speed of machines changes; ratios use
the medians. The ceiling is the speed of matrix products of the model's shapes alone, in the fastest precision
of the processor (bfloat16 or float32). Ingest means that articles are split, encoded and stored in a new
corpus on disk.
""".strip().replace("\n", " ")

# Per token, each of the twelve layers does four 384 × 384 products and two 384 × 1536 products.
_FLOATING_POINT_OPERATIONS_A_TOKEN = 12 * 2 * (4 * 384 * 384 + 2 * 384 * 1536)
_PROMPT_AND_SPECIAL_TOKENS = 5


@dataclass(frozen=True)
class _Material:
    """The texts to encode, and the precision in which the processor multiplies fastest."""

    articles: Sequence[Article]
    passages: Sequence[str]
    queries: Sequence[str]
    tokens: int
    precision: torch.dtype

    @property
    def precision_name(self) -> str:
        """The name of the precision in torch."""
        return str(self.precision).removeprefix("torch.")


def main() -> None:
    """Print and write the tables."""
    folder = folder_argument(__doc__)
    encoder = bundled_encoder()
    material = _material(folder, encoder)
    count = len(material.passages)
    size = f"{count:,} passages, {material.tokens / count:.0f} tokens on average."
    report = Report(
        "embedding", "Embedding", "python -m benchmarks.embedding --data FOLDER", f"{_METHOD} {size}"
    )
    _add_passages(report, encoder, material)
    _add_queries(report, encoder, material)
    report.write()


def _material(folder: Path, encoder: Encoder) -> _Material:
    pool = list(articles(folder, INDONESIAN_SETS, language="id"))
    chosen = pool[:: len(pool) // _ARTICLES][:_ARTICLES]
    recorder = _Recorder(encoder)
    _ingest(recorder, chosen)
    asked = itertools.islice(questions(folder, "facqa-dev"), _QUERIES)
    has_bfloat16 = "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return _Material(
        articles=chosen,
        passages=recorder.texts,
        queries=[question.text for question in asked],
        tokens=sum(encoder.count_tokens(recorder.texts)) + _PROMPT_AND_SPECIAL_TOKENS * len(recorder.texts),
        precision=torch.bfloat16 if has_bfloat16 else torch.float32,
    )


class _Recorder:
    """An encoder that records the passages that it encodes."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.dimension, self.max_tokens = encoder.name, encoder.dimension, encoder.max_tokens
        self.count_tokens, self.encode_queries = encoder.count_tokens, encoder.encode_queries
        self._encode_passages = encoder.encode_passages
        self.texts: list[str] = []

    def encode_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (texts, dimension)."""
        self.texts += texts
        return self._encode_passages(texts)


def _ingest(encoder: Encoder, chosen: Sequence[Article]) -> None:
    shared = BatchingEncoder(encoder)  # as in every service
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCorpus(Path(folder), encoder=EncoderIdentity(encoder.name, encoder.dimension)) as corpus,
    ):
        for _ in Ingestion(corpus, shared, passage_max_tokens=PASSAGE_MAX_TOKENS).ingest(chosen):
            pass


def _add_passages(report: Report, encoder: Encoder, material: _Material) -> None:
    plain = bundled.load(engine="torch")
    passages = list(material.passages)
    seconds = _medians(
        {
            "Kutip": lambda: encoder.encode_passages(passages),
            "Kutip, ingest": lambda: _ingest(encoder, material.articles),
            "SentenceTransformer.encode, float32, 32 a batch": lambda: plain.encode_document(
                passages, batch_size=32
            ),
            "ceiling": partial(_products, material.precision),
        }
    )
    operations = material.tokens * _FLOATING_POINT_OPERATIONS_A_TOKEN
    ceiling = _PRODUCT_OPERATIONS / seconds.pop("ceiling")
    rates = {name: len(passages) / taken for name, taken in seconds.items()}
    rates[f"ceiling: {material.precision_name} products"] = ceiling / operations * len(passages)
    report.table(
        ["passages", "÷ Kutip's", "passages a second", "GFLOP a second"],
        [
            [
                name,
                f"{rate / rates['Kutip']:.2f}",
                f"{rate:.1f}",
                f"{rate / len(passages) * operations / 1e9:.0f}",
            ]
            for name, rate in rates.items()
        ],
    )
    report.bars("embedding", rates, x="passages a second")


def _add_queries(report: Report, encoder: Encoder, material: _Material) -> None:
    plain = bundled.load(engine="torch")
    plain[0].to(material.precision)
    seconds = _medians(
        {
            "Kutip": lambda: [encoder.encode_queries([text]) for text in material.queries],
            f"SentenceTransformer.encode, {material.precision_name}": lambda: [
                plain.encode_query(text) for text in material.queries
            ],
            "Kutip, sixteen together": lambda: [
                encoder.encode_queries(material.queries[start : start + 16])
                for start in range(0, len(material.queries), 16)
            ],
        }
    )
    report.table(
        ["one query", "÷ Kutip's", "ms"],
        [
            [name, f"{taken / seconds['Kutip']:.2f}", f"{taken / len(material.queries) * 1000:.2f}"]
            for name, taken in seconds.items()
        ],
    )


_ROWS = 2048
_PRODUCT_REPEATS = 40
_PRODUCT_OPERATIONS = _PRODUCT_REPEATS * _ROWS * _FLOATING_POINT_OPERATIONS_A_TOKEN // 12


def _products(precision: torch.dtype) -> None:
    """Do the matrix products of one layer for a batch of 2,048 tokens, `_PRODUCT_REPEATS` times."""
    narrow = torch.ones(_ROWS, 384, dtype=precision)
    square = torch.ones(384, 384, dtype=precision)
    up, down = torch.ones(384, 1536, dtype=precision), torch.ones(1536, 384, dtype=precision)
    for _ in range(_PRODUCT_REPEATS):
        for _ in range(4):
            torch.mm(narrow, square)
        torch.mm(torch.mm(narrow, up), down)


def _medians(actions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median seconds of each action. The actions take turns, after one warm-up."""
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(_ROUNDS + 1):
        for name, action in actions.items():
            started = time.perf_counter()
            action()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


if __name__ == "__main__":
    main()
