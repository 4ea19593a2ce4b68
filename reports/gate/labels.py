"""Labels that an encrypted run changed although the clear model was sure of them.

Two logits that each err by at most e cannot change places over a margin of more than 2e. So a label that
flips over such a margin, e being the largest error that the baseline made, is an error of a kind that the
baseline does not know, however good the mean precision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reports.gate.rules import LabelsRule
from reports.gate.sides import Processes
from reports.gate.verdicts import Finding, Verdict
from reports.metrics import Array
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

    Nothing is said of cells without logits.

    Raises:
        ReportError: the candidate's raw outputs are damaged.
    """
    known, new = _errors(before), _errors(after)
    if not known and not new:
        return []
    return [_finding(cell, known, after, rule)]


def _errors(processes: Processes) -> list[float]:
    """The largest errors of logits of every process that has them."""
    errors = (one.record.ladder.logit_error_max for one in processes.finished)
    return [error for error in errors if error is not None]


def _finding(cell: str, known: Sequence[float], after: Processes, rule: LabelsRule) -> Finding:
    def finding(verdict: Verdict, why: str, count: int | None = None) -> Finding:
        return Finding(cell, NAME, TITLE, verdict, why, None, count, "flipped")

    if not known:
        return finding(Verdict.NOT_COMPARABLE, "the baseline has no error of logits")
    if not after.finished or any(one.raw is None for one in after.finished):
        return finding(Verdict.NOT_COMPARABLE, "the candidate's raw outputs are not beside its records")
    allowed = rule.errors * max(known)
    flips = [flip for one in after.finished for flip in flipped(one) if flip.margin > allowed]
    if not flips:
        return finding(Verdict.SAME, "", 0)
    named = ", ".join(f"{flip.sample} (margin {flip.margin:.3g})" for flip in flips[:NAMED])
    more = f" and {len(flips) - NAMED} more" if len(flips) > NAMED else ""
    limit = f"over {rule.errors:g} times the baseline's largest error, {max(known):.3g}"
    return finding(Verdict.WORSE, f"{named}{more} flipped, {limit}", len(flips))


def flipped(stored: Stored) -> Iterator[Flip]:
    """Every label in which a record's decrypted logits differ from the clear ones; none without logits.

    Raises:
        ReportError: the raw outputs are damaged.
    """
    raw = read_raw(stored)
    if "logits_encrypted" not in raw or "logits_polynomial" not in raw:
        return
    encrypted, clear = _by_position(raw["logits_encrypted"]), _by_position(raw["logits_polynomial"])
    ids = raw.get("sample_ids", np.arange(len(clear)))
    for sample, position in np.argwhere(encrypted.argmax(axis=2) != clear.argmax(axis=2)):
        second, first = np.partition(clear[sample, position], -2)[-2:]
        name = str(ids[sample]) if clear.shape[1] == 1 else f"{ids[sample]} at {position}"
        yield Flip(name, float(first - second))


def _by_position(logits: Array) -> Array:
    """`[samples, positions, classes]`; a classifier may have left its one position out."""
    return logits[:, None] if logits.ndim == 2 else logits
