"""Labels that an encrypted run changed although the clear model was sure of them.

Two logits that each err by at most e cannot change places over a margin of more than 2e. So a label that
flips over such a margin, e being the largest error that the baseline made, is an error of a kind that the
baseline does not know, however good the mean precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.metrics.arrays import Array
from reports.figures import Unit
from reports.gate.rules import LabelsRule
from reports.gate.sides import Processes
from reports.gate.verdicts import Finding, Subject, Verdict
from reports.record import Record
from reports.store import Stored, read_raw

NAME, TITLE = "labels", "labels of clear margin"
#: So many flips are named; the others are counted.
NAMED = 3


@dataclass(frozen=True)
class Flip:
    """A label that changed.

    Attributes:
        sample: the sample's id, with the position where there are several.
        margin: by which the clear model preferred its label, in logits.
    """

    sample: str
    margin: float


def judge(cell: str, before: Processes, after: Processes, rule: LabelsRule) -> list[Finding]:
    """Whether a label of the candidate flipped over a margin that the baseline's errors do not explain.

    Nothing is said of cells without labels: a layer's outputs are features and not logits, and those of
    random weights lie so close together that any error flips some.

    Raises:
        ReportError: the candidate's raw outputs are damaged.
    """
    if not any(_has_labels(one.record) for one in (*before.finished, *after.finished)):
        return []
    verdict, why, count = _verdict(before, after, rule)
    return [Finding(cell, NAME, TITLE, verdict, why, None, count, Unit.FLIPPED, Subject.LABELS, why)]


def _has_labels(record: Record) -> bool:
    return record.weights == "trained" and record.ladder.label_agreement is not None


def _verdict(before: Processes, after: Processes, rule: LabelsRule) -> tuple[Verdict, str, int | None]:
    """The verdict, why, and how many flipped."""
    errors = (one.record.ladder.logit_error_max for one in before.finished)
    largest = max((error for error in errors if error is not None), default=None)
    if largest is None:
        return Verdict.NOT_COMPARABLE, "the baseline has no error of logits", None
    if any(one.raw is None for one in after.finished):
        return Verdict.NOT_COMPARABLE, "the candidate's raw outputs are not beside its records", None
    every = [flipped(one) for one in after.finished]
    if None in every:
        return Verdict.NOT_COMPARABLE, "the candidate's raw outputs hold no logits", None
    flips = [flip for some in every for flip in some or () if flip.margin > rule.errors * largest]
    if not flips:
        return Verdict.SAME, "", 0
    named = ", ".join(f"{flip.sample} (margin {flip.margin:.3g})" for flip in flips[:NAMED])
    more = f" and {len(flips) - NAMED} more" if len(flips) > NAMED else ""
    limit = f"over {rule.errors:g} times the baseline's largest error, {largest:.3g}"
    return Verdict.WORSE, f"{named}{more} flipped, {limit}", len(flips)


def flipped(stored: Stored) -> list[Flip] | None:
    """Every label in which a record's decrypted logits differ from the clear ones; None without logits.

    Raises:
        ReportError: the raw outputs are damaged.
    """
    raw = read_raw(stored)
    if "logits_encrypted" not in raw or "logits_polynomial" not in raw:
        return None
    encrypted, clear = _by_position(raw["logits_encrypted"]), _by_position(raw["logits_polynomial"])
    ids = raw.get("sample_ids", np.arange(len(clear)))
    return [
        _flip(ids[sample], clear[sample], position)
        for sample, position in np.argwhere(encrypted.argmax(axis=2) != clear.argmax(axis=2))
    ]


def _flip(sample: object, clear: Array, position: int) -> Flip:
    """One flip, of a sample whose clear logits are `[positions, classes]`."""
    second, first = np.partition(clear[position], -2)[-2:]
    name = str(sample) if len(clear) == 1 else f"{sample} at {position}"
    return Flip(name, float(first - second))


def _by_position(logits: Array) -> Array:
    """`[samples, positions, classes]`; a classifier may have left its one position out."""
    return logits[:, None] if logits.ndim == 2 else logits
