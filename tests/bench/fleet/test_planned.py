"""A sweep planned on a fleet: what fits which machine, what it takes there, and what the fleet costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backends.registry import available
from bench.fleet.planned import Planned, plan
from bench.run import stages
from bench.run.foreseen import foresee
from bench.spec.cells import Cell, expand
from bench.spec.fleet import MachineKind
from bench.spec.suite import load_suite
from tests.bench.commands import bench
from tests.bench.fleet.fleets import fleet, kind

SET = "log_n: 13, first_modulus_bits: 50, scale_bits: 30, depth: 4, digits: 5, refresh: round_trip"
BACKENDS = ("openfhe", "tenseal")


def suite(folder: Path, *, repeats: int = 1, rounds: int = 1) -> str:
    """A layer, and primitives, of which no program is planned."""
    path = folder / "suite.yaml"
    path.write_text(
        "suite: small\ntitle: a layer on two libraries\nsecurity: 0\nsamples: 4\nthreads: 2\n"
        f"repeats: {repeats}\nrounds: {rounds}\ncases:\n"
        "  - {name: mlp, layer: {kind: activation, tokens: 4, features: 16, degree: 4}}\n"
        "  - {name: single, primitives: {repetitions: 2}}\n"
        f"parameter_sets:\n  - {{alias: small, {SET}, backends: [{', '.join(BACKENDS)}]}}\n"
    )
    return str(path)


def cells(path: str, *cases: str) -> list[Cell]:
    return expand(load_suite(path, list(available())), cases=cases or ("mlp",))


def swept(path: str, *machines: MachineKind) -> Planned:
    return plan(cells(path), fleet(*machines))


def test_seconds_are_the_plans_with_all_repeats_by_the_speed(tmp_path: Path) -> None:
    path = suite(tmp_path, repeats=3)
    found = swept(path, kind("same"), kind("fast", speed=4.0))
    for task, one in zip(found.tasks, foresee(cells(path), memories=[10**10]), strict=True):
        told = sum(seconds for _, seconds in stages.of_program(one.elsewhere[10**10], 3))
        assert task.seconds == {"same": pytest.approx(told), "fast": pytest.approx(told / 4)}
        assert one.prediction is not None
        assert told > one.prediction.wall_s  # which knows no repeats


def test_what_a_machine_lacks_is_told(tmp_path: Path) -> None:
    found = swept(
        suite(tmp_path),
        kind("little", memory_bytes=10**7),
        kind("full", disk_bytes=10**5),
        kind("one_core", cores=1),
        kind("fine"),
    )
    for task in found.tasks:
        assert set(task.seconds) == {"fine"} | ({"one_core"} if task.cells[0].backend == "tenseal" else set())
        assert task.lacking["little"].endswith(" MB of memory")
        assert task.lacking["full"].endswith("B of disk")
    (threaded,) = (task for task in found.tasks if task.cells[0].backend == "openfhe")
    assert threaded.lacking["one_core"] == "needs 2 cores"
    assert found.homeless == []


def test_a_machine_is_paid_from_the_beginning_to_its_last_cell(tmp_path: Path) -> None:
    found = swept(suite(tmp_path), kind("only", price_per_hour=36.0, watts=1000.0, setup_s=100.0))
    one, other = (task.seconds["only"] for task in found.tasks)
    assert found.end_s == pytest.approx(100 + one + other)
    assert found.price == pytest.approx(found.end_s / 100)  # 36 an hour is a hundredth a second
    assert found.energy_kwh == pytest.approx((one + other) / 3600)  # drawn while it computes
    assert [share.used for share in found.shares] == [1]


def test_energy_is_unknown_where_a_machine_that_is_used_does_not_tell(tmp_path: Path) -> None:
    path = suite(tmp_path)
    assert swept(path, kind("told", watts=10.0), kind("slower", speed=0.5)).energy_kwh is None
    assert swept(path, kind("told", count=2, watts=10.0), kind("slower", speed=0.5)).energy_kwh is not None


def test_rounds_of_a_case_are_one_task_on_one_machine(tmp_path: Path) -> None:
    single = swept(suite(tmp_path), kind("a", count=9))
    (task,) = swept(suite(tmp_path, rounds=3), kind("a", count=9)).tasks
    assert [cell.backend for cell in task.cells] == list(BACKENDS)
    assert task.rounds == 6
    assert task.seconds["a"] == pytest.approx(3 * sum(one.seconds["a"] for one in single.tasks))


def test_the_command_tells_what_fits_and_says_that_it_is_simulated(tmp_path: Path) -> None:
    path, machines = suite(tmp_path), tmp_path / "fleet.yaml"
    machines.write_text(
        "fleet: mine\ntitle: my machines\ncurrency: EUR\nmachines:\n"
        "  - {name: little, cores: 2, memory_bytes: 9000000, disk_bytes: 9000000000, price_per_hour: 1}\n"
        "  - {name: fine, count: 3, cores: 2, memory_bytes: 9000000000, disk_bytes: 9000000000, "
        "price_per_hour: 1}\n"
    )
    shown = bench("plan", path, "--machine", str(machines))
    assert "2 tasks on 2 of 4 machines: the last ends after " in shown
    assert "simulated from predicted seconds" in shown
    assert "not in it, because their seconds are not predicted: single on openfhe at small" in shown
    told = json.loads(bench("plan", path, "--machine", str(machines), "--json"))["sweep"]
    assert told["simulated"] is True
    assert [one["used"] for one in told["machines"]] == [0, 2]
    assert {one["machine"]["kind"] for one in told["tasks"]} == {"fine"}
    assert told["end_s"] == max(one["machine"]["end_s"] for one in told["tasks"])
    machines.write_text(machines.read_text().replace("9000000000,", "9000000,"))
    assert "fits no machine (little: needs " in bench("plan", path, "--machine", str(machines), status=1)
