"""Train the cross-encoder on a pack: `python -m training.train --steps N`.

The learning rate rises for the first steps, and then falls to zero in a straight line. An interrupted run
resumes from its last checkpoint. With `--teacher`, the loss also counts how far the probabilities are from
those of a larger cross-encoder that was trained before. With `--minutes`, the run ends in time if the steps
would take longer.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embeddings.adapter import Adapter, read_adapter
from training.batches import Batch, Batches, Targets
from training.curves import area_under_curve, best_balanced_accuracy, recall_at
from training.export import parameters
from training.losses import imitation, losses
from training.model import Reader
from training.pack import PackedWeights, read_pack

RANK = 64
WARM_UP = 150
ADAPTER_RATE = 5e-4
HEAD_RATE = 1e-3
AVERAGE_DECAY = 0.998
SEED = 20261128
SAVE_EVERY_SECONDS = 120
LOG_EVERY = 200  # steps


@dataclass
class Run:
    """The state of a run; a checkpoint contains all of it except when the process started."""

    reader: Reader
    optimizer: torch.optim.Optimizer
    average: dict[str, Tensor]
    step: int = 0
    started: float = field(default_factory=time.monotonic)

    def save(self, path: Path) -> None:
        """Write the checkpoint to a temporary file and rename it to `path`."""
        state = {
            "trained": self.reader.trained_state(),
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
            "layers": self.reader.layers,
            "rank": self.reader.rank,
            "step": self.step,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def restore(self, path: Path, *, device: str) -> None:
        """Resume from a checkpoint, which must be of a model with the same layers and rank.

        The learning rates are those of this run.
        """
        state = torch.load(path, weights_only=False, map_location=device)
        layers, rank = tuple(state["layers"]), state["rank"]
        if (layers, rank) != (self.reader.layers, self.reader.rank):
            raise SystemExit(f"{path} is of a model with layers {layers}, rank {rank}: choose another --out.")
        self.reader.load_trained(state["trained"])
        self.average = state["average"]
        rates = [group["base"] for group in self.optimizer.param_groups]
        self.optimizer.load_state_dict(state["optimizer"])
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["base"] = rate
        self.step = state["step"]


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", type=Path, default=Path("build/reader/pack.xz"))
    parser.add_argument(
        "--out", type=Path, default=Path("build/reader"), help="folder for checkpoint and log"
    )
    parser.add_argument("--layers", default="0-11", help="the encoder's layers to train, such as 0,2,4-6")
    parser.add_argument("--rank", type=int, default=RANK, help="rank of the adapters")
    parser.add_argument("--begin-from", type=Path, help="adapter to start from if there is no checkpoint")
    parser.add_argument("--teacher", type=Path, help="adapter of a cross-encoder to imitate")
    parser.add_argument("--steps", type=int, default=9000, help="number of batches")
    parser.add_argument("--minutes", type=float, default=1e9, help="end after so many minutes at the latest")
    parser.add_argument("--batch-tokens", type=int, default=3072)
    parser.add_argument("--rate", type=float, default=ADAPTER_RATE)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    pack = read_pack(options.pack)
    run = prepare(pack, options)
    train(run, pack, options)
    run.save(options.out / "checkpoint.pt")
    run.reader.load_trained(run.average)
    for line in measured(run.reader, pack, device=options.device):
        print(line, flush=True)  # noqa: T201


def prepare(pack: dict[str, Any], options: argparse.Namespace) -> Run:
    """Build the model and the optimizer; resume from a checkpoint if there is one."""
    layers = layer_numbers(options.layers)
    reader = Reader(
        PackedWeights(pack), layers=layers, rank=options.rank, precision=_precision(options.device)
    )
    reader = reader.to(options.device).eval()  # no dropout
    adapters = [value for name, value in reader.trained() if name.startswith("bert.")]
    heads = [value for name, value in reader.trained() if not name.startswith("bert.")]
    optimizer = torch.optim.AdamW(
        [{"params": adapters, "base": options.rate}, {"params": heads, "base": HEAD_RATE}],
        weight_decay=0.01,
        betas=(0.9, 0.99),
    )
    run = Run(reader, optimizer, reader.trained_state())
    if (options.out / "checkpoint.pt").exists():
        run.restore(options.out / "checkpoint.pt", device=options.device)
    elif options.begin_from:
        adapter = read_adapter(options.begin_from, sha256=None)
        if adapter.layers != reader.layers:
            raise SystemExit(f"{options.begin_from} has layers {adapter.layers}: give them to --layers.")
        if _rank(adapter) > reader.rank:
            raise SystemExit(f"{options.begin_from} has rank {_rank(adapter)}: give --rank this or more.")
        reader.load_trained(parameters(adapter))
        run.average = reader.trained_state()
    return run


def layer_numbers(text: str) -> list[int]:
    """Return the numbers in a list of numbers and ranges.

    >>> layer_numbers("0,2,4-6")
    [0, 2, 4, 5, 6]
    """
    ranges = [[int(end) for end in part.split("-")] for part in text.split(",")]
    return [number for ends in ranges for number in range(ends[0], ends[-1] + 1)]


def train(run: Run, pack: dict[str, Any], options: argparse.Namespace) -> None:
    """Train until the steps or the minutes are over."""
    teacher = _teacher(pack, options)
    saved, tokens, sums = time.monotonic(), 0, _Sums()
    for batch, targets in _batches(pack, run.step, options):
        remaining = _set_rate(run, options)
        if remaining <= 0:
            return
        outputs = run.reader(batch)
        parts = losses(outputs, targets)
        if teacher is not None:
            with torch.no_grad():
                parts |= imitation(outputs, teacher(batch), targets)
        (torch.stack(list(parts.values())).sum() / len(batch.token_ids)).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([value for _, value in run.reader.trained()], 1.0)
        run.optimizer.step()
        run.optimizer.zero_grad()
        _update_average(run)
        run.step += 1
        tokens += batch.token_ids.numel()
        sums.add(parts, targets)
        if run.step % LOG_EVERY == 0 or run.step == options.steps:
            seconds = time.monotonic() - run.started
            _log({"step": run.step, "seconds": round(seconds), "tokens": tokens, **sums.means()}, options.out)
        if time.monotonic() - saved > SAVE_EVERY_SECONDS:
            run.save(options.out / "checkpoint.pt")
            saved = time.monotonic()


def measured(reader: Reader, pack: dict[str, Any], *, device: str) -> Iterator[str]:
    """Yield a line of figures for each of the pack's development sets."""
    examples = Batches(pack, pack["development"], device=device)
    support, relevance = (np.zeros(len(pack["development"])) for _ in range(2))
    with torch.inference_mode():
        for places, batch in examples.by_length(tokens=16_384):
            outputs = reader(batch)
            support[places] = torch.softmax(outputs.claim, dim=-1)[:, 0].cpu().numpy()
            relevance[places] = outputs.relevance.cpu().numpy()
    claims, answerable = pack["development"][:, 2], pack["development"][:, 3]
    for name in dict.fromkeys(pack["development_sets"]):
        own = pack["development_sets"] == name
        if (claims[own] >= 0).any():
            true, false = support[own & (claims == 0)], support[own & (claims > 0)]
            figures = {
                "unsupported": area_under_curve(true, support[own & (claims == 1)]),
                "contradicted": area_under_curve(true, support[own & (claims == 2)]),
            } | {f"kept@{passing}": recall_at(true, false, passing=passing) for passing in (0.2, 0.1, 0.05)}
        else:
            yes, no = relevance[own & (answerable == 1)], relevance[own & (answerable == 0)]
            figures = {"area": area_under_curve(yes, no), "balanced": best_balanced_accuracy(yes, no)}
        yield f"{name}: " + " ".join(f"{key} {value:.3f}" for key, value in figures.items())


