"""Metrics from raw outputs: what the rungs' logits and the probes of layers say, computed after the run.

Logits are `[samples, positions, classes]` (a classifier has one position and may leave it out), labels
`[samples, positions]` or, at one position, `[samples]`.

Precision is -log2(max |error| / max |reference|) over all samples and outputs, in bits. It is undefined, and
so null, where every value is exactly equal (no finite number of bits says so, and infinity is no JSON) and
where the reference is 0 throughout. By the largest error it is what a user can rely on; by the mean one,
-log2(mean |error| / max |reference|), it is what builds are compared by: the largest of few errors is a draw
of the noise's tail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from math import log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from reports.errors import ReportError
from reports.record import Ladder, LayerPrecision
from reports.statistics import intervals

Array = NDArray[np.float64]
Labels = NDArray[np.integer]

#: The rungs, from the model as trained down to the decrypted result.
RUNGS = ("original", "he_friendly", "polynomial", "encrypted")


class Metric(NamedTuple):
    """How a rung is judged.

    Attributes:
        scores: logits and labels → one number a sample, from which all else follows.
        whole: mean score → the metric.
        loss: scores before and after on the same samples → what is lost, positive being worse.
    """

    scores: Callable[[Array, Labels], Array]
    whole: Callable[[np.float64], np.float64]
    loss: Callable[[Array, Array], intervals.Interval]


def _right(logits: Array, labels: Labels) -> Array:
    """1 where the largest logit is the label's; no label is right where logits are not finite."""
    if labels.shape[1] != 1:
        raise ReportError(
            f"accuracy is of one answer a sample, not of {labels.shape[1]}; judge such a model by perplexity"
        )
    right = (logits.argmax(axis=2) == labels) & np.isfinite(logits).all(axis=2)
    return np.asarray(right[:, 0], np.float64)


def _log_likelihood(logits: Array, labels: Labels) -> Array:
    """Mean over positions of the label's log-probability, in nats; -∞ where a logit is not finite."""
    finite = np.asarray(np.isfinite(logits).all(axis=(1, 2)))
    held = np.where(finite[:, None, None], logits, 0.0)
    found = np.take_along_axis(log_softmax(held, axis=2), labels[:, :, None], axis=2)
    return np.where(finite, found[:, :, 0].mean(axis=1), -np.inf)


#: name → metric. Perplexity is per token: exp of the mean cross-entropy in nats.
METRICS: Mapping[str, Metric] = {
    "accuracy": Metric(_right, lambda mean: mean, intervals.matched_proportions),
    "perplexity": Metric(_log_likelihood, lambda mean: np.exp(-mean), intervals.relative_increase),
}


def scores(metric: str, logits: Array, labels: Labels) -> Array:
    """One number a sample: whether it is right, or its mean log-likelihood per position in nats.

    Raises:
        ReportError: the shapes do not fit, or the metric is not defined for them.
    """
    answers = logits[:, None] if logits.ndim == 2 else logits
    wanted = labels[:, None] if labels.ndim == 1 else labels
    if answers.ndim != 3 or answers.shape[:2] != wanted.shape or not wanted.size:
        raise ReportError(
            f"logits of shape {logits.shape} do not fit labels of shape {labels.shape}; store both of one run"
        )
    return METRICS[metric].scores(answers, wanted)


def whole(metric: str, found: Array) -> float | None:
    """The metric of a rung from the scores of its samples; None where it is more than a number holds."""
    with np.errstate(over="ignore"):
        value = METRICS[metric].whole(found.mean())
    return float(value) if np.isfinite(value) else None


def label_agreement(logits: Array, reference: Array) -> float:
    """Fraction of samples and positions at which both give the same label.

    Raises:
        ReportError: the shapes differ, or a logit is not finite and so names no label.
    """
    _check_comparable("the logits", logits, reference)
    return float(np.mean(logits.argmax(axis=-1) == reference.argmax(axis=-1)))


def error_max(values: Array, reference: Array) -> float:
    """Largest absolute error."""
    return float(np.abs(values - reference).max())


