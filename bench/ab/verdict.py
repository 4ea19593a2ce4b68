"""What a gate says of results that are held to a baseline, and what it adds to a history."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from bench.errors import UserError
from reports import history as histories
from reports.gate.compare import Comparison, compare
from reports.gate.markdown import headline
from reports.gate.rules import Rules
from reports.gate.sides import read_side
from reports.gate.verdicts import Subject
from reports.trends import Step, newest_steps

#: How many of the newest steps of a history are told.
STEPS = 10


@dataclass(frozen=True)
class Verdict:
    """How results compare with a baseline.

    Attributes:
        comparison: cell by cell and measure by measure.
        entry: what a history keeps of the results.
    """

    comparison: Comparison
    entry: histories.Entry


def judge(baseline: Path, results: Path, rules: Rules, required: Collection[Subject] = ()) -> Verdict:
    """Hold the newest records of every cell of results to a baseline.

    Args:
        baseline: a file or a folder of runs.
        results: a folder of runs, or a file.
        rules: how much may be lost.
        required: what has to be judged.

    Raises:
        UserError: the baseline has nothing to hold them to.
        ReportError: a file or folder cannot be read.
    """
    old, candidate = read_side(baseline), read_side(results)
    if not old.cells and not old.refused:
        raise UserError(f"{baseline} holds no record; hold RESULTS to a run, or to an export of one")
    comparison = compare(old, candidate, rules, required)
    entry = histories.entry(candidate, passed=comparison.passed, verdict=headline(comparison))
    return Verdict(comparison, entry)


def steps_with(path: Path, entry: histories.Entry) -> tuple[list[Step], list[str]]:
    """The newest steps of a history with one more entry in it, and why lines of the file were refused.

    Raises:
        UserError: the file is there and is not a history; it is left as it is.
    """
    known = histories.load(path) if path.exists() else histories.History()
    if known.refused and not known.entries:
        raise UserError(f"{path} is not a history of gates; name another file with --history")
    return newest_steps([*known.entries, entry], STEPS), list(known.refused)
