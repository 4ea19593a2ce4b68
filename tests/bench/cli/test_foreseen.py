"""What is said of cells before they run."""

from __future__ import annotations

import pytest

from bench.cli.foreseen import too_large
from bench.run.foreseen import Foreseen, foresee
from bench.spec.selection import Selection
from reports.figures import size


@pytest.fixture(scope="module")
def found() -> list[Foreseen]:
    return foresee(Selection("toy", ("tenseal",)).cells(), judged=False)


def test_a_cell_that_a_machine_does_not_hold_is_told_what_machine_would_do(found: list[Foreseen]) -> None:
    (one,) = found
    assert one.prediction is not None
    wanted = one.prediction.together_bytes
    (line,) = too_large(found, wanted - 1)
    assert line.startswith(f"{one.cell.case.name} on tenseal at {one.cell.parameter_set.names[0]}: ")
    assert f"{size(wanted)} of free memory and {size(one.prediction.disk_bytes)} of disk would do" in line


def test_nothing_is_said_where_there_is_memory_enough(found: list[Foreseen]) -> None:
    assert list(too_large(found, 10**12)) == []
