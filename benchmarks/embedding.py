"""Passages and queries a second, as ratios to plain sentence-transformers and to the processor's ceiling.

The three rates are measured in turns, several times, because machines drift; ratios are of the medians.
"""

import statistics
import time
from collections.abc import Callable, Sequence

import torch

from benchmarks.data import INDONESIAN_SETS, articles, bundled_encoder, folder_argument
from embeddings import bundled
from rag.passages import cut_passages

_PASSAGES = 192
_QUERIES = 60
_ROUNDS = 5

# Multiply-adds a token in the twelve layers: four 384 × 384 products and two 384 × 1536 ones, each.
_FLOATING_POINT_OPERATIONS_A_TOKEN = 12 * 2 * (4 * 384 * 384 + 2 * 384 * 1536)


def main() -> None:
    """Print the ratios."""
    folder = folder_argument(__doc__)
    encoder = bundled_encoder()
    pool = articles(folder, INDONESIAN_SETS, language="id")
    texts = [
        passage.text
        for article in pool
        for passage in cut_passages(article, count_tokens=encoder.count_tokens, max_tokens=256)
    ]
    step = len(texts) // _PASSAGES
    sample = texts[::step][:_PASSAGES]
    tokens = sum(encoder.count_tokens(sample)) + 5 * len(sample)  # prompt and special tokens
    print(f"{len(sample)} of {len(texts)} pooled passages, {tokens / len(sample):.0f} tokens on average")
    _passages(sample, tokens)
    _queries([text[:60] for text in sample[:_QUERIES]])


def _passages(sample: Sequence[str], tokens: int) -> None:
    encoder = bundled_encoder()
    plain = bundled.load(engine="torch")
    kutip, torch32, ceiling = _medians(
        lambda: encoder.encode_passages(sample),
        lambda: plain.encode_document(list(sample), batch_size=32),
        _bfloat16_products,
    )
    reached = tokens * _FLOATING_POINT_OPERATIONS_A_TOKEN / kutip
    limit = _PRODUCT_OPERATIONS / ceiling
    print(f"Kutip                                  {len(sample) / kutip:8.1f} passages/s")
    print(f"SentenceTransformer.encode, fp32, 32   {len(sample) / torch32:8.1f} passages/s")
    print(f"bfloat16 products of the same shapes    {limit / 1e9:8.1f} GFLOP/s; Kutip {reached / 1e9:.1f}")
    print(f"ratio to plain fp32                    {torch32 / kutip:8.2f}   (at least 2.2)")
    print(f"share of the bfloat16 ceiling          {reached / limit:8.2f}   (at least .65)")


def _queries(texts: Sequence[str]) -> None:
    encoder = bundled_encoder()
    plain = bundled.load(engine="torch")
    plain[0].to(torch.bfloat16)
    plain[0].token_encoder.to(torch.bfloat16)
    kutip, bfloat16 = _medians(
        lambda: [encoder.encode_queries([text]) for text in texts],
        lambda: [plain.encode_query(text) for text in texts],
    )
    print(f"one query: Kutip                       {kutip / len(texts) * 1000:8.2f} ms")
    print(f"one query: torch bfloat16              {bfloat16 / len(texts) * 1000:8.2f} ms")
    print(f"ratio                                  {kutip / bfloat16:8.2f}   (at most .50)")


_ROWS = 2048
_PRODUCT_REPEATS = 40
_PRODUCT_OPERATIONS = _PRODUCT_REPEATS * _ROWS * _FLOATING_POINT_OPERATIONS_A_TOKEN // 12


def _bfloat16_products() -> None:
    """Multiply as one layer does, `_PRODUCT_REPEATS` times: a batch of 2,048 tokens."""
    narrow = torch.ones(_ROWS, 384, dtype=torch.bfloat16)
    square = torch.ones(384, 384, dtype=torch.bfloat16)
    up, down = torch.ones(384, 1536, dtype=torch.bfloat16), torch.ones(1536, 384, dtype=torch.bfloat16)
    for _ in range(_PRODUCT_REPEATS):
        for _ in range(4):
            torch.mm(narrow, square)
        torch.mm(torch.mm(narrow, up), down)


def _medians(*actions: Callable[[], object]) -> list[float]:
    """Return the median seconds of each action, run in turns after one warm-up."""
    seconds: list[list[float]] = [[] for _ in actions]
    for turn in range(_ROUNDS + 1):
        for action, taken in zip(actions, seconds, strict=True):
            started = time.perf_counter()
            action()
            if turn:
                taken.append(time.perf_counter() - started)
    return [statistics.median(taken) for taken in seconds]


if __name__ == "__main__":
    main()
