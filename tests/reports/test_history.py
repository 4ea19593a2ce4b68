"""The history of gates: a line each, read back, damaged ones refused by name, steps with their commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from reports.errors import ReportError
from reports.gate.sides import Side
from reports.history import Entry, append, entry, load
from reports.ladder import Ladder
from reports.measures import Kind
from reports.record import Record, Status
from reports.trends import Series, find_steps, series
from tests.reports.processes import FAILED, of, processes, vary

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def over_time(record: Record, changes: Sequence[dict[str, object]]) -> list[Entry]:
    """A gate a day, each at its own commit."""
    return [
        entry(
            of(processes(vary(record, {"environment.git": f"{day:040d}", **changed}))),
            passed=True,
            at=START + timedelta(days=day),
        )
        for day, changed in enumerate(changes)
    ]


def of_measure(entries: Sequence[Entry], name: str) -> list[Series]:
    return [one for one in series(entries) if one.measure == name]


def test_an_entry_comes_back(record: Record, tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    written = over_time(record, [{}, {"counts.rotations": 1201}])
    for one in written:
        append(path, one)
    history = load(path)
    assert history.entries == written
    assert not history.refused
    cell = history.entries[1].cells[record.cell]
    assert cell.measures[Kind.COUNT]["counts.rotations"] == 1201
    assert cell.measures[Kind.TIME]["latency.evaluate_s"] == 60.0
    assert (cell.status, cell.processes, cell.machine.threads) == (Status.OK, 1, 1)
    assert history.entries[1].commit == f"{1:040d}"


def test_of_several_processes_the_median_time_and_the_worst_count(record: Record) -> None:
    times = [10.0, 30.0, 11.0]
    several = [
        vary(one, {"latency.evaluate_s": s, "counts.rotations": int(s)})
        for one, s in zip(processes(record, 3), times, strict=True)
    ]
    cell = entry(of(several), passed=True).cells[record.cell]
    assert cell.processes == 3
    assert cell.measures[Kind.TIME]["latency.evaluate_s"] == 11.0
    assert cell.measures[Kind.COUNT]["counts.rotations"] == 30


def test_a_failed_cell_has_its_status_and_no_measures(record: Record) -> None:
    cell = entry(of(processes(record, **FAILED)), passed=False).cells[record.cell]
    assert (cell.status, cell.processes, cell.measures) == (Status.FAILED, 0, {})


def test_an_exact_result_has_no_bits_to_write(record: Record, tmp_path: Path) -> None:
    one = entry(of(processes(record, ladder=Ladder(logit_error_max=0.0))), passed=True)
    append(tmp_path / "history.jsonl", one)
    assert Kind.BITS not in load(tmp_path / "history.jsonl").entries[0].cells[record.cell].measures


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda line: line[:-20], "Invalid JSON"),
        (lambda line: line.replace('"schema":1', '"schema":2'), "schema"),
        (lambda line: line.replace('"count":', '"counted":'), "measures"),
        (lambda line: line.replace(":1200.0", ':"1200"'), "counts.rotations"),
        (
            lambda line: line.replace('"at":"2026', '"at":"9026'),
            "it is dated 9026-01-02T00:00:00+00:00",
        ),
        (lambda line: line.replace(":1200.0", ":NaN"), "counts.rotations is NaN and not a finite number"),
        (lambda line: line.replace('"passed":true', '"passed":true,"passed":false'), "passed appears twice"),
    ],
)
def test_a_damaged_line_is_refused_by_name_and_the_others_load(
    record: Record, tmp_path: Path, damage: object, said: str
) -> None:
    path = tmp_path / "history.jsonl"
    for one in over_time(record, [{}, {}, {}]):
        append(path, one)
    lines = path.read_text().splitlines()
    lines[1] = damage(lines[1])  # type: ignore[operator]
    path.write_text("\n".join(lines) + "\n")
    history = load(path)
    assert len(history.entries) == 2
    (refused,) = history.refused
    assert refused.startswith(f"{path}:2: ")
    assert said in refused


def test_what_cannot_be_read_or_written_is_told(record: Record, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be read"):
        load(tmp_path / "history.jsonl")
    with pytest.raises(ReportError, match="cannot be written"):
        append(tmp_path / "nowhere" / "history.jsonl", entry(of(processes(record)), passed=True))


def test_a_count_steps_wherever_it_changes_and_the_commits_are_named(record: Record) -> None:
    entries = over_time(record, [{"counts.rotations": count} for count in (296, 296, 300, 300, 296)])
    (rotations,) = of_measure(entries, "counts.rotations")
    found = find_steps(rotations)
    assert [(step.before, step.after) for step in found] == [(296, 300), (300, 296)]
    assert found[0].commits == "0000000000..0000000000"
    assert [rotations.points[step.last].commit for step in found] == [f"{1:040d}", f"{3:040d}"]


def test_a_time_steps_beyond_its_noise(record: Record) -> None:
    random = np.random.default_rng(8)
    times = random.lognormal(0, 0.02, 40) * np.where(np.arange(40) < 25, 1.0, 1.1)
    (evaluate,) = of_measure(
        over_time(record, [{"latency.evaluate_s": s} for s in times]), "latency.evaluate_s"
    )
    (step,) = find_steps(evaluate)
    assert step.last == 24
    assert step.after / step.before == pytest.approx(1.1, abs=0.03)


def test_what_the_encrypted_model_scores_varies_and_is_no_step(record: Record) -> None:
    """One sample of eight near a border changes sides with the noise of the encryption."""
    entries = over_time(
        record, [{"ladder.encrypted": (0.875, 0.875, 1.0, 1.0)[day % 4]} for day in range(20)]
    )
    (encrypted,) = of_measure(entries, "ladder.encrypted")
    assert len(encrypted.points) == 20  # it is there to be drawn
    assert find_steps(encrypted) == []


def test_a_clear_rung_steps_beyond_rounding(record: Record) -> None:
    rounding = [0.98 + 1e-9 * (day % 3) for day in range(20)]
    for values, expected in ((rounding, []), ([0.98] * 10 + [0.97] * 10, [9])):
        entries = over_time(record, [{"ladder.polynomial": one} for one in values])
        (polynomial,) = of_measure(entries, "ladder.polynomial")
        assert [step.last for step in find_steps(polynomial)] == expected


def test_times_of_two_machines_are_two_series_and_counts_one(record: Record) -> None:
    """Gates that land now on one machine and now on another are not steps."""
    entries = over_time(
        record,
        [
            {"environment.cpu": "ab"[day % 2], "latency.evaluate_s": (60.0, 90.0)[day % 2]}
            for day in range(20)
        ],
    )
    times = of_measure(entries, "latency.evaluate_s")
    assert [one.machine.cpu for one in times if one.machine] == ["a", "b"]
    assert not any(find_steps(one) for one in times)
    (rotations,) = of_measure(entries, "counts.rotations")
    assert len(rotations.points) == 20


def test_a_time_of_nothing_has_no_steps(record: Record) -> None:
    entries = over_time(record, [{"latency.round_trips_s": s} for s in (0.0, 0.0, 1.0, 1.0)])
    (trips,) = of_measure(entries, "latency.round_trips_s")
    assert find_steps(trips) == []


def test_a_commit_is_short_and_says_where_the_checkout_was_altered(record: Record) -> None:
    changes = [
        {"counts.rotations": 1, "environment.git": "a" * 40},
        {"counts.rotations": 2, "environment.git": "b" * 40 + "-dirty"},
        {"counts.rotations": 3, "environment.git": None},
    ]
    (rotations,) = of_measure(over_time(record, changes), "counts.rotations")
    assert [step.commits for step in find_steps(rotations)] == [
        "aaaaaaaaaa..bbbbbbbbbb-dirty",
        "bbbbbbbbbb-dirty..unknown",
    ]


def test_an_empty_side_has_no_commit() -> None:
    assert entry(Side({}), passed=False).commit is None
