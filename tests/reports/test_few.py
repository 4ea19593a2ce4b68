"""Few processes: the test by hand, its false alarms on measured spreads, and what it finds."""

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy import stats

from reports.costs import Primitive
from reports.errors import ReportError
from reports.gate.compare import compare
from reports.gate.evidence import weigh
from reports.gate.rules import Rules, TimeRule
from reports.gate.verdicts import Verdict
from reports.record import Record
from reports.statistics.few import PRIOR, moderated
from tests.reports.few_processes import BUSY, QUIET, committed, false_alarms, fit, found, logs_of
from tests.reports.processes import of, processes, vary


def test_by_hand() -> None:
    """Logarithms -s, 0, s on both sides: a variance of s² and four degrees of freedom of its own."""
    before = [exp(-0.02), 1.0, exp(0.02)]
    after = [1.6 * value for value in before]
    one = moderated([(before, after)], least_spread=0.05)
    spread = sqrt((PRIOR * 0.05**2 + 4 * 0.02**2) / (PRIOR + 4))
    t = log(1.6) / (spread * sqrt(2 / 3))
    assert one.spreads == pytest.approx([spread])
    assert one.p_values == pytest.approx([2 * stats.t.sf(t, PRIOR + 4)])
    reach = (stats.t.isf(0.005, PRIOR + 4) + stats.norm.ppf(0.95)) * spread * sqrt(2 / 3)
    assert one.reaches(0.01, 0.95) == pytest.approx([exp(reach)])


def test_sides_that_overlap_do_not_differ() -> None:
    (p,) = moderated([([1.0, 1.01, 2.1], [2.0, 2.0, 2.0])], 0.001).p_values
    assert p == 1.0


def test_a_small_variance_is_drawn_to_the_typical_one() -> None:
    """Three values that agree by chance are no proof among others that vary by a fifth."""
    random = np.random.default_rng(4)
    others = [(list(one[:3]), list(one[3:])) for one in random.lognormal(0, 0.2, (60, 6))]
    quiet = ([1.0, 1.0001, 1.0002], [1.3, 1.3001, 1.3002])
    (alone,) = moderated([quiet], 0.05).p_values
    among = moderated([quiet, *others], 0.05)
    assert 0.1 < among.typical < 0.2
    assert alone < 0.002 < among.p_values[0]


def test_too_few_values_are_refused() -> None:
    for sides in (([1.0] * 2, [1.0] * 2), ([1.0] * 3, [1.0] * 4)):
        with pytest.raises(ReportError, match="are not 3 or more on both sides"):
            moderated([sides], 0.05)


def test_the_spreads_that_are_simulated_are_as_uneven_as_those_of_the_committed_records() -> None:
    """Fewer degrees of freedom are spreads that differ by more."""
    fits = {name: [fit(logs) for _, logs in logs_of(records)] for name, records in committed()}
    assert all(fits.values())
    least = min(one.freedom for several in fits.values() for one in several)
    assert least >= 0.9 * min(one.freedom for one in (*QUIET, *BUSY))


@pytest.mark.parametrize(
    ("count", "heavy", "gates"), [(3, False, 2000), (3, True, 500), (4, False, 500), (5, True, 500)]
)
def test_equal_builds_are_not_flagged(count: int, heavy: bool, gates: int) -> None:
    """In at most 1 % of gates, of 66 times each; `docs/gate.md` has more of them."""
    assert false_alarms(gates, QUIET[0], count, heavy=heavy) <= gates / 100


def test_a_restless_machine_decides_nothing_by_few_processes() -> None:
    """Its times switch between two speeds, and three in a row may be slow by chance."""
    assert false_alarms(50, BUSY[0], 3, heavy=True) == 0
    random = np.random.default_rng(3)
    pairs = [(list(one[:3]), list(5 * one[3:])) for one in random.lognormal(0, 0.3, (66, 6))]
    weighed = weigh(pairs, TimeRule())
    assert {one.p for one in weighed} == {None}
    assert {(one.tests, one.least) for one in weighed} == {(66, 9)}


@pytest.mark.parametrize(
    ("spread", "count", "least"), [(0.02, 3, 60), (0.05, 3, 51), (0.05, 4, 58), (0.1, 5, 50)]
)
def test_a_primitive_slower_by_60_percent_is_found(spread: float, count: int, least: int) -> None:
    assert found(60, spread, count) >= least


def test_a_gate_of_three_processes_finds_the_slower_one_of_66(record: Record) -> None:
    """It passed, with "too few processes" 66 times."""
    random = np.random.default_rng(9)

    def timed(count: int, place: int, factor: float) -> list[Record]:
        return [
            vary(one, {"latency.primitives": [
                Primitive(name="rotate", level=level, count=1, s=0.01,
                          samples_s=[float(random.lognormal(0, 0.03)) * (factor if level == 7 else 1.0)])
                for level in range(66)
            ]})
            for one in processes(record, count, place)
        ]  # fmt: skip

    rules = Rules(time=TimeRule(measures=("latency.primitives.*",)))
    comparison = compare(of(timed(3, 0, 1.0)), of(timed(3, 1, 1.6)), rules)
    assert [one.measure for one in comparison.of(Verdict.WORSE)] == ["latency.primitives.rotate@7"]
    other = next(one for one in comparison.findings if one.measure == "latency.primitives.rotate@8")
    assert other.why.startswith("too few processes, 3 a side: at a spread of ")
    assert other.why.endswith("% would have been found")
    assert compare(of(timed(3, 0, 1.0)), of(timed(3, 1, 1.0)), rules).passed
