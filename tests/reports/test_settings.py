"""How a run was asked for changes what it sends and times; builds are compared where that is the same."""

from typing import Any

import pytest

from reports.gate.compare import compare
from reports.gate.rules import Rules
from reports.gate.verdicts import Verdict
from reports.history import entry
from reports.ladder import LayerPrecision
from reports.record import Record
from reports.settings import probed, settings
from reports.trends import find_steps, series
from tests.reports.processes import of, processes, vary

MORE = {"wire.messages": 71, "wire.to_key_owner_bytes": 9_000_000_000, "memory.evaluator_peak_bytes": 9**12}
LAYERS = [LayerPrecision(name="mlp", precision_bits=20.0, error_max=1e-6)]


@pytest.fixture
def plain(record: Record) -> Record:
    """A record without probes."""
    return vary(record, {"ladder.layers": None})


def with_probes(record: Record) -> Record:
    """The same cell with --probes: every layer is sent to be decrypted."""
    return vary(record, {**MORE, "ladder.layers": LAYERS, "origin.probes": True})


@pytest.mark.parametrize("probes_first", [False, True])
def test_a_run_with_probes_held_to_one_without_is_not_compared_where_they_differ(
    plain: Record, probes_first: bool
) -> None:
    """Messages from 17 to 71 and bytes by 8121 % were a regression."""
    sides = (with_probes(plain), plain) if probes_first else (plain, with_probes(plain))
    found = compare(of(processes(sides[0])), of(processes(sides[1], place=1)), Rules())
    assert found.passed
    assert not found.of(Verdict.BETTER)
    whys = {one.measure: one.why for one in found.of(Verdict.NOT_COMPARABLE)}
    side = "baseline" if probes_first else "candidate"
    for measure in MORE:
        assert whys[measure] == (
            f"the {side} ran with --probes, and such a run sends more, takes more memory and is not timed"
        )
    assert found.of(Verdict.SAME)  # rotations are the same with probes


def test_a_lost_rotation_is_found_with_probes_too(plain: Record) -> None:
    after = vary(with_probes(plain), {"counts.rotations": 1201})
    found = compare(of(processes(plain)), of(processes(after, place=1)), Rules())
    assert [one.measure for one in found.of(Verdict.WORSE)] == ["counts.rotations"]


def test_two_runs_with_probes_compare_by_what_they_send(plain: Record) -> None:
    before, after = with_probes(plain), vary(with_probes(plain), {"wire.messages": 72})
    found = compare(of(processes(before)), of(processes(after, place=1)), Rules())
    assert [one.measure for one in found.of(Verdict.WORSE)] == ["wire.messages"]


def test_hot_times_over_other_numbers_of_evaluations_do_not_compare(plain: Record) -> None:
    after = vary(plain, {"repeats": 9})
    found = compare(of(processes(plain)), of(processes(after, place=1)), Rules())
    whys = {one.measure: one.why for one in found.findings}
    assert whys["latency.runs.evaluate_s"] == (
        "the candidate ran with --repeats 9, the baseline with --repeats 2, and this is of all evaluations"
    )
    assert whys["latency.evaluate_s"].startswith("too few processes")  # the cold one is one


def test_an_audited_run_held_to_one_that_is_not_has_no_times(plain: Record) -> None:
    """As of a run with probes; what it counts and sends is the same."""
    timed = vary(plain, {"latency.primitives": None})
    untimed = ["evaluate_s", "per_sample_s", "layers", "course", "runs"]
    audited = vary(timed, {f"latency.{name}": None for name in untimed} | {"origin.audit": True})
    found = compare(of(processes(timed)), of(processes(audited, place=1)), Rules())
    assert found.passed
    by_measure = {finding.measure: finding for finding in found.findings}
    evaluate = by_measure["latency.evaluate_s"]
    assert evaluate.verdict is Verdict.NOT_COMPARABLE
    assert evaluate.why == "the candidate ran with --audit, and such a run is not timed"
    assert by_measure["counts.rotations"].verdict is Verdict.SAME
    assert by_measure["wire.messages"].verdict is Verdict.SAME


def test_in_a_history_each_way_of_running_has_its_series(plain: Record) -> None:
    """A run with probes among others was a step up and a step down, for ever."""
    runs: list[Record] = [plain, plain, with_probes(plain), plain, plain]
    found = series([entry(of(processes(one)), passed=True) for one in runs])
    messages = [one for one in found if one.measure == "wire.messages"]
    assert [(one.settings, len(one.points)) for one in messages] == [("", 4), ("with --probes", 1)]
    assert not any(find_steps(one) for one in found)
    (rotations,) = (one for one in found if one.measure == "counts.rotations")
    assert len(rotations.points) == 5


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({}, {"probes": 0, "audit": 0, "repeats": 2}),
        ({"origin.probes": True}, {"probes": 1, "audit": 0, "repeats": 2}),
        ({"origin.audit": True}, {"probes": 0, "audit": 1, "repeats": 2}),
        ({"origin": None, "ladder.layers": LAYERS}, {"probes": 1, "audit": 0, "repeats": 2}),
        ({"origin": None, "repeats": 1}, {"probes": 0, "audit": 0, "repeats": 1}),
    ],
)
def test_settings_are_read_from_any_record(
    plain: Record, changes: dict[str, Any], known: dict[str, int]
) -> None:
    found = vary(plain, changes)
    assert settings(found) == known
    assert probed(found) is bool(known["probes"])
