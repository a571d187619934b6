"""Train the cross-encoder: `python -m training.train --shared FOLDER --steps N`.

The learning rate rises for 150 steps, stays constant, and falls to zero over the last `--decay` steps. So a
run can be extended from any checkpoint made before the fall. An interrupted run resumes from its last
checkpoint.
"""

import argparse
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from embeddings.adapter import read_adapter
from embeddings.loading import load_encoder
from embeddings.unigram import UnigramTokenizer
from embeddings.weights import open_weights
from training.batches import Targets, batches, encode
from training.examples import Mixture, sources
from training.export import parameters
from training.losses import losses
from training.model import Reader

RANK = 32
ADAPTER_RATE = 5e-4
HEAD_RATE = 1e-3
WARM_UP = 150
BLOCK = 2048
AVERAGE_DECAY = 0.998
SEED = 20261128


@dataclass
class Run:
    """The state of a run; a checkpoint contains all of it."""

    reader: Reader
    optimizer: torch.optim.Optimizer
    average: dict[str, torch.Tensor]
    mixture: Mixture
    step: int = 0
    block: int = 0

    def save(self, path: Path) -> None:
        """Write the checkpoint to a temporary file and rename it to `path`."""
        state = {
            "trained": self.reader.trained_state(),
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
            "mixture": self.mixture.state(),
            "step": self.step,
            "block": self.block,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def restore(self, path: Path) -> None:
        """Resume from a checkpoint."""
        state = torch.load(path, weights_only=False)
        self.reader.load_trained(state["trained"])
        self.average = state["average"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.mixture.restore(state["mixture"])
        self.step, self.block = state["step"], state["block"]


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with train/ and eval/")
    parser.add_argument("--public", type=Path, default=Path("build/public"), help="folder of public sets")
    parser.add_argument(
        "--out", type=Path, default=Path("build/reader"), help="folder for checkpoints and log"
    )
    parser.add_argument("--steps", type=int, default=6000, help="number of batches of about 3,000 tokens")
    parser.add_argument(
        "--decay", type=int, default=1500, help="number of last steps in which the learning rate falls"
    )
    parser.add_argument("--begin-from", type=Path, help="adapter to start from if there is no checkpoint")
    parser.add_argument("--save-every", type=int, default=100)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer, run = prepare(options)
    while run.step < options.steps:
        train_block(run, tokenizer, options)
    run.save(options.out / "checkpoint.pt")


def prepare(options: argparse.Namespace) -> tuple[UnigramTokenizer, Run]:
    """Build the model, the optimizer and the mixture; resume from a checkpoint if there is one."""
    weights = open_weights()
    tokenizer = UnigramTokenizer(weights.vocabulary())
    drawn_from = sources(options.shared, options.public, lambda: load_encoder("bundled"), cache=options.out)
    for source in drawn_from:
        print(f"{source.name}: {source.size} rows, weight {source.weight}", flush=True)  # noqa: T201
    reader = Reader(weights, rank=RANK).eval()  # no dropout
    heads: list[torch.nn.Parameter] = []
    adapters: list[torch.nn.Parameter] = []
    for name, value in reader.trained():
        (adapters if name.startswith("bert.") else heads).append(value)
    groups: list[dict[str, Any]] = [
        {"params": adapters, "base": ADAPTER_RATE},
        {"params": heads, "base": HEAD_RATE},
    ]
    optimizer = torch.optim.AdamW(groups, lr=ADAPTER_RATE, weight_decay=0.01, betas=(0.9, 0.99))
    run = Run(reader, optimizer, reader.trained_state(), Mixture(drawn_from, seed=SEED))
    if (options.out / "checkpoint.pt").exists():
        run.restore(options.out / "checkpoint.pt")
        for group, rate in zip(optimizer.param_groups, (ADAPTER_RATE, HEAD_RATE), strict=True):
            group["base"] = rate
    elif options.begin_from:
        reader.load_trained(parameters(read_adapter(options.begin_from, sha256=None)))
        run.average = reader.trained_state()
    return tokenizer, run


def train_block(run: Run, tokenizer: UnigramTokenizer, options: argparse.Namespace) -> None:
    """Draw a block of examples and train on all of it."""
    encoded = [encode(example, tokenizer) for example in run.mixture.draw(BLOCK)]
    run.block += 1
    started, tokens, pairs = time.monotonic(), 0, 0
    sums: dict[str, tuple[float, int]] = {}
    for batch, targets in batches(encoded, rng=random.Random(run.block), tokenizer=tokenizer):  # noqa: S311
        if run.step >= options.steps:
            return
        _set_rate(run, options)
        parts = losses(run.reader(batch), targets)
        size = len(batch.token_ids)
        (sum(parts.values(), torch.zeros(())) / size).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([value for _, value in run.reader.trained()], 1.0)
        run.optimizer.step()
        run.optimizer.zero_grad()
        _update_average(run)
        run.step += 1
        tokens, pairs = tokens + batch.token_ids.numel(), pairs + size
        _add_losses(sums, parts, targets)
        if run.step % options.save_every == 0:
            run.save(options.out / "checkpoint.pt")
    line: dict[str, float] = {
        "step": run.step,
        "pairs": pairs,
        "tokens_per_second": round(tokens / (time.monotonic() - started)),
    }
    line |= {name: round(total / max(count, 1), 4) for name, (total, count) in sums.items()}
    with (options.out / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(line, flush=True)  # noqa: T201


def _set_rate(run: Run, options: argparse.Namespace) -> None:
    warm_up = min(1.0, (run.step + 1) / WARM_UP)
    decay = min(1.0, (options.steps - run.step) / max(1, options.decay))
    for group in run.optimizer.param_groups:
        group["lr"] = group["base"] * warm_up * decay


def _update_average(run: Run) -> None:
    """Update the running mean of the trained tensors, which gives better results than the last tensors."""
    decay = min(AVERAGE_DECAY, (run.step + 1) / (run.step + 10))
    for name, value in run.reader.trained():
        run.average[name].lerp_(value.detach(), 1 - decay)


def _add_losses(sums: dict[str, tuple[float, int]], parts: dict[str, torch.Tensor], targets: Targets) -> None:
    counts = {"claim": targets.claim, "answerable": targets.answerable, "span": targets.start}
    for name, loss in parts.items():
        total, count = sums.get(name, (0.0, 0))
        sums[name] = total + float(loss.detach()), count + int((counts[name] >= 0).sum())


if __name__ == "__main__":
    main()
