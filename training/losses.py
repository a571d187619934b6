"""Computes the three losses: claim, answerable and span; and those of a student that imitates a teacher."""

import torch
from torch import Tensor
from torch.nn import functional

from embeddings.cross_encoder import CLAIM_LABELS
from training.batches import NO_LABEL, NOT_SUPPORTED, Targets
from training.model import Outputs

SPAN_WEIGHT = 0.3


def losses(outputs: Outputs, targets: Targets) -> dict[str, Tensor]:
    """Return the sum of each loss over the batch, by name: claim, answerable, span."""
    return {
        "claim": _claim_loss(outputs.claim, targets.claim),
        "answerable": _answerable_loss(outputs.relevance, targets.answerable),
        "span": SPAN_WEIGHT
        * (
            functional.cross_entropy(outputs.start, targets.start, ignore_index=NO_LABEL, reduction="sum")
            + functional.cross_entropy(outputs.end, targets.end, ignore_index=NO_LABEL, reduction="sum")
        ),
    }


def _claim_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the cross-entropy; for `not_supported`, -log of the probability of the other two labels."""
    log = functional.log_softmax(logits, dim=-1)
    not_supported = torch.logsumexp(log[:, 1:], dim=-1, keepdim=True)
    columns = torch.cat([log, not_supported], dim=-1)
    assert columns.shape[1] == len(CLAIM_LABELS) + 1 == NOT_SUPPORTED + 1
    return functional.nll_loss(columns, labels, ignore_index=NO_LABEL, reduction="sum")


def _answerable_loss(logits: Tensor, labels: Tensor) -> Tensor:
    has_label = labels != NO_LABEL
    return functional.binary_cross_entropy_with_logits(
        logits[has_label], labels[has_label].float(), reduction="sum"
    )


def imitation(outputs: Outputs, teacher: Outputs, targets: Targets) -> dict[str, Tensor]:
    """Return the sums of the student's losses against the teacher's probabilities (Hinton et al. 2015)."""
    questions = targets.answerable != NO_LABEL
    claims = targets.claim != NO_LABEL
    return {
        "claim like teacher": _divergence(outputs.claim[claims], teacher.claim[claims]),
        "answerable like teacher": functional.binary_cross_entropy_with_logits(
            outputs.relevance[questions], teacher.relevance[questions].sigmoid(), reduction="sum"
        ),
        "span like teacher": SPAN_WEIGHT
        * (
            _divergence(outputs.start[questions], teacher.start[questions])
            + _divergence(outputs.end[questions], teacher.end[questions])
        ),
    }


def _divergence(logits: Tensor, teacher: Tensor) -> Tensor:
    """Return the cross-entropy of the logits against the teacher's probabilities."""
    return -(functional.softmax(teacher, dim=-1) * functional.log_softmax(logits, dim=-1)).sum()
