"""Write the trained tensors to the adapter file of the package: `python -m training.export`.

The program prints the size and the SHA-256 hash of the file. Kutip loads the file of the package only if its
hash is `SHA256` in `embeddings/adapter.py`, so a new file needs the new hash there.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from embeddings.adapter import FILE, VERSION, Adapter, read_adapter
from embeddings.bundled import layer_part
from embeddings.weights import SHA256
from training.model import ADAPTED


def main() -> None:
    """Read a checkpoint and write the adapter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("build/reader/checkpoint.pt"))
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument(
        "--last", action="store_true", help="export the last tensors instead of their running mean"
    )
    parser.add_argument("--mean-with", type=Path, help="export the mean with this adapter")
    options = parser.parse_args()
    checkpoint = torch.load(options.checkpoint, weights_only=False, map_location="cpu")
    state = checkpoint["trained" if options.last else "average"]
    if options.mean_with:
        adapter = read_adapter(options.mean_with, sha256=None)
        if adapter.layers != tuple(checkpoint["layers"]):
            raise SystemExit(f"{options.mean_with} has layers {adapter.layers}: a mean needs the same ones.")
        state = mean(state, parameters(adapter))
    tensors = adapter_tensors(state)
    metadata = {
        "version": VERSION,
        "weights_sha256": SHA256,
        "steps": str(checkpoint["step"]),
        "layers": ",".join(map(str, checkpoint["layers"])),
    }
    save_file(tensors, options.out, metadata=metadata)
    digest = hashlib.sha256(options.out.read_bytes()).hexdigest()
    print(f"{options.out}: {options.out.stat().st_size} bytes, sha256 {digest}")  # noqa: T201


def mean(state: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the mean of two models, with the ranks of the first; the ranks of the other may be smaller.

    The low-rank addition ba is the nearest one, in the least squares of its values, to the mean of both.
    """
    heads = [name for name in state if not name.endswith((".a", ".b"))]
    means = {name: (state[name] + other[name]) / 2 for name in heads}
    for layer in (name.removesuffix(".a") for name in state if name.endswith(".a")):
        added = [one[f"{layer}.b"] @ one[f"{layer}.a"] for one in (state, other)]
        left, sizes, right = torch.linalg.svd((added[0] + added[1]) / 2, full_matrices=False)
        rank = len(state[f"{layer}.a"])
        roots = sizes[:rank].sqrt()
        means |= {f"{layer}.a": roots.unsqueeze(1) * right[:rank], f"{layer}.b": left[:, :rank] * roots}
    return means


def parameters(adapter: Adapter) -> dict[str, torch.Tensor]:
    """Return an adapter's tensors with the names of the model's parameters."""
    return {_parameter(name): torch.from_numpy(value).float() for name, value in adapter.tensors.items()}


def adapter_tensors(state: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    """Return the tensors in half precision with the names that `embeddings/adapter.py` reads."""
    return {_name(name): value.half().contiguous().numpy() for name, value in state.items()}


def _name(parameter: str) -> str:
    """Translate the name of a parameter to the name in the adapter.

    >>> _name("bert.encoder.layer.3.attention.self.query.a")
    'l3.q.a'
    >>> _name("pool.weight")
    'pool.w'
    """
    path, kind = parameter.rsplit(".", 1)
    if path.startswith("bert."):
        return f"{layer_part(path.removeprefix('bert.'))}.{kind}"
    return f"{path}.{kind[0]}"


def _parameter(name: str) -> str:
    """Translate a name in the adapter to the name of a parameter.

    >>> _parameter("l3.q.a"), _parameter("pool.w")
    ('bert.encoder.layer.3.attention.self.query.a', 'pool.weight')
    """
    path, kind = name.rsplit(".", 1)
    if "." not in path:
        return f"{path}.{'weight' if kind == 'w' else 'bias'}"
    layer, part = path.split(".")
    (module,) = (module for module in ADAPTED if layer_part(f"encoder.layer.0.{module}") == f"l0.{part}")
    return f"bert.encoder.layer.{layer[1:]}.{module}.{kind}"


if __name__ == "__main__":
    main()
