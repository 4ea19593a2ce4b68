"""Predictions are fitted to measured times, give them back, and say how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from backends.costs import Needs
from backends.interface import Capabilities
from backends.parameters import SLOTS_TO_COEFFICIENTS_FIRST, BootstrapParameters, ParameterSet
from backends.registry import available, get
from bench.run.prediction.figures import Figures
from bench.run.prediction.fit import NOMINAL, Prices, Row, fit, total
from bench.run.prediction.measured import Entry, Measured, rows
from bench.run.prediction.prediction import Prediction
from bench.run.prediction.predictor import Predictor, predictor
from bench.run.prediction.work import OTHER, Setting, Work, terms
from tests.toy import BOOTSTRAPS, ROUND_TRIPS

SETTINGS = [
    Setting(ParameterSet(log_n, 50, 40, depth, depth + 1), Capabilities())
    for log_n, depth in ((12, 3), (13, 5), (14, 8), (15, 12))
]
NAMES = ("add", "multiply_plain", "rescale", "relinearise", "encode")


def pieces() -> list[tuple[Work, Setting]]:
    """Every primitive at every level of four sets; rotations alone and eight of one ciphertext."""
    every = [(name, 1) for name in NAMES] + [("rotate", 1), ("rotate", 8)]
    return [
        (Work(name, level, 1, count), where)
        for where in SETTINGS
        for level in range(1, where.parameters.depth + 1)
        for name, count in every
    ]


def priced(true: Prices, where: Sequence[tuple[Work, Setting]]) -> list[Row]:
    """Rows whose times are those of some prices."""
    return [Row(found, true.seconds(found)) for work, at in where for found in [terms(work, at)]]


TRUE = Prices(
    {
        term: 0.8 * NOMINAL[term[1]] + 1e-6
        for work, where in pieces()
        for term, amount in terms(work, where).items()
        if amount
    }
)


def test_prices_are_found_again_and_hold_where_nothing_was_measured() -> None:
    """Fitted at N = 2^12 to 2^14, the times at 2^15 are told within a thousandth."""
    known = [one for one in pieces() if one[1].parameters.log_n < 15]
    found = fit(priced(TRUE, known))
    for row in priced(TRUE, pieces()):
        assert found.seconds(row.terms) == pytest.approx(row.seconds, rel=1e-3)


def test_what_measures_two_in_a_row_is_the_sum_of_both() -> None:
    at = SETTINGS[0]
    apart = total([terms(Work("multiply", 2), at), terms(Work("relinearise", 2), at)])
    assert terms(Work("multiply_relinearise", 2), at) == pytest.approx(apart)


def test_what_was_never_measured_has_a_rough_price() -> None:
    assert fit(priced(TRUE, pieces())).seconds(terms(Work("negate", 2), SETTINGS[0])) > 0
    assert Prices({}).seconds(terms(Work("rotate", 2), SETTINGS[0])) > 0


def test_threads_of_a_library_share_transforms_and_no_calls() -> None:
    """Two take 0.6 of the time of one for what is mostly transforms, and no less than the calls."""
    alone = SETTINGS[-1]
    work = Work("relinearise", 12)
    shared = {
        term: two / one
        for (term, one), (_, two) in zip(
            terms(work, alone).items(), terms(work, replace(alone, threads=2)).items(), strict=True
        )
    }
    assert shared["relinearise", "call"] == 1
    assert shared["relinearise", "raised"] == pytest.approx(0.6)


def measured(names: Sequence[str] = NAMES, **changes: object) -> Measured:
    """Times of a record at the toy set, under the prices of this file."""
    at = Setting(ROUND_TRIPS, Capabilities())
    entries = tuple(
        Entry(name, level, 1, 1, TRUE.seconds(terms(Work(name, level), at)))
        for name in names
        for level in range(1, 5)
    )
    one = Measured("toy/digits", ROUND_TRIPS.name, 1, False, 4, 1_000_000, entries, {"other_s": 3.0})
    return replace(one, **changes)  # type: ignore[arg-type]


def test_starting_has_a_rough_price_until_it_was_measured() -> None:
    """Carrying has the rough one in both, because so little was carried."""
    backend, at = get("tenseal"), Setting(ROUND_TRIPS, Capabilities())
    told, rough = (
        Predictor("", [rows(measured(stages=stages), backend)]).seconds([Work(OTHER)], at)
        for stages in ({"other_s": 7.0}, {})
    )
    assert told == pytest.approx(7.0, rel=1e-3)
    assert rough == NOMINAL["start"]


def test_a_backend_whose_file_of_times_is_not_there_has_a_rough_guess(tmp_path: Path) -> None:
    declared = replace(get("tenseal"), times=tmp_path / "times.json")
    assert predictor(declared) == Predictor()
    Figures("a processor", date(2026, 11, 28), "abc", (measured(),)).write(tmp_path / "times.json")
    assert predictor(declared).groups
    assert predictor(declared, unseen="toy/digits") == Predictor()


def test_shipped_times_are_read_as_they_were_written(tmp_path: Path) -> None:
    written = Figures("a processor", date(2026, 11, 28), "abc", (measured(), measured(threads=2)))
    written.write(tmp_path / "times.json")
    read = Figures.read(tmp_path / "times.json")
    assert (read.cpu, read.taken, read.commit) == (written.cpu, written.taken, written.commit)
    for one, other in zip(read.measured, written.measured, strict=True):
        assert replace(one, entries=()) == replace(other, entries=())
        for entry, exact in zip(one.entries, other.entries, strict=True):
            assert entry.seconds == pytest.approx(exact.seconds, rel=0.005)
            assert replace(entry, seconds=0) == replace(exact, seconds=0)


def test_the_error_is_that_of_records_told_from_the_others() -> None:
    """Three records agree; a fourth took twice as long, which the others cannot tell: half is missing."""
    backend = get("tenseal")
    slow = measured()
    slow = replace(slow, entries=tuple(replace(one, seconds=2 * one.seconds) for one in slow.entries))
    groups = [rows(one, backend) for one in (measured(), measured(), measured(), slow)]
    error = Predictor("", groups).error
    assert error is not None
    assert error.worst == pytest.approx(0.5, abs=0.01)
    assert Predictor("", groups[:3]).error == pytest.approx(replace(error, median=0, worst=0), abs=1e-6)
    assert Predictor("from one record", groups[:1]).sentence == "from one record"


@pytest.mark.parametrize("name", sorted(available()))
def test_a_backend_of_this_project_ships_times(name: str) -> None:
    descriptor = get(name)
    if descriptor.times is None:  # of another package
        return
    found = predictor(descriptor)
    assert found.error is not None
    assert "shipped, from" in found.sentence
    at = Setting(ROUND_TRIPS, descriptor.capabilities(ROUND_TRIPS), simulates=descriptor.simulates)
    assert 0 < found.seconds([Work("rotate", 5)], at) < 1


@pytest.mark.parametrize(
    "parameters",
    [
        ROUND_TRIPS,
        BOOTSTRAPS,
        ParameterSet(16, 51, 47, 24, 4, bootstrap=BootstrapParameters((3, 2), None, 16)),
        replace(
            BOOTSTRAPS,
            bootstrap=BootstrapParameters((3, 2), None, 16, SLOTS_TO_COEFFICIENTS_FIRST, 2, 13),
        ),
        replace(ROUND_TRIPS, secret="sparse_encapsulated"),
    ],
)
def test_a_set_is_found_again_by_its_name(parameters: ParameterSet) -> None:
    expected = replace(parameters, security=0)
    assert ParameterSet.named(parameters.name) == expected
    assert ParameterSet.named(f"{parameters.name}_INSECURE") == expected


@pytest.mark.parametrize(
    ("evaluator", "key_owner", "together"),
    [(17.0, 6.7, 17.0 + 1.2 + 0.4), (0.1, 0.07, 0.1 + 0.07 + 0.4), (2.0, 6.7, 6.7 + 0.4)],
)
def test_both_parties_have_a_machine_together(evaluator: float, key_owner: float, together: float) -> None:
    needs = Needs(0, int(evaluator * 1e9), int(key_owner * 1e9), 0)
    assert Prediction({}, {}, needs, 0, 0).together_bytes == pytest.approx(together * 1e9)
