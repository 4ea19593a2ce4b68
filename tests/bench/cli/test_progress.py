"""What a run says of its plan."""

from __future__ import annotations

import re
from io import StringIO

from backends.costs import Costs
from bench.cli.progress import Display
from bench.cli.screen import Screen
from bench.parties.messages import Progress
from bench.run import estimates
from bench.run.session import Stage
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


def test_a_spoiled_batch_that_is_split_is_told_as_two_batches() -> None:
    said = StringIO()
    display = Display(Screen(file=said))
    display.planned(PROGRAM, Costs(PORTABLE), batches=1)
    for stage, batches in (("evaluation", 1), ("evaluation of halves", 2), ("evaluation", 1)):
        display.report(Stage(stage, batches))
        for batch in range(batches):
            display.report(Progress(batch, len(PROGRAM.instructions) - 1, "head", 1))
    told = re.findall(r"evaluation.*, batch \d of \d", said.getvalue())
    assert told == [
        *("evaluation, batch 1 of 1", "evaluation of halves, batch 1 of 2"),
        *("evaluation of halves, batch 2 of 2", "evaluation, batch 1 of 1"),
    ]
