"""The simulated sweep: every task once, one at a time on a machine, none idle while a task waits."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from bench.fleet.simulation import Run, simulated
from bench.spec.fleet import Fleet
from tests.bench.fleet.fleets import fleet, kind

#: Two kinds, of which the fast one is dear, as a task's seconds say.
TWO = fleet(kind("slow", count=2), kind("fast", count=1, speed=2.0, price_per_hour=9.0))


def told(runs: list[Run]) -> list[tuple[int, str, int, float, float]]:
    return [(run.task, run.kind.name, run.number, run.start_s, run.end_s) for run in runs]


def test_a_small_sweep_is_what_one_works_out_by_hand() -> None:
    tasks = [
        {"slow": 4.0, "fast": 2.0},
        {"slow": 6.0, "fast": 3.0},
        {"slow": 8.0, "fast": 4.0},
        {"fast": 1.0},
        {"slow": 2.0, "fast": 1.0},
    ]
    assert told(simulated(tasks, TWO)) == [
        (0, "fast", 1, 0.0, 2.0),
        (1, "slow", 1, 0.0, 6.0),
        (2, "slow", 2, 0.0, 8.0),
        (3, "fast", 1, 2.0, 3.0),
        (4, "fast", 1, 3.0, 4.0),
    ]


def test_what_fits_no_machine_does_not_run_and_keeps_none_waiting() -> None:
    tasks: list[dict[str, float]] = [{}, {"slow": 1.0}, {}]
    assert told(simulated(tasks, TWO)) == [(1, "slow", 1, 0.0, 1.0)]


def test_machines_begin_when_they_are_set_up() -> None:
    late = fleet(kind("ready"), kind("late", speed=3.0, setup_s=5.0))
    tasks = [{"ready": 3.0, "late": 1.0}] * 4
    assert told(simulated(tasks, late)) == [
        (0, "ready", 1, 0.0, 3.0),
        (1, "ready", 1, 3.0, 6.0),
        (2, "late", 1, 5.0, 6.0),
        (3, "late", 1, 6.0, 7.0),
    ]


def test_of_equally_fast_machines_the_cheapest_goes_first() -> None:
    found = fleet(kind("dear", price_per_hour=2.0), kind("cheap", price_per_hour=1.0))
    assert [run.kind.name for run in simulated([{"dear": 1.0, "cheap": 1.0}], found)] == ["cheap"]


def drawn(random: Random, found: Fleet, count: int) -> list[dict[str, float]]:
    """Tasks of which a third lacks memory somewhere."""
    tasks = []
    for _ in range(count):
        seconds = random.uniform(1, 100)
        tasks.append({one.name: seconds / one.speed for one in found.machines if random.random() < 0.67})
    return tasks


@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_machines_lose_no_task_and_rest_only_when_nothing_waits_for_them(seed: int) -> None:
    found = fleet(kind("a", count=700), kind("b", count=280, speed=1.5), kind("c", count=20, setup_s=30.0))
    tasks = drawn(Random(seed), found, 6000)
    runs = simulated(tasks, found)
    assert sorted(run.task for run in runs) == [place for place, task in enumerate(tasks) if task]
    by_machine: dict[tuple[str, int], list[Run]] = {}
    for run in runs:
        by_machine.setdefault((run.kind.name, run.number), []).append(run)
        assert run.end_s - run.start_s == pytest.approx(tasks[run.task][run.kind.name])
    begun = {run.task: run.start_s for run in runs}
    last_start = {
        name: max((begun[place] for place, task in enumerate(tasks) if name in task), default=0.0)
        for name in ("a", "b", "c")
    }
    for (name, _), mine in by_machine.items():
        assert all(one.end_s == other.start_s for one, other in pairwise(mine))
        assert mine[-1].end_s >= last_start[name]  # while one of its tasks waited, it was not let go
    assert len(by_machine) == 1000
