"""What a comparison says of one measure of one cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from reports.figures import Unit
from reports.measures import Kind


class Verdict(str, Enum):
    """How the candidate compares with the baseline."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    NOT_COMPARABLE = "not comparable"
    NEW = "new"


class Subject(str, Enum):
    """What a finding is about, as `bench gate --require` names it and a verdict tells it."""

    COUNTS = "counts"
    SIZES = "sizes"
    PRECISION = "precision"
    METRICS = "metrics"
    MEMORY = "memory"
    LABELS = "labels"
    TIMES = "times"


#: The subject of a measure, by its kind.
SUBJECTS: Mapping[Kind, Subject] = {
    Kind.COUNT: Subject.COUNTS,
    Kind.SIZE: Subject.SIZES,
    Kind.BITS: Subject.PRECISION,
    Kind.METRIC: Subject.METRICS,
    Kind.MEMORY: Subject.MEMORY,
    Kind.TIME: Subject.TIMES,
}


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
        subject: None of status and security, which are always judged.
        brief: why there is no verdict, in a few words.
        held: whether there should be a verdict; False of what a side does without, or is the first to have.
    """

    cell: str
    measure: str
    title: str
    verdict: Verdict
    why: str = ""
    before: float | str | None = None
    after: float | str | None = None
    unit: Unit = Unit.NUMBER
    subject: Subject | None = None
    brief: str = ""
    held: bool = True

    @property
    def judged(self) -> bool:
        """Whether it says better, worse or the same."""
        return self.verdict in (Verdict.BETTER, Verdict.WORSE, Verdict.SAME)
