"""Range-aware training: terms of the loss that keep the inputs of polynomials in short intervals.

Zimerman et al. (ICML 2024, section on range-aware training) penalise large inputs of activations and large
variances in LayerNorm. How well a polynomial of a given degree follows 1/sqrt depends on the ratio of the
interval's ends alone, so the term on variances is on their spread within a batch.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.training.module import Evaluation

_SMALLEST_VARIANCE = 1e-6


def range_penalty(evaluation: Evaluation) -> Tensor:
    """Mean over activations of the largest magnitude of an input in the batch."""
    largest = [values.abs().amax().float() for values in evaluation.activation_inputs.values()]
    return torch.stack(largest).mean()


def variance_penalty(evaluation: Evaluation) -> Tensor:
    """Mean over LayerNorms of the natural logarithm of the largest variance over the smallest."""
    spreads = [
        values.amax().clamp(min=_SMALLEST_VARIANCE).log() - values.amin().clamp(min=_SMALLEST_VARIANCE).log()
        for values in evaluation.variances.values()
    ]
    return torch.stack(spreads).mean()


def overshoot_penalty(
    evaluation: Evaluation, intervals: dict[str, tuple[float, float]], room: float
) -> Tensor:
    """How far inputs of polynomials are beyond the inner part of their intervals, summed over polynomials.

    Args:
        evaluation: of a graph with polynomials.
        intervals: name of a polynomial → its interval.
        room: fraction of half an interval, at each end, that inputs should leave free.
    """
    total = torch.zeros(())
    for name, (low, high) in intervals.items():
        centre, half = (high + low) / 2, (high - low) / 2
        beyond = ((evaluation.activation_inputs[name].float() - centre).abs() / half - (1 - room)).clamp(
            min=0
        )
        total = total.to(beyond.device) + beyond.amax() + beyond.square().sum()
    return total
