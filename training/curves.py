"""Figures of scores that should separate positive from negative examples; NaN if there are none of a kind."""

from collections.abc import Sequence

import numpy as np


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return how often a positive score is higher than a negative score; equal scores count half.

    >>> area_under_curve([3, 1], [2, 0])
    0.75
    """
    if not len(positive) or not len(negative):
        return float("nan")
    higher = np.asarray(positive)[:, None] - np.asarray(negative)[None, :]
    return float((higher > 0).mean() + (higher == 0).mean() / 2)


def recall_at(positive: Sequence[float], negative: Sequence[float], *, passing: float) -> float:
    """Return the share of positive scores above the threshold that `passing` of the negatives exceed."""
    if not len(positive) or not len(negative):
        return float("nan")
    return float((np.asarray(positive) > np.quantile(negative, 1 - passing)).mean())


def best_balanced_accuracy(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return the highest mean of both classes' recall over all thresholds."""
    if not len(positive) or not len(negative):
        return float("nan")
    above, below = np.sort(positive), np.sort(negative)
    thresholds = np.concatenate([above, below])
    recall = 1 - np.searchsorted(above, thresholds, side="left") / len(above)
    rejected = np.searchsorted(below, thresholds, side="left") / len(below)
    return float(((recall + rejected) / 2).max())
