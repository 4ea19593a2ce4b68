"""Prices for a backend: of this machine's own records where there are some, else of the times it ships."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from backends.registry import Descriptor
from bench.run.prediction import measured
from bench.run.prediction.figures import Figures
from bench.run.prediction.fit import NOMINAL, Prices, Row, fit
from bench.run.prediction.work import OTHER, Setting, Work, evaluated, terms
from models.processor import processor
from reports.record import Record

#: Ten gigabytes carried at a rough price: small cells, which start for longer than they carry, leave it open.
CARRIED = Row({(OTHER, "bytes"): 10_000.0}, 10_000 * NOMINAL["bytes"])


@dataclass(frozen=True)
class Error:
    """How far the sum of a record's primitives is off where it is predicted from the other records.

    Attributes:
        median: of the relative errors' sizes.
        worst: the largest of them.
    """

    median: float
    worst: float


@dataclass(frozen=True)
class Predictor:
    """Tells what work takes on a backend.

    Attributes:
        source: what the prices are fitted to, in words.
        groups: the rows of each record that they are fitted to.
        weak: rows of another machine, for what those leave open.
        judged: whether it is told how far the prices are off, which takes a fit for each record.
    """

    source: str = "no times of this backend are known: a rough guess"
    groups: Sequence[Sequence[Row]] = ()
    weak: Sequence[Row] = ()
    judged: bool = True

    @cached_property
    def prices(self) -> Prices:
        """Seconds of each term."""
        return _prices(self.groups, self.weak)

    @cached_property
    def error(self) -> Error | None:
        """How far the prices are off; None where no record can be held against others, or nobody asks."""
        if not self.judged or len(self.groups) < 2:
            return None
        off = []
        for place, group in enumerate(self.groups):
            prices = _prices([*self.groups[:place], *self.groups[place + 1 :]], self.weak)
            rows = [row for row in group if row.primitive]
            told = sum(prices.seconds(row.terms) for row in rows)
            off.append(abs(told / sum(row.seconds for row in rows) - 1))
        return Error(median(off), max(off))

    def seconds(self, work: Iterable[Work], where: Setting) -> float:
        """What work takes."""
        return sum(self.prices.seconds(terms(one, where)) for one in work)

    def evaluation(self, work: Work, where: Setting) -> float:
        """What work takes within an evaluation."""
        return self.prices.seconds(evaluated(work, where))

    @property
    def sentence(self) -> str:
        """The source and the error in words."""
        if self.error is None:
            return self.source
        return f"± {100 * self.error.median:.0f} %, at worst {100 * self.error.worst:.0f} %: {self.source}"


def predictor(descriptor: Descriptor, records: Sequence[Record] = (), unseen: str | None = None) -> Predictor:
    """The best that is known of a backend.

    Args:
        descriptor: the backend.
        records: of earlier runs, of any backend and machine.
        unseen: a case, as `Measured.case` names it, nothing of which is to be used.
    """
    shipped = _told(Figures.shipped(descriptor), unseen)
    own = _told(Figures.of(records, descriptor.name), unseen)
    if own is not None:
        whose = "this machine" if own.cpu == processor() else own.cpu
        weak = [] if shipped is None else [row for group in _groups(shipped, descriptor) for row in group]
        return Predictor(f"{_records(own)} of {whose}", _groups(own, descriptor), weak)
    if shipped is not None:
        source = f"shipped, {_records(shipped)} of {shipped.cpu}, {shipped.taken}; this machine may differ"
        return Predictor(source, _groups(shipped, descriptor))
    return Predictor()


def _told(figures: Figures | None, unseen: str | None) -> Figures | None:
    """What is known without a case; None where nothing else was measured."""
    found = figures and figures.without(unseen)
    return found if found is not None and found.measured else None


def _records(figures: Figures) -> str:
    count = len(figures.measured)
    return f"from {count} record{'s' * (count != 1)}"


def _groups(figures: Figures, descriptor: Descriptor) -> list[list[Row]]:
    return [found for one in figures.measured if (found := measured.rows(one, descriptor))]


def _prices(groups: Sequence[Sequence[Row]], weak: Sequence[Row]) -> Prices:
    """Fitted to groups of rows; the weak rows are another machine's, brought to the pace of this one."""
    found = [row for group in groups for row in group]
    if not weak or not found:
        return fit([*(found or weak), CARRIED])
    theirs = fit([*weak, CARRIED])
    pace = median(row.seconds / told for row in found if (told := theirs.seconds(row.terms)) > 0)
    return fit([*found, CARRIED], [Row(row.terms, row.seconds * pace) for row in weak])