def error_mean(values: Array, reference: Array) -> float:
    """Mean absolute error."""
    return float(np.abs(values - reference).mean())


def precision_bits(values: Array, reference: Array) -> float | None:
    """Bits of precision against a reference, None where undefined (see the module).

    Raises:
        ReportError: the shapes differ, or a value is not finite.
    """
    _check_comparable("values", values, reference)
    return _bits(error_max(values, reference), reference)


def mean_precision_bits(values: Array, reference: Array) -> float | None:
    """Bits of precision by the mean error, None where undefined (see the module).

    Raises:
        ReportError: the shapes differ, or a value is not finite.
    """
    _check_comparable("values", values, reference)
    return _bits(error_mean(values, reference), reference)


def _bits(error: float, reference: Array) -> float | None:
    largest = float(np.abs(reference).max())
    if error == 0 or largest == 0:
        return None
    return log2(largest) - log2(error)


def layer_precision(probes: Mapping[str, Array], references: Mapping[str, Array]) -> list[LayerPrecision]:
    """Precision of every probed layer, in the order of the probes.

    Raises:
        ReportError: a probe has no reference or another shape, or holds a value that is not finite.
    """
    layers = []
    for name, values in probes.items():
        if name not in references:
            raise ReportError(
                f"the probe {name!r} has no reference; store the polynomial model's values of it"
            )
        _check_comparable(f"the probe {name!r}", values, references[name])
        layers.append(
            LayerPrecision(
                name=name,
                precision_bits=precision_bits(values, references[name]),
                error_max=error_max(values, references[name]),
            )
        )
    return layers


def ladder(
    logits: Mapping[str, Array],
    labels: Labels,
    probes: Mapping[str, Array] | None = None,
    references: Mapping[str, Array] | None = None,
    *,
    metric: str = "accuracy",
) -> Ladder:
    """The record's ladder: the metric per rung, and how far what was decrypted is from the polynomial model.

    Args:
        logits: rung → logits; what is absent becomes null.
        labels: of the same samples.
        probes: layer → decrypted values; None where layers were not probed.
        references: layer → the polynomial model's values.
        metric: one of `METRICS`.

    Raises:
        ReportError: a rung is unknown, two rungs are one array, shapes differ, or a value is not finite.
    """
    _check_rungs(logits)
    rungs = {rung: whole(metric, scores(metric, values, labels)) for rung, values in logits.items()}
    drift = Ladder(
        metric=metric,
        original=rungs.get("original"),
        he_friendly=rungs.get("he_friendly"),
        polynomial=rungs.get("polynomial"),
        encrypted=rungs.get("encrypted"),
        layers=None if probes is None else layer_precision(probes, references or {}),
    )
    if "encrypted" not in logits or "polynomial" not in logits:
        return drift
    encrypted, polynomial = logits["encrypted"], logits["polynomial"]
    return drift.model_copy(
        update={
            "label_agreement": label_agreement(encrypted, polynomial),
            "logit_error_max": error_max(encrypted, polynomial),
            "logit_error_mean": error_mean(encrypted, polynomial),
            "precision_bits": precision_bits(encrypted, polynomial),
        }
    )


def _check_rungs(logits: Mapping[str, Array]) -> None:
    """Raise ReportError unless every rung has its own finite values of one shape."""
    for rung, values in logits.items():
        if rung not in RUNGS:
            raise ReportError(f"{rung!r} is no rung of the ladder; use {', '.join(RUNGS)}")
        _check_comparable(f"the {rung} logits", values, next(iter(logits.values())))
    for first, second in combinations(logits, 2):
        if np.shares_memory(logits[first], logits[second]):
            raise ReportError(f"{first} and {second} logits are one array; each rung is computed by itself")


def _check_comparable(what: str, values: Array, reference: Array) -> None:
    if values.shape != reference.shape or not values.size:
        raise ReportError(
            f"{what} have shape {values.shape}, the reference {reference.shape}; compare like with like"
        )
    if not (np.isfinite(values).all() and np.isfinite(reference).all()):
        raise ReportError(f"{what} or their reference are not all finite; the run gave no result to score")
