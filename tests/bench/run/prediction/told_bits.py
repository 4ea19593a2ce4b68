"""Bits that the simulator tells of cells beside those measured, the table of docs/prediction.md.

    python -m bench run suites/vit_tiny.yaml --backend cleartext --imitate openfhe --output told
    python -m tests.bench.run.prediction.told_bits told results other-results

`told` has records of the simulator; all other folders have records of libraries. A cell is told where suite,
case, parameter set, backend and number of samples are the same.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable

from backends.parameters import ParameterSet
from bench.interface import load_records
from reports.markdown import table
from reports.record import Record, Status

#: By how many bits a cell may be told wrong.
ALLOWED = 1.5
HEADINGS = ("suite, case", "set", "backend", "samples", "told", "measured", "off")
_IMITATES = re.compile(r"_as-[^_]+")

#: Suite, case, parameter set, backend and samples.
Cell = tuple[str, str, str, str, int]


def told_of(record: Record) -> Cell:
    """The cell of a library that a simulator's record tells of."""
    imitated = ParameterSet.named(record.parameter_set).imitates
    assert imitated is not None, f"{record.cell} imitates no backend"
    name = _IMITATES.sub("", record.parameter_set)
    return record.suite, record.case, name, imitated, record.samples


def rows(told: Iterable[Record], measured: Iterable[Record]) -> list[tuple[str, ...]]:
    """A row for each cell that is told and measured; bits are those of the largest error.

    Where a cell was measured several times, it is off by what it is from the nearest.
    """
    runs: dict[Cell, list[Record]] = defaultdict(list)
    for one in _with_bits(measured):
        runs[one.suite, one.case, one.parameter_set, one.backend, one.samples].append(one)
    newest = {told_of(one): one for one in _with_bits(told)}
    return [_row(cell, one, runs[cell]) for cell, one in newest.items() if cell in runs]


def _row(cell: Cell, told: Record, found: list[Record]) -> tuple[str, ...]:
    suite, case, _, backend, samples = cell
    tells, figures = _bits(told), sorted(map(_bits, found))
    off = min((tells - figure for figure in figures), key=abs)
    shown = f"{off:+.1f}" if abs(off) <= ALLOWED else f"**{off:+.1f}**"
    between = " to ".join(dict.fromkeys(f"{figure:.1f}" for figure in (figures[0], figures[-1])))
    title = f"`{suite}` {case}", f"`{found[-1].set_title}`"
    return *title, backend, str(samples), f"{tells:.1f}", between, shown


def _with_bits(records: Iterable[Record]) -> list[Record]:
    return [one for one in records if one.status is Status.OK and one.ladder.precision_bits is not None]


def _bits(record: Record) -> float:
    return record.ladder.precision_bits or 0.0


if __name__ == "__main__":
    simulated, *results = sys.argv[1:]
    sys.stdout.write(table(HEADINGS, rows(load_records(simulated), load_records(*results))) + "\n")
