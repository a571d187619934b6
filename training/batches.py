"""Makes batches of a pack's examples on the device that trains."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from embeddings.cross_encoder import CLAIM_LABELS

# The target of an example that has no label for a head.
NO_LABEL = -100
# The target of a claim of which only this is known.
NOT_SUPPORTED = len(CLAIM_LABELS)

# Blocks of examples are sorted by length, so that a batch contains little padding.
BLOCK = 65_536
PAD_TO = 16


@dataclass(frozen=True)
class Batch:
    """Padded pairs, each (pairs, tokens): ids, mask, and 1 for tokens of the first or of the second text."""

    token_ids: Tensor
    mask: Tensor
    first: Tensor
    second: Tensor


@dataclass(frozen=True)
class Targets:
    """The targets of each pair in a batch; `NO_LABEL` if the pair has no label for a head."""

    claim: Tensor
    answerable: Tensor
    start: Tensor
    end: Tensor


class Batches:
    """The examples of a pack, `numbers` (examples, 6), in memory of the device."""

    def __init__(self, pack: dict[str, Any], numbers: Any, *, device: str) -> None:
        self._texts = torch.from_numpy(pack["texts"].astype(np.int32)).to(device)
        ends = torch.from_numpy(pack["ends"].astype(np.int64))
        self._begins = torch.cat([torch.zeros(1, dtype=torch.int64), ends[:-1]]).to(device)
        self._lengths = torch.diff(ends, prepend=torch.zeros(1, dtype=torch.int64)).to(device)
        self._numbers = torch.from_numpy(numbers.astype(np.int64)).to(device)
        self._bos, self._eos, self._pad = pack["special"].tolist()
        lengths = np.diff(pack["ends"], prepend=0)
        self._sizes = lengths[numbers[:, 0]] + lengths[numbers[:, 1]] + 4
        self._device = device

    def shuffled(self, *, tokens: int, seed: int) -> Iterator[tuple[Batch, Targets]]:
        """Yield all examples once, in batches of pairs of similar length with about `tokens` tokens."""
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(self._sizes))
        for start in range(0, len(order), BLOCK):
            groups = self._groups(order[start : start + BLOCK], tokens)
            for place in rng.permutation(len(groups)):
                yield self.batch(groups[place])

    def by_length(self, *, tokens: int) -> Iterator[tuple[Any, Batch]]:
        """Yield all examples once, the shortest first, as their numbers and their batch."""
        for group in self._groups(np.arange(len(self._sizes)), tokens):
            yield group, self.batch(group)[0]

    def _groups(self, places: Any, tokens: int) -> list[Any]:
        ordered = places[np.argsort(self._sizes[places], kind="stable")]
        groups, start = [], 0
        for place, size in enumerate(self._sizes[ordered].tolist()):
            if place > start and (place - start + 1) * size > tokens:
                groups.append(ordered[start:place])
                start = place
        return [*groups, ordered[start:]]

    def batch(self, places: Any) -> tuple[Batch, Targets]:
        """Pad some examples to the same length."""
        length = -(-int(self._sizes[places].max()) // PAD_TO) * PAD_TO
        rows = self._numbers[torch.from_numpy(places).to(self._device)]
        first, second = (self._lengths[rows[:, column]].unsqueeze(1) for column in (0, 1))
        place = torch.arange(length, device=self._device).unsqueeze(0)
        in_first = (place >= 1) & (place < 1 + first)
        in_second = (place >= first + 3) & (place < first + 3 + second)
        begins = [self._begins[rows[:, column]].unsqueeze(1) for column in (0, 1)]
        source = torch.where(in_first, begins[0] + place - 1, begins[1] + place - first - 3)
        ids = self._texts[source.clamp(0, len(self._texts) - 1)].long()
        ids = torch.where(in_first | in_second, ids, self._eos)
        ids[:, 0] = self._bos
        mask = place < first + second + 4
        ids = torch.where(mask, ids, self._pad)
        spans = torch.where(rows[:, 4:6] >= 0, rows[:, 4:6] + first + 3, NO_LABEL)
        batch = Batch(ids, mask.long(), in_first.long(), in_second.long())
        return batch, Targets(rows[:, 2], rows[:, 3], spans[:, 0], spans[:, 1])
