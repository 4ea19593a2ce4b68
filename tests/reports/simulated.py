"""Times of a whole suite as real machines give them: simulated processes of two builds.

Processes differ by 5 %; runs within one by 3 to 30 %, differently for every measure. A process's value is the
median of its runs, of which slow measures have few. Every measure has its own number of processes with which
its slowdown is to be found: few runs that differ by much take the most. `python -m tests.reports.simulated
PAIRS` counts false alarms and missed slowdowns over so many pairs, each measure slowed in turn.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from reports.gate.rules import TimeRule
from reports.gate.times import Timed, judge_times, needed_at
from reports.gate.verdicts import Verdict
from reports.measures import Kind, Measure

MEASURES = 40
BETWEEN = 0.05
WITHIN = np.geomspace(0.03, 0.30, MEASURES)
#: Repetitions: 30 of what takes under a second, 5 of what takes longer.
RUNS = np.where(np.arange(MEASURES) % 3 == 0, 5, 30)
SLOWDOWN = 1.1
#: π/2 times the variance of a mean is that of a median.
SPREAD = np.sqrt(BETWEEN**2 + np.pi / 2 * WITHIN**2 / RUNS)
#: From the one that takes the fewest processes to the one that takes the most.
BY_SPREAD = [int(measure) for measure in np.argsort(SPREAD)]
#: One of the middle, which says how many processes equal builds are given.
TYPICAL = BY_SPREAD[MEASURES // 2]
#: So many of those that take the most are printed one by one.
HARDEST = 5


def processes(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """`[measures, processes]`: each process's medians, in seconds."""
    values = np.empty((MEASURES, count))
    for index, (within, runs) in enumerate(zip(WITHIN, RUNS, strict=True)):
        speed = random.lognormal(0, BETWEEN, count)
        values[index] = speed * np.median(random.lognormal(0, within, (runs, count)), axis=0)
    return values


def pair(random: np.random.Generator, count: int, slowed: int | None = None) -> list[Timed]:
    """All times of a suite on both sides, one of them slowed or none."""
    before, after = processes(random, count), processes(random, count)
    if slowed is not None:
        after[slowed] *= SLOWDOWN
    return [
        Timed("cell", Measure(f"latency.primitives.{index}", "", Kind.TIME, "s"), list(old), list(new))
        for index, (old, new) in enumerate(zip(before, after, strict=True))
    ]


def verdicts(times: list[Timed]) -> list[Verdict]:
    """Judged by the rules as they are."""
    return [finding.verdict for finding in judge_times(times, TimeRule())]


def enough(measure: int) -> int:
    """Processes a side with which a measure's slowdown is to be found."""
    return needed_at(float(SPREAD[measure]), MEASURES, TimeRule(difference=SLOWDOWN))


def false_alarms(pairs: int, seed: int) -> int:
    """Pairs of equal builds of which any time is called different."""
    random, count = np.random.default_rng(seed), enough(TYPICAL)
    different = {Verdict.BETTER, Verdict.WORSE}
    return sum(not different.isdisjoint(verdicts(pair(random, count))) for _ in range(pairs))


def found(measure: int, pairs: int, seed: int) -> int:
    """Pairs of which the slowed measure is called worse, each with as many processes as it takes."""
    random, count = np.random.default_rng([seed, measure]), enough(measure)
    return sum(verdicts(pair(random, count, measure))[measure] is Verdict.WORSE for _ in range(pairs))


def _of_measure(measure: int, pairs: int, hits: int) -> str:
    return (
        f"  {RUNS[measure]} runs that differ by {WITHIN[measure]:.0%}, a spread of {SPREAD[measure]:.1%}: "
        f"{enough(measure)} processes a side, found in {hits} of {pairs}\n"
    )


if __name__ == "__main__":
    asked = int(sys.argv[1])
    alarms, each = false_alarms(asked, 1), asked // MEASURES
    sys.stdout.write(f"equal builds, {enough(TYPICAL)} processes: {alarms} of {asked} pairs flagged\n")
    hits = {measure: found(measure, each, 2) for measure in BY_SPREAD}
    whole = f"{sum(hits.values())} of {each * MEASURES} pairs"
    sys.stdout.write(f"a slowdown of {SLOWDOWN - 1:.0%}, of each time in turn: found in {whole}\n")
    for measure in (BY_SPREAD[0], TYPICAL, *BY_SPREAD[-HARDEST:]):
        sys.stdout.write(_of_measure(measure, each, hits[measure]))
    fewest = min(hits, key=lambda measure: hits[measure])
    sys.stdout.write(f"found least often:\n{_of_measure(fewest, each, hits[fewest])}")
