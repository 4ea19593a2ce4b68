"""One side of a comparison: the records of every cell's newest build.

Several records of one cell are several fresh processes. They count together where they have one `key`, which
says that nothing differs that could change the result; records of older keys are left out, and counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reports.baseline import process, read_records
from reports.errors import ReportError
from reports.measures import Measure
from reports.readings import readings
from reports.record import Record, Status
from reports.store import Stored, check_raw, load_output

#: From the best to the worst: what a library cannot do is not a failure.
_RANKS = {Status.OK: 0, Status.UNSUPPORTED: 1}
_FAILURE = 2


@dataclass(frozen=True)
class Processes:
    """The records of one cell, in the order in which they began."""

    stored: tuple[Stored, ...]

    @property
    def records(self) -> list[Record]:
        """The records alone."""
        return [one.record for one in self.stored]

    @property
    def finished(self) -> tuple[Stored, ...]:
        """Those that ended ok."""
        return tuple(one for one in self.stored if one.record.status is Status.OK)

    @property
    def failed(self) -> float:
        """The fraction of them that neither ended ok nor is unsupported."""
        return sum(rank(record.status) == _FAILURE for record in self.records) / len(self.records)

    def worst(self) -> Record:
        """A record of the worst status."""
        return max(self.records, key=lambda record: rank(record.status))

    def readings(self) -> dict[Measure, list[float]]:
        """For every measure, the value of each process that ended ok and has it."""
        found: dict[Measure, list[float]] = defaultdict(list)
        for one in self.finished:
            for measure, value in readings(one.record).items():
                found[measure].append(value)
        return dict(found)


@dataclass(frozen=True)
class Side:
    """All cells of one side.

    Attributes:
        cells: by `cell`.
        refused: a sentence for each line of a store that was refused, for each process that appears twice,
            and for raw outputs that are damaged or gone.
        left_out: records of builds that are not their cell's newest.
    """

    cells: Mapping[str, Processes]
    refused: tuple[str, ...] = ()
    left_out: int = 0


def rank(status: Status) -> int:
    """0 for ok, 1 for unsupported, 2 for a failure of whatever kind."""
    return _RANKS.get(status, _FAILURE)


def shared(one: Processes, other: Processes) -> int:
    """How many processes are in both."""
    return len({process(record) for record in one.records} & {process(record) for record in other.records})


def side(stored: Iterable[Stored], refused: Sequence[str] = ()) -> Side:
    """A side from records in any order; one that appears twice is not a second process, and is refused."""
    once, twins = _once(stored)
    ordered = sorted(once, key=lambda one: one.record.started_at)
    by_cell: dict[str, list[Stored]] = defaultdict(list)
    for one in ordered:
        by_cell[one.record.cell].append(one)
    cells = {
        cell: Processes(tuple(one for one in found if one.record.key == found[-1].record.key))
        for cell, found in by_cell.items()
    }
    kept = sum(len(processes.stored) for processes in cells.values())
    return Side(cells, (*refused, *twins), len(ordered) - kept)


def _once(stored: Iterable[Stored]) -> tuple[list[Stored], list[str]]:
    """Each process once, and a sentence for each that appears twice."""
    by_process: dict[Hashable, list[Stored]] = defaultdict(list)
    for one in stored:
        by_process[process(one.record)].append(one)
    firsts = [same[0] for same in by_process.values()]
    twins = [
        f"run {first.record.run_id} has one process of {first.record.cell} {count} times; keep one"
        for first, count in zip(firsts, map(len, by_process.values()), strict=True)
        if count > 1
    ]
    return firsts, twins


def _damaged(stored: Iterable[Stored]) -> Iterator[str]:
    """A sentence for each record whose raw outputs are not those that were written."""
    for one in stored:
        try:
            check_raw(one)
        except ReportError as error:
            yield str(error)


def read_side(path: Path) -> Side:
    """A side from the folder of a run or of several, or from a file that `export --format json` wrote.

    Raises:
        ReportError: there is no run, or the file is not a list of sound records.
    """
    if path.is_dir():
        loaded = load_output(path)
        found = side(loaded.stored, loaded.refused)
        counted = [one for processes in found.cells.values() for one in processes.stored]
        return replace(found, refused=(*found.refused, *_damaged(counted)))
    return side(Stored(record, None, None) for record in read_records(path))
