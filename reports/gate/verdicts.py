"""What a comparison says of one measure of one cell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from reports.figures import Unit


class Verdict(str, Enum):
    """How the candidate compares with the baseline."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    NOT_COMPARABLE = "not comparable"
    NEW = "new"


@dataclass(frozen=True)
class Finding:
    """One verdict.

    Attributes:
        cell: as in records.
        measure: name of a measure, or `status`, `security.secure`, `labels`.
        title: as readers know it.
        verdict: on the candidate.
        why: what the verdict rests on.
        before: the baseline's value, None where it has none.
        after: the candidate's.
        unit: what both are counted in.
    """

    cell: str
    measure: str
    title: str
    verdict: Verdict
    why: str = ""
    before: float | str | None = None
    after: float | str | None = None
    unit: Unit = Unit.NUMBER
