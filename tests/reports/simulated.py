"""Times of a whole suite as real machines give them: simulated processes of two builds.

Processes differ by 5 %; runs within one by 3 to 30 %, differently for every measure. A process's value is the
median of its runs, of which slow measures have few. `python -m tests.reports.simulated PAIRS` counts false
alarms and missed slowdowns over so many pairs.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from reports.gate.rules import TimeRule
from reports.gate.times import Timed, judge_times
from reports.gate.verdicts import Verdict
from reports.measures import Kind, Measure
from reports.statistics.sample_size import processes_needed

MEASURES = 40
BETWEEN = 0.05
WITHIN = np.geomspace(0.03, 0.30, MEASURES)
#: Repetitions: 30 of what takes under a second, 5 of what takes longer.
RUNS = np.where(np.arange(MEASURES) % 3 == 0, 5, 30)
SLOWED, SLOWDOWN = 6, 1.1
#: π/2 times the variance of a mean is that of a median.
SPREAD = np.sqrt(BETWEEN**2 + np.pi / 2 * WITHIN**2 / RUNS)


def processes(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """`[measures, processes]`: each process's medians, in seconds."""
    values = np.empty((MEASURES, count))
    for index, (within, runs) in enumerate(zip(WITHIN, RUNS, strict=True)):
        speed = random.lognormal(0, BETWEEN, count)
        values[index] = speed * np.median(random.lognormal(0, within, (runs, count)), axis=0)
    return values


def pair(random: np.random.Generator, count: int, slowdown: float = 1.0) -> list[Timed]:
    """All times of a suite on both sides, one of them slowed."""
    before, after = processes(random, count), processes(random, count)
    after[SLOWED] *= slowdown
    return [
        Timed("cell", Measure(f"latency.primitives.{index}", "", Kind.TIME, "s"), list(old), list(new))
        for index, (old, new) in enumerate(zip(before, after, strict=True))
    ]


def verdicts(times: list[Timed]) -> list[Verdict]:
    """By the rules as they stand."""
    return [finding.verdict for finding in judge_times(times, TimeRule())]


def enough() -> int:
    """Processes a side with which the slowdown is to be found."""
    rule = TimeRule()
    return processes_needed(
        spread=SPREAD[SLOWED],
        ratio=SLOWDOWN,
        significance=rule.significance / MEASURES,
        power=rule.power,
        threshold=rule.ratio,
    )


def false_alarms(pairs: int, seed: int) -> int:
    """Pairs of equal builds of which any time is called different."""
    random = np.random.default_rng(seed)
    different = {Verdict.BETTER, Verdict.WORSE}
    return sum(not different.isdisjoint(verdicts(pair(random, enough()))) for _ in range(pairs))


def found(pairs: int, seed: int) -> int:
    """Pairs of which the slowed time is called worse."""
    random = np.random.default_rng(seed)
    return sum(verdicts(pair(random, enough(), SLOWDOWN))[SLOWED] is Verdict.WORSE for _ in range(pairs))


if __name__ == "__main__":
    asked = int(sys.argv[1])
    sys.stdout.write(f"{enough()} processes a side at a spread of {SPREAD[SLOWED]:.1%}\n")
    sys.stdout.write(f"equal builds: {false_alarms(asked, 1)} of {asked} pairs flagged\n")
    sys.stdout.write(f"a slowdown of {SLOWDOWN - 1:.0%}: found in {found(asked, 2)} of {asked} pairs\n")