def _batches(pack: dict[str, Any], step: int, options: argparse.Namespace) -> Iterator[tuple[Batch, Targets]]:
    """Yield batches without end; a resumed run goes on with another order."""
    examples = Batches(pack, pack["numbers"], device=options.device)
    epoch = 0
    while True:
        yield from examples.shuffled(tokens=options.batch_tokens, seed=options.seed + step + epoch)
        epoch += 1


def _teacher(pack: dict[str, Any], options: argparse.Namespace) -> Reader | None:
    if options.teacher is None:
        return None
    adapter = read_adapter(options.teacher, sha256=None)
    precision = _precision(options.device)
    teacher = Reader(PackedWeights(pack), layers=adapter.layers, rank=_rank(adapter), precision=precision)
    teacher.load_trained(parameters(adapter))
    return teacher.to(options.device).eval()


def _rank(adapter: Adapter) -> int:
    rank: int = adapter.tensors["l0.q.a"].shape[0]
    return rank


def _precision(device: str) -> torch.dtype:
    """Return the fastest precision of the frozen layers; bfloat16 is slow on a processor without it."""
    is_fast = device != "cpu" or torch.cpu._is_avx512_bf16_supported()
    return torch.bfloat16 if is_fast else torch.float32


def _set_rate(run: Run, options: argparse.Namespace) -> float:
    """Set the learning rate; return which part of the run remains."""
    minutes = (time.monotonic() - run.started) / 60
    remaining: float = 1 - max(run.step / options.steps, minutes / options.minutes)
    for group in run.optimizer.param_groups:
        group["lr"] = group["base"] * min((run.step + 1) / WARM_UP, max(0.0, remaining))
    return remaining


def _update_average(run: Run) -> None:
    """Update the running mean of the trained tensors, which gives better results than the last tensors."""
    decay = min(AVERAGE_DECAY, (run.step + 1) / (run.step + 10))
    names, values = zip(*run.reader.trained(), strict=True)
    averages = [run.average[name] for name in names]
    torch._foreach_lerp_(averages, [value.detach() for value in values], 1 - decay)


class _Sums:
    """The sums of the losses since the last line of the log; they stay on the device."""

    def __init__(self) -> None:
        self._sums: dict[str, tuple[Tensor, Tensor]] = {}

    def add(self, parts: dict[str, Tensor], targets: Targets) -> None:
        claims, questions = ((labels >= 0).sum() for labels in (targets.claim, targets.answerable))
        counts = {
            "claim": claims,
            "answerable": questions,
            "span": (targets.start >= 0).sum(),
            "claim like teacher": claims,
            "answerable like teacher": questions,
            "span like teacher": questions,
        }
        for name, loss in parts.items():
            total, count = self._sums.get(name, (0, 0))
            self._sums[name] = total + loss.detach(), count + counts[name]

    def means(self) -> dict[str, float]:
        """Return the mean of each loss, and begin again."""
        means = {name: round(float(total / count), 4) for name, (total, count) in self._sums.items()}
        self._sums.clear()
        return means


def _log(line: dict[str, float], folder: Path) -> None:
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
