"""Range-aware training: terms of the loss that keep the inputs of polynomials in short intervals.

Zimerman et al. (ICML 2024, section on range-aware training) penalise large inputs of activations and large
variances in LayerNorm. How well a polynomial of a given degree follows 1/sqrt depends on the ratio of the
interval's ends alone, so the term on variances is on their spread within a batch.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from models.training.module import Evaluation

#: Name of an activation or polynomial → smallest and largest input wanted.
Intervals = Mapping[str, tuple[float, float]]

_SMALLEST_VARIANCE = 1e-6


def range_penalty(evaluation: Evaluation) -> Tensor:
    """Mean over activations of the largest magnitude of an input in the batch."""
    largest = [values.abs().amax().float() for values in evaluation.activation_inputs.values()]
    return torch.stack(largest).mean()


def variance_penalty(evaluation: Evaluation) -> Tensor:
    """Mean over LayerNorms of the natural logarithm of the largest variance over the smallest."""
    spreads = []
    for values in evaluation.norm_inputs.values():
        logarithms = values.float().var(-1, unbiased=False).clamp(min=_SMALLEST_VARIANCE).log()
        spreads.append(logarithms.amax() - logarithms.amin())
    return torch.stack(spreads).mean()


def overshoot_penalty(evaluation: Evaluation, intervals: Intervals, room: float) -> Tensor:
    """How far inputs are beyond the inner part of their intervals, summed over activations.

    Of each activation it is the farthest one, and the sum of squares of a sample, in halves of the interval.

    Args:
        evaluation: the evaluation of a batch.
        intervals: name of an activation or polynomial → its interval.
        room: fraction of half an interval, at each end, that inputs should leave free.
    """
    terms = []
    for name, (low, high) in intervals.items():
        values = evaluation.activation_inputs[name].float()
        centre, half = (high + low) / 2, (high - low) / 2
        beyond = ((values - centre).abs() / half - (1 - room)).clamp(min=0)
        terms.append(beyond.amax() + beyond.square().sum() / len(values))
    return torch.stack(terms).sum() if terms else torch.zeros(())
