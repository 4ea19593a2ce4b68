"""Metrics from raw outputs: what the rungs' logits and the probes of layers say, computed after the run.

Precision is -log2(max |error| / max |reference|) over all samples and outputs, in bits. It is undefined, and
so null, where every value is exactly equal (no finite number of bits says so, and infinity is no JSON) and
where the reference is 0 throughout.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import log2

import numpy as np
from numpy.typing import NDArray

from reports.errors import ReportError
from reports.record import Ladder, LayerPrecision

Array = NDArray[np.float64]
Labels = NDArray[np.integer]

#: The rungs, from the model as trained down to the decrypted result.
RUNGS = ("original", "he_friendly", "polynomial", "encrypted")


def accuracy(logits: Array, labels: Labels) -> float:
    """Fraction of samples whose largest logit is the label's; logits are `[samples, classes]`."""
    if logits.ndim != 2 or labels.shape != logits.shape[:1] or not len(labels):
        raise ReportError(
            f"logits of shape {logits.shape} do not fit labels of shape {labels.shape}; store both of one run"
        )
    return float(np.mean(logits.argmax(axis=1) == labels))


def label_agreement(logits: Array, reference: Array) -> float:
    """Fraction of samples to which both give the same label."""
    return accuracy(logits, reference.argmax(axis=1))


def error_max(values: Array, reference: Array) -> float:
    """Largest absolute error."""
    return float(np.abs(values - reference).max())


def precision_bits(values: Array, reference: Array) -> float | None:
    """Bits of precision against a reference, None where undefined (see the module).

    Raises:
        ReportError: the shapes differ, or a value is not finite.
    """
    _check_comparable("values", values, reference)
    error, largest = error_max(values, reference), float(np.abs(reference).max())
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
) -> Ladder:
    """The record's ladder: accuracy per rung, and the drift from the polynomial model to what was decrypted.

    Args:
        logits: rung → `[samples, classes]`; what is absent becomes null.
        labels: `[samples]`.
        probes: layer → decrypted values; None where layers were not probed.
        references: layer → the polynomial model's values.

    Raises:
        ReportError: a rung is unknown, two rungs are one array, shapes differ, or a value is not finite.
    """
    _check_rungs(logits)
    rungs = {rung: accuracy(values, labels) for rung, values in logits.items()}
    drift = Ladder(
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
            "logit_error_mean": float(np.abs(encrypted - polynomial).mean()),
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
