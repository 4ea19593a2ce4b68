"""What a metric is, and what follows from one for the scores of any model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np

from models.errors import ScoreError
from models.metrics.arrays import Array, Labels
from models.metrics.intervals import Interval


@dataclass(frozen=True)
class NumberFormat:
    """How a number is written for readers.

    Attributes:
        unit: the unit that follows the number, empty where it has none.
        scale: the factor from the number as it is recorded: 100 makes a percentage of a fraction.
        digits: how many digits follow the decimal point, or how many are significant.
        significant: whether `digits` are significant ones.
    """

    unit: str = ""
    scale: float = 1.0
    digits: int = 4
    significant: bool = False


@dataclass(frozen=True)
class Metric:
    """How a model is judged, and how the result is compared and written.

    Attributes:
        name: in records, checkpoints and `ladder.json`.
        title: as readers know it.
        higher_is_better: which way is better.
        low: the least value that the metric can have.
        high: the largest one, which may be infinite.
        format: how readers see a value.
        loss_format: how readers see a loss.
        proportion: whether it is the fraction of samples that are answered rightly.
        answers_labels: whether a model's outputs score labels of which the largest is its answer. Else the
            one output of a sample is its answer.
        scores: outputs `[samples, positions, outputs]` and labels `[samples, positions]` → what each sample
            contributes, `[samples]` or `[samples, numbers]`. Everything else follows from these scores.
        whole: scores of all samples → the metric. It may be any function of them, not only a mean.
        loss: the metric before and after → what is lost, where positive is worse.
        interval: scores before and after of the same samples → the loss with its paired interval.
        of_original: whether the label of a sample is what the original model answers, since the data have
            none.
        in_nats: the metric of the same scores that says in nats what this one says as their exponential; it
            is told beside this one, which may be larger than a number holds.
    """

    name: str
    title: str
    higher_is_better: bool
    low: float
    high: float
    format: NumberFormat
    loss_format: NumberFormat
    proportion: bool
    answers_labels: bool
    scores: Callable[[Array, Labels], Array]
    whole: Callable[[Array], float]
    loss: Callable[[float, float], float]
    interval: Callable[[Array, Array], Interval]
    of_original: bool = False
    in_nats: Metric | None = None


def scores(metric: Metric, outputs: Array, labels: Labels) -> Array:
    """What each sample contributes to the metric.

    Args:
        metric: by which the model is judged.
        outputs: `[samples, positions, outputs]`; a model of one position may leave that axis out.
        labels: `[samples, positions]` or, at one position, `[samples]`.

    Returns:
        `[samples]` or `[samples, numbers]`, as the metric has it.

    Raises:
        ScoreError: the shapes do not fit, or the metric is not defined for them.
    """
    answers = outputs[:, None] if outputs.ndim == 2 else outputs
    wanted = labels[:, None] if labels.ndim == 1 else labels
    if answers.ndim != 3 or answers.shape[:2] != wanted.shape or not wanted.size:
        raise ScoreError(
            f"logits of shape {outputs.shape} do not fit labels of shape {labels.shape}; "
            "store both of one run"
        )
    check_outputs(metric, answers.shape[2])
    return metric.scores(answers, wanted)


def check_outputs(metric: Metric, outputs: int) -> None:
    """See that a model with so many outputs can be right or wrong by a metric.

    Raises:
        ScoreError: it names labels and has one alone, which is always right.
    """
    if metric.answers_labels and outputs < 2:
        raise ScoreError(
            f"a model of {outputs} label cannot be judged by {metric.title}, for that label is always right; "
            "judge it as a regression, by its error"
        )


def whole(metric: Metric, found: Array) -> float | None:
    """The metric of a model from the scores of its samples; None where no finite number says it."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        value = metric.whole(found)
    return float(value) if np.isfinite(value) else None


def held(metric: Metric, found: Array, model: str) -> float | None:
    """The same, of a model that `model` names; None where the metric is undefined.

    Raises:
        ScoreError: it is larger than a number holds.
    """
    value = whole(metric, found)
    if value is None and metric.high == inf:
        nats = None if metric.in_nats is None else whole(metric.in_nats, found)
        told = "" if nats is None else f", exp({nats:.5g})"
        raise ScoreError(
            f"the {metric.title} of the {model} model is more than a number holds{told}; "
            "its answers say nothing: train it or convert it anew"
        )
    return value
