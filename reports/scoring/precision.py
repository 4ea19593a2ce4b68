"""Precision: how far decrypted values are from their reference, as a distribution over all of them.

Bits are -log2(error / max |reference|), where the error is one of all absolute errors: the largest, their
99th percentile, their median or their mean. Over an error of 0 and over a reference that is 0 throughout they
are undefined, and so null: no finite number of bits says that values are equal, and JSON has no infinity.

By the largest error, bits are what a user can rely on. By the mean one they are what builds are compared by,
because the largest of few errors is one draw of the noise's tail.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log2

import numpy as np

from models.metrics.arrays import Array
from reports.errors import ReportError
from reports.ladder import LayerPrecision, Precision


def label_agreement(logits: Array, reference: Array) -> float:
    """Fraction of samples and positions at which both give the same label.

    Raises:
        ReportError: the shapes differ, or a logit is not finite and so names no label.
    """
    check_comparable("the logits", logits, reference)
    return float(np.mean(logits.argmax(axis=-1) == reference.argmax(axis=-1)))


def least_cosine(values: Array, reference: Array) -> float:
    """The least cosine of a sample's values with its reference's; 0 where either is 0 throughout.

    Raises:
        ReportError: the shapes differ, or a value is not finite.
    """
    check_comparable("the embeddings", values, reference)
    a, b = values.reshape(len(values), -1), reference.reshape(len(reference), -1)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosines = np.divide((a * b).sum(axis=1), lengths, out=np.zeros(len(a)), where=lengths > 0)
    return float(cosines.min().clip(-1.0, 1.0))


def error_mean(values: Array, reference: Array) -> float:
    """Mean absolute error."""
    return float(np.abs(values - reference).mean())


def precision(values: Array, reference: Array) -> Precision:
    """The distribution of bits over all values (see the module).

    Raises:
        ReportError: the shapes differ, or a value is not finite.
    """
    check_comparable("values", values, reference)
    errors, largest = np.abs(values - reference), float(np.abs(reference).max())
    return Precision(
        least=_bits(float(errors.max()), largest),
        mean=_bits(float(errors.mean()), largest),
        median=_bits(float(np.median(errors)), largest),
        p99=_bits(float(np.quantile(errors, 0.99)), largest),
        error_max=float(errors.max()),
    )


def precision_bits(values: Array, reference: Array) -> float | None:
    """Bits of precision by the largest error, None where undefined (see the module).

    Raises:
        ReportError: the shapes differ, or a value is not finite.
    """
    return precision(values, reference).least


def mean_precision_bits(values: Array, reference: Array) -> float | None:
    """Bits of precision by the mean error, None where undefined (see the module).

    Raises:
        ReportError: the shapes differ, or a value is not finite.
    """
    return precision(values, reference).mean


def _bits(error: float, largest: float) -> float | None:
    if error == 0 or largest == 0:
        return None
    return log2(largest) - log2(error)


def layer_precision(probes: Mapping[str, Array], references: Mapping[str, Array]) -> list[LayerPrecision]:
    """Precision of every probed layer, in the order of the probes.

    Raises:
        ReportError: a probe has no reference or another shape, or holds a value that is not finite.
    """
    return [_layer(name, values, references) for name, values in probes.items()]


def _layer(name: str, values: Array, references: Mapping[str, Array]) -> LayerPrecision:
    if name not in references:
        raise ReportError(f"the probe {name!r} has no reference; store the polynomial model's values of it")
    check_comparable(f"the probe {name!r}", values, references[name])
    found = precision(values, references[name])
    return LayerPrecision(name=name, precision_bits=found.least, error_max=found.error_max, precision=found)


def check_comparable(what: str, values: Array, reference: Array) -> None:
    """See that values and their reference are of one shape and finite.

    Raises:
        ReportError: they are not, and `what` says of which values.
    """
    if values.shape != reference.shape or not values.size:
        raise ReportError(
            f"{what} have shape {values.shape}, the reference {reference.shape}; compare like with like"
        )
    if not (np.isfinite(values).all() and np.isfinite(reference).all()):
        raise ReportError(f"{what} or their reference are not all finite; the run gave no result to score")
