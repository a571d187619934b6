"""The three losses, added up."""

import torch
from torch import Tensor
from torch.nn import functional

from training.batches import NOT_SUPPORTED, NOTHING, Targets
from training.model import CLAIM_LABELS, Outputs

SPAN_WEIGHT = 0.3


def losses(outputs: Outputs, targets: Targets) -> dict[str, Tensor]:
    """Return the sums over the batch by name: claim, answerable, span."""
    return {
        "claim": _claim_loss(outputs.claim, targets.claim),
        "answerable": _answerable_loss(outputs.relevance, targets.answerable),
        "span": SPAN_WEIGHT
        * (
            functional.cross_entropy(outputs.start, targets.start, ignore_index=NOTHING, reduction="sum")
            + functional.cross_entropy(outputs.end, targets.end, ignore_index=NOTHING, reduction="sum")
        ),
    }


def _claim_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return cross-entropy; for `not_supported` -log of the other two labels' probability."""
    log = functional.log_softmax(logits, dim=-1)
    not_supported = torch.logsumexp(log[:, 1:], dim=-1, keepdim=True)
    columns = torch.cat([log, not_supported], dim=-1)
    assert columns.shape[1] == len(CLAIM_LABELS) + 1 == NOT_SUPPORTED + 1
    return functional.nll_loss(columns, labels, ignore_index=NOTHING, reduction="sum")


def _answerable_loss(logits: Tensor, labels: Tensor) -> Tensor:
    told = labels != NOTHING
    return functional.binary_cross_entropy_with_logits(logits[told], labels[told].float(), reduction="sum")
