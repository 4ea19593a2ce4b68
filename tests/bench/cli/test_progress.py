"""What a run says of its plan."""

from __future__ import annotations

import re
from io import StringIO

from backends.costs import Costs
from bench.cli.progress import Display
from bench.cli.screen import Screen
from bench.run import estimates
from tests.backends.test_program import PROGRAM
from tests.toy import PORTABLE


def test_a_run_tells_the_counts_of_its_cell_as_plan_and_record_do() -> None:
    """Of all batches, under the names of the record."""
    said = StringIO()
    Display(Screen(file=said)).planned(PROGRAM, Costs(PORTABLE), batches=3)
    told = {
        name.replace(" ", "_"): int(count) for count, name in re.findall(r"(\d+) ([a-z_ ]+)", said.getvalue())
    }
    for name, count in PROGRAM.counts.items():
        assert told[name] == 3 * count, name
    assert set(estimates.COUNTS) <= set(told)
