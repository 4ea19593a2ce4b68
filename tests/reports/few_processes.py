"""What three to eight processes a side say of many times: false alarms and power, simulated.

`python -m tests.reports.few_processes GATES` prints how spreads between processes are distributed in the
project's committed records, and what the gate makes of so many simulated gates of 66 times each.

A time's spread is drawn as Smyth's model has it: the variance is `typical`² times degrees of freedom over a
chi-squared variable with as many. `fit` takes both numbers from records (G. K. Smyth, Statistical
Applications in Genetics and Molecular Biology 3, 2004, article 3, section 6.2). Processes differ normally, or
by Student's t with three degrees of freedom, and in part together in all times.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from math import exp, inf, log
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import polygamma, psi

from reports.baseline import read_records
from reports.gate.evidence import weigh
from reports.gate.rules import TimeRule
from reports.gate.sides import side
from reports.measures import Kind
from reports.record import Record
from reports.store import Stored
from tests.reports.html.unpacking import records_of

ROOT = Path(__file__).resolve().parents[2]
TIMES = 66
SLOWER = 1.6
COUNTS = (3, 4, 5, 8)

Times = NDArray[np.float64]


class Spreads(NamedTuple):
    """How the spreads of a machine's times are distributed: their typical one, and degrees of freedom."""

    typical: float
    freedom: float


#: As `fit` finds them in the committed records: three cells of a quiet machine, four of a busy one.
QUIET = (Spreads(0.015, 1.2), Spreads(0.020, 1.2), Spreads(0.017, 1.5))
BUSY = (Spreads(0.34, 3.8), Spreads(0.21, 2.0), Spreads(0.21, 2.0), Spreads(0.26, 2.5))


def committed() -> Iterator[tuple[str, list[Record]]]:
    """The committed records of several processes a cell: of the example report, and the toy baselines."""
    page = (ROOT / "docs" / "examples" / "report.html").read_text()
    yield "docs/examples/report.html", records_of(page)
    for path in sorted((ROOT / "suites" / "baselines").glob("toy_[!c]*.json")):
        yield f"suites/baselines/{path.name}", read_records(path)


def logs_of(records: Iterable[Record]) -> Iterator[tuple[str, Times]]:
    """For each cell of three or more processes, the logarithms of its times: `[times, processes]`."""
    for cell, processes in side(Stored(one, None, None) for one in records).cells.items():
        count = len(processes.finished)
        found = [
            [log(value) for value in values]
            for measure, values in processes.readings().items()
            if measure.kind is Kind.TIME and measure.judged and len(values) == count and min(values) > 0
        ]
        if count >= 3 and found:
            yield cell, np.array(found)


def fit(logs: Times) -> Spreads:
    """The distribution of the spreads of `[times, processes]`."""
    within = logs.shape[1] - 1
    variances = np.log(np.var(logs, axis=1, ddof=1))
    excess = float(np.var(variances, ddof=1) - polygamma(1, within / 2))
    freedom = inf if excess <= 0 else 2 * brentq(lambda half: polygamma(1, half) - excess, 1e-3, 1e3)
    bias = psi(within / 2) - log(within / 2) - (0 if freedom == inf else psi(freedom / 2) - log(freedom / 2))
    return Spreads(exp((float(variances.mean()) - float(bias)) / 2), float(freedom))


def gate(random: np.random.Generator, spreads: Spreads, count: int, heavy: bool) -> tuple[Times, Times]:
    """Seconds of two equal builds, `[times, processes]` a side."""
    deviations = spreads.typical * np.sqrt(spreads.freedom / random.chisquare(spreads.freedom, (TIMES, 1)))
    shape = (2, TIMES, count)
    apart = random.standard_t(3, shape) if heavy else random.standard_normal(shape)
    together = spreads.typical * random.standard_normal((2, 1, count))
    before, after = np.exp(
        np.clip(deviations * apart + together, -9, 9)
    )  # no process takes 8000 times as long
    return before, after


def flagged(before: Times, after: Times) -> NDArray[np.bool_]:
    """Which times are called different."""
    rule = TimeRule()
    found = weigh([(list(old), list(new)) for old, new in zip(before, after, strict=True)], rule)
    ratio = np.median(after, axis=1) / np.median(before, axis=1)
    significant = np.array([one.p is not None and one.p <= rule.significance for one in found])
    return np.asarray(significant & (np.maximum(ratio, 1 / ratio) >= rule.ratio))


def false_alarms(gates: int, spreads: Spreads, count: int, *, heavy: bool, seed: int = 1) -> int:
    """Gates of equal builds in which any time is called different."""
    random = np.random.default_rng([seed, count])
    return sum(bool(flagged(*gate(random, spreads, count, heavy)).any()) for _ in range(gates))


def found(gates: int, spread: float, count: int, seed: int = 2) -> int:
    """Gates of a quiet machine in which the one slower time, of this spread, is called different."""
    random, hits = np.random.default_rng([seed, count]), 0
    for _ in range(gates):
        before, after = gate(random, QUIET[0], count, heavy=False)
        before[0] = random.lognormal(0, spread, count)
        after[0] = SLOWER * random.lognormal(0, spread, count)
        hits += bool(flagged(before, after)[0])
    return hits


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    asked = int(sys.argv[1])
    for name, records in committed():
        for cell, logs in logs_of(records):
            spreads = fit(logs)
            _print(f"{name}: {cell}: typically {spreads.typical:.1%}, freedom {spreads.freedom:.1f}")
    for spreads in (*QUIET[:2], BUSY[1]):
        for heavy in (False, True):
            shares = [false_alarms(asked, spreads, count, heavy=heavy) / asked for count in COUNTS]
            told = ", ".join(f"{share:.2%} at {count}" for share, count in zip(shares, COUNTS, strict=True))
            _print(f"equal builds, {spreads}, {'heavy' if heavy else 'normal'} tails: flagged {told}")
    for spread in (0.02, 0.05, 0.1):
        shares = [found(asked, spread, count) / asked for count in COUNTS]
        told = ", ".join(f"{share:.1%} at {count}" for share, count in zip(shares, COUNTS, strict=True))
        _print(f"one time slower by {SLOWER - 1:.0%}, a spread of {spread:.0%}: found {told}")
