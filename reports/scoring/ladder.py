"""The ladder of one cell: the metric of every stage of conversion (rung), and how exact the encryption is.

Logits are `[samples, positions, classes]` (a model of one position may leave that axis out), labels
`[samples, positions]` or, at one position, `[samples]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.metrics.arrays import Array, Labels
from models.metrics.catalogue import DEFAULT, metric_named
from models.metrics.metric import scores, whole
from reports.errors import ReportError
from reports.ladder import Ladder
from reports.scoring.nats import in_nats
from reports.scoring.precision import (
    check_comparable,
    error_mean,
    label_agreement,
    layer_precision,
    precision,
)

#: The stages of conversion, from the model as trained down to the decrypted result.
RUNGS = ("original", "he_friendly", "polynomial", "encrypted")


def ladder(
    logits: Mapping[str, Array],
    labels: Labels,
    probes: Mapping[str, Array] | None = None,
    references: Mapping[str, Array] | None = None,
    *,
    metric: str = DEFAULT.name,
    compared: NDArray[np.bool_] | None = None,
) -> Ladder:
    """The metric per rung, and how far what was decrypted is from the polynomial model.

    Args:
        logits: rung → logits; a rung that is absent becomes null.
        labels: those of the same samples.
        probes: layer → decrypted values; None where layers were not probed.
        references: layer → the polynomial model's values.
        metric: name of one of `models.metrics.catalogue`.
        compared: `[samples]`, which of them are compared between rungs; the others may have no number as
            their answer and are wrong then. None for all.

    Raises:
        ReportError: a rung is unknown, two rungs are one array, shapes differ, or a value is not finite.
        ScoreError: the metric is unknown or is not defined for these logits and labels.
    """
    _check_rungs(logits, compared)
    judged = metric_named(metric)
    scored = {rung: scores(judged, values, labels) for rung, values in logits.items()}
    rungs = {rung: whole(judged, found) for rung, found in scored.items()}
    found = Ladder(
        metric=metric,
        original=rungs.get("original"),
        he_friendly=rungs.get("he_friendly"),
        polynomial=rungs.get("polynomial"),
        encrypted=rungs.get("encrypted"),
        nats=in_nats(judged, scored),
        layers=None if probes is None else layer_precision(probes, references or {}),
    )
    if "encrypted" not in logits or "polynomial" not in logits:
        return found
    encrypted, polynomial = logits["encrypted"], logits["polynomial"]
    if compared is not None:
        encrypted, polynomial = encrypted[compared], polynomial[compared]
    agreement = label_agreement(encrypted, polynomial) if judged.answers_labels else None
    return found.model_copy(update={"label_agreement": agreement, **exactness(encrypted, polynomial)})


def exactness(encrypted: Array, polynomial: Array) -> dict[str, Any]:
    """Entries of a ladder that tell how far encryption is from the polynomial model, and need no labels.

    Raises:
        ReportError: shapes differ, or a value is not finite.
    """
    found = precision(encrypted, polynomial)
    return {
        "logit_error_max": found.error_max,
        "logit_error_mean": error_mean(encrypted, polynomial),
        "precision_bits": found.least,
        "precision": found,
    }


def _check_rungs(logits: Mapping[str, Array], compared: NDArray[np.bool_] | None) -> None:
    """Raise ReportError unless every rung has its own values of one shape, finite where they are compared."""
    for rung, values in logits.items():
        if rung not in RUNGS:
            raise ReportError(f"{rung!r} is not a rung of the ladder; use {', '.join(RUNGS)}")
        reference = next(iter(logits.values()))
        if compared is not None and values.shape == reference.shape:
            values, reference = values[compared], reference[compared]
        check_comparable(f"the {rung} logits", values, reference)
    for first, second in combinations(logits, 2):
        if np.shares_memory(logits[first], logits[second]):
            raise ReportError(f"{first} and {second} logits are one array; each rung is computed by itself")
