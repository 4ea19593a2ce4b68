"""A sweep's records are those of a plain run, and nothing that is finished runs again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from backends.registry import available
from bench.fleet.cells import Cells
from bench.fleet.engine import start
from bench.fleet.sweep import needed, swept
from bench.packages import FOLDER
from bench.run.foreseen import Foreseen, foresee
from bench.run.listener import Listener
from bench.run.service import Service
from bench.spec.cells import Cell, expand
from bench.spec.suite import load_suite
from reports.record import Record, Status
from reports.store import load_output, read_raw
from tests.bench.commands import ROOT
from tests.bench.heard import Heard
from tests.faults.checks import exact

BACKENDS = tuple(sorted(available()))


@pytest.fixture(scope="module")
def cells() -> list[Cell]:
    """The toy suite's two cells of the simulator, on four samples, compared on four."""
    suite = load_suite(str(ROOT / "suites" / "toy.yaml"), BACKENDS)
    return expand(suite, ["cleartext"], samples=4)


def sweep(output: Path, cells: list[Cell], rounds: int = 1) -> tuple[list[Record], Heard]:
    heard, engine = Heard(), start("local", output)
    try:
        return list(swept(Service(output, heard), engine, cells, rounds)), heard
    finally:
        engine.close()


def test_records_are_those_of_a_plain_run_and_answer_the_next(tmp_path: Path, cells: list[Cell]) -> None:
    plain = list(Service(tmp_path / "plain", Listener()).records(cells))
    found, _ = sweep(tmp_path / "swept", cells)
    assert [exact(record) for record in found] == [exact(record) for record in plain]
    assert [record.environment.lost_machines for record in found] == [0, 0]
    assert [record.environment.lost_machines for record in plain] == [None, None]
    for stored in load_output(tmp_path / "swept").stored:
        assert len(read_raw(stored)["sample_ids"]) == 4
    again, heard = sweep(tmp_path / "swept", cells)
    assert [record.run_id for record in again] == [record.run_id for record in found]
    assert sum("answered by" in line for line in heard.lines) == 2
    assert len(list((tmp_path / "swept").iterdir())) == 1


def test_rounds_of_a_case_are_one_task_and_none_runs_twice(tmp_path: Path, cells: list[Cell]) -> None:
    sweep(tmp_path, cells[:1])
    found, _ = sweep(tmp_path, cells, rounds=2)
    assert len(found) == 4
    assert len(load_output(tmp_path).stored) == 4
    assert {record.status for record in found} == {Status.OK}


def test_a_cell_whose_model_goes_away_is_a_failed_record(tmp_path: Path, cells: list[Cell]) -> None:
    """It is there when the sweep begins, and the others run."""
    assert cells[0].model_folder is not None
    folder = tmp_path / "model"
    shutil.copytree(cells[0].model_folder, folder)
    service = Service(tmp_path / "results", Listener())
    elsewhere = [replace(cells[0], model_folder=folder), cells[1]]
    service_ready = service.ready

    def ready_and_gone(*args: object, **named: object) -> object:
        found = list(service_ready(*args, **named))  # type: ignore[arg-type]
        shutil.rmtree(folder)
        return found

    service.ready = ready_and_gone  # type: ignore[method-assign,assignment]
    engine = start("local", tmp_path)
    try:
        lost, kept = swept(service, engine, elsewhere)
    finally:
        engine.close()
    assert lost.status is Status.FAILED
    assert lost.reason is not None
    assert lost.reason.startswith("no record came back: ")
    assert str(folder) in lost.reason
    assert kept.status is Status.OK


def test_a_task_needs_what_is_predicted_of_its_cells(cells: list[Cell]) -> None:
    first, second = foresee(cells, judged=False)
    need = needed([(first, 2), (second, 1)])
    assert first.prediction is not None
    assert second.prediction is not None
    assert need.memory_bytes == max(first.prediction.together_bytes, second.prediction.together_bytes)
    assert need.disk_bytes == max(first.prediction.disk_bytes, second.prediction.disk_bytes) > 0
    assert need.threads == 1
    assert need.seconds == 2 * first.prediction.wall_s + second.prediction.wall_s


def test_no_time_is_told_where_a_cell_is_not_predicted_and_its_memory_is_what_is_allowed(
    cells: list[Cell],
) -> None:
    suite = load_suite(str(ROOT / "suites" / "primitives_toy.yaml"), BACKENDS)
    primitives = foresee(expand(suite, ["cleartext"])[:1], judged=False)[0]
    (told,) = foresee(cells[:1], judged=False)
    assert primitives.cell.limits.memory_bytes == 8_000_000_000
    for need in (needed([(primitives, 1)]), needed([(told, 1), (primitives, 1)])):
        assert need.seconds is None
        assert need.memory_bytes == 8_000_000_000


def test_a_cell_that_cannot_run_takes_nothing(cells: list[Cell]) -> None:
    (told,) = foresee(cells[:1], judged=False)
    refused = Foreseen(cells[1], Status.UNSUPPORTED, "it cannot")
    assert needed([(told, 1), (refused, 3)]) == needed([(told, 1)])
    assert needed([(refused, 1)]).seconds == 0


def test_a_checkpoint_of_this_project_is_found_in_its_folder_there(cells: list[Cell]) -> None:
    away = Path("/elsewhere/project")
    moved = replace(cells[0], model_folder=away / "models" / "checkpoints" / "toy")
    task = Cells(cells=(moved,), probes=False, audit=False, build="default", home=away)
    assert task.here()[0].model_folder == FOLDER / "models" / "checkpoints" / "toy"
