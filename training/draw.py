"""Draw the examples and write them as token ids to a pack: `python -m training.draw --shared FOLDER`."""

import argparse
import io
import lzma
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.loading import load_encoder
from embeddings.unigram import UnigramTokenizer, bundled_tokenizer
from embeddings.weights import WeightsFile, open_weights
from training.development import development_examples
from training.examples import Example, Mixture, sources
from training.tokens import Encoded, Tokens

SEED = 20261201
BLOCK = 20_000


def main() -> None:
    """Read the command line and write the pack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with train/ and eval/")
    parser.add_argument("--public", type=Path, default=Path("build/public"), help="folder of public sets")
    parser.add_argument("--out", type=Path, default=Path("build/reader/pack.xz"))
    parser.add_argument("--size", type=int, default=400_000, help="number of examples")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    drawn_from = sources(
        options.shared, options.public, lambda: load_encoder("bundled"), cache=options.out.parent
    )
    for source in drawn_from:
        print(f"{source.name}: {source.size} rows, weight {source.weight}", flush=True)  # noqa: T201
    write_pack(
        options.out, Mixture(drawn_from, seed=SEED), options.size, development_examples(options.shared)
    )


def write_pack(path: Path, mixture: Mixture, size: int, development: Sequence[tuple[str, Example]]) -> None:
    """Draw `size` examples and write the pack."""
    tokenizer, weights = bundled_tokenizer(), open_weights()
    tokens, vocabulary, texts = Tokens(tokenizer), _Vocabulary(tokenizer), _Texts()
    rows: list[tuple[int, ...]] = []
    while len(rows) < size:
        for example in mixture.draw(min(BLOCK, size - len(rows))):
            rows.append(_row(tokens.encode(example), vocabulary, texts))
        print(f"{len(rows)} examples, {len(texts.numbers)} texts", flush=True)  # noqa: T201
    measured = [_row(tokens.encode(example), vocabulary, texts) for _, example in development]
    arrays: dict[str, Any] = {
        "texts": np.fromiter((token for text in texts.numbers for token in text), np.uint32),
        "ends": np.cumsum([len(text) for text in texts.numbers]),
        "numbers": np.array(rows, np.int32),
        "development": np.array(measured, np.int32),
        "development_sets": np.array([name for name, _ in development]),
        "special": np.array(
            [vocabulary[one] for one in (tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id)]
        ),
    } | _weights(weights, list(vocabulary.numbers))
    with io.BytesIO() as buffer:
        np.savez(buffer, **arrays)
        path.with_suffix(".part").write_bytes(lzma.compress(buffer.getvalue(), preset=6))
    path.with_suffix(".part").replace(path)


class _Vocabulary:
    """Numbers the tokens in the order in which they come."""

    def __init__(self, tokenizer: UnigramTokenizer) -> None:
        self.numbers: dict[int, int] = {}
        for special in (tokenizer.bos_id, tokenizer.eos_id, tokenizer.pad_id):
            self[special]

    def __getitem__(self, token: int) -> int:
        return self.numbers.setdefault(token, len(self.numbers))


class _Texts:
    """Numbers the texts, so that a passage that many examples share is stored once."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[int, ...], int] = {}

    def number(self, tokens: Iterable[int]) -> int:
        return self.numbers.setdefault(tuple(tokens), len(self.numbers))


def _row(encoded: Encoded, vocabulary: _Vocabulary, texts: _Texts) -> tuple[int, ...]:
    first, second = (
        texts.number(vocabulary[token] for token in tokens) for tokens in (encoded.first, encoded.second)
    )
    return first, second, encoded.claim, encoded.answerable, *encoded.span


def _weights(weights: WeightsFile, tokens: Sequence[int]) -> dict[str, Any]:
    """Return the tensors as they are stored, of the embedding table only the rows of `tokens`."""
    shape = replace(weights.shape, vocabulary_size=len(tokens))
    arrays: dict[str, Any] = {"shape": np.array([*vars(shape).values()], np.float64)}
    for name in weights.names():
        if name != "emb.word":
            arrays[f"weights.{name}"] = weights.stored(name)
    rows = weights.blocks("emb.word", row_weights=shape.hidden_size)
    return arrays | {"weights.emb.word": rows[list(tokens)]}


if __name__ == "__main__":
    main()
