"""Predictions are held against records of the same cells, and fitted to those of other cells alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from backends.parameters import ParameterSet
from backends.planner import plan as planned
from backends.planner import refresh_for
from backends.primitives import Primitive
from backends.registry import available, get
from bench.cli.commands.plan import plan
from bench.run.foreseen import foresee
from bench.run.listener import Listener
from bench.run.prediction.against import compared, summaries
from bench.run.prediction.figures import of_build
from bench.run.prediction.measured import Measured
from bench.run.prediction.predictor import predictor
from bench.run.prediction.stages import of_program
from bench.run.prediction.work import Setting
from bench.run.service import Service
from bench.spec.cells import Cell, expand
from bench.spec.suite import load_suite
from models.layers import LayerShape, layer
from reports.record import Record
from reports.store import RECORDS, load_output
from tests.bench.kept import a_record, store

CASES = ("linear", "activation")


def cells() -> list[Cell]:
    return expand(load_suite("layers_toy", list(available())), ["cleartext"], ["portable"], list(CASES))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two layers, run on the simulator by two parties."""
    folder = tmp_path_factory.mktemp("results")
    assert len(list(Service(folder, Listener()).records(cells()))) == len(CASES)
    return folder


@pytest.fixture(scope="module")
def records(results: Path) -> list[Record]:
    return [stored.record for stored in load_output(results).stored]


def test_every_figure_of_a_cell_is_held_against_its_record(records: list[Record]) -> None:
    found = compared(foresee(cells(), records, unseen=True), records)
    assert {one.case for one in found} == set(CASES)
    figures = {one.figure for one in found}
    assert {"make_keys_s", "evaluate_s", "wall_s", "evaluator_peak_bytes", "key_owner_peak_bytes"} <= figures
    assert summaries(found)["cleartext", "evaluator_peak_bytes"].cells == len(CASES)
    peaks = [one for one in found if one.figure == "evaluator_peak_bytes"]
    assert all(0.5 < one.predicted / one.measured < 2 for one in peaks)


def test_a_cell_on_threads_that_its_library_does_not_use_meets_its_record(records: list[Record]) -> None:
    asked = [replace(one, parameter_set=replace(one.parameter_set, threads=2)) for one in cells()]
    assert {one.case for one in compared(foresee(asked, records), records)} == set(CASES)


def test_a_single_case_is_told_from_the_shipped_times(records: list[Record]) -> None:
    """Where nothing of the records is left without it."""
    one = [record for record in records if record.case == "linear"]
    assert predictor(get("cleartext"), one).source.startswith("from 1 record of")
    case = "layers_toy/linear"
    assert predictor(get("cleartext"), one, case) == predictor(get("cleartext"), unseen=case)


def test_a_cell_is_not_told_from_its_own_record(records: list[Record]) -> None:
    """A thousand times the seconds of one case change what is told of the other, and not of itself."""
    slow = [_slower(one) if one.case == "linear" else one for one in records]
    usual, changed = (
        {one.cell.case.name: one.prediction for one in foresee(cells(), told, unseen=True)}
        for told in (records, slow)
    )
    assert usual["linear"] == changed["linear"]
    assert usual["activation"] != changed["activation"]


def _slower(one: Record) -> Record:
    primitives = [
        found.model_copy(update={"s": 1000 * (found.s or 0)}) for found in one.latency.primitives or []
    ]
    return one.model_copy(update={"latency": one.latency.model_copy(update={"primitives": primitives})})


def test_the_command_tells_how_far_it_is_off(results: Path) -> None:
    options = ["--backend", "cleartext", "--parameters", "portable", "--case", "linear"]
    folders = ["--from", str(results), "--against", str(results)]
    done = CliRunner().invoke(plan, ["layers_toy", *options, *folders], catch_exceptions=False)
    assert "from 1 record of this machine" in " ".join(done.output.replace("│", " ").split())
    assert "cleartext, linear at n12" in done.output
    assert "how far predictions are off" in done.output


def test_the_command_says_where_no_record_is_of_these_cells(tmp_path: Path) -> None:
    """And names the lines that are refused."""
    run = store(tmp_path, a_record())
    with (run.folder / RECORDS).open("a") as file:
        file.write("{}\n")
    options = ["--backend", "cleartext", "--parameters", "portable", "--case", "linear"]
    done = CliRunner().invoke(
        plan, ["layers_toy", *options, "--against", str(tmp_path)], catch_exceptions=False
    )
    assert f"no record of {tmp_path} is of these cells" in done.stdout
    assert "how far predictions are off" not in done.stdout
    assert done.stderr.startswith("refused: ")
    assert f"{RECORDS}:2: " in done.stderr


def test_the_work_of_a_program_is_what_it_counts() -> None:
    """By primitive, over three batches; constants are encoded ahead or at each use."""
    parameters, descriptor = ParameterSet(12, 50, 40, 8, 9), get("tenseal")
    capabilities = descriptor.capabilities(parameters)
    program = planned(
        layer(LayerShape("block", 4, 8, 2, 4), 0),
        parameters,
        refresh_for("round_trip", parameters, capabilities),
    )
    ahead = range(len(program.plaintexts) // 2)
    work = of_program(program, Setting(parameters, capabilities), 3, ahead, 0)
    counted = {one.counted: 0.0 for one in Primitive}
    names = {one.recorded: one.counted for one in Primitive}
    for one in work["evaluate_s"]:
        counted[names[one.name]] += one.count
    for name in ("rotations", "ct_ct", "ct_pt", "relinearisations", "rescales", "drops", "round_trips"):
        assert counted[name] == 3 * program.counts[name]
    kept = [index for index in ahead if program.plaintexts[index].row is not None]
    uses = [at for i in program.instructions for at in i.plaintexts if program.plaintexts[at].row is not None]
    assert sum(one.count for one in work["encode_model_s"]) == len(kept)
    assert counted["encodings"] == 3 * sum(at not in ahead for at in uses)


def test_records_that_measured_nothing_are_left_out(records: list[Record]) -> None:
    bare = records[0].model_copy(
        update={"latency": records[0].latency.model_copy(update={"primitives": None})}
    )
    assert Measured.of(bare) is None


def test_times_of_another_build_are_not_mixed_in(records: list[Record]) -> None:
    environment = records[0].environment
    built = environment.model_copy(update={"build": {"kind": "hexl"}})
    other = records[0].model_copy(update={"environment": built})
    assert of_build([*records, other], "default") == records
    assert of_build([*records, other], "hexl") == [other]
    found = CliRunner().invoke(plan, ["layers_toy", "--build", "hexl"])
    assert "name records of another by --from" in str(found.exception)
