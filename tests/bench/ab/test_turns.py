"""What builds are asked to run in turns, and which answers are taken."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.ab.builds import Build, ThisBuild, request
from bench.ab.turns import take_turns
from bench.cli.main import cli
from bench.errors import UserError
from bench.spec.cells import Cell
from bench.spec.selection import Selection
from reports.store import load_output
from tests.bench.commands import ROOT, toy

SELECTING = ("suite", "backend", "parameters", "case", "samples", "repeats", "threads", "imitate")
#: An interpreter that, whatever it is asked to run, does this with the folder of its output.
STUB = """#!{python}
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from tests.bench.kept import a_record, store
output = Path(sys.argv[sys.argv.index("--output") + 1])
{body}
"""


def cells(suite: str, *cases: str) -> list[Cell]:
    return Selection(suite, case=cases).cells()


def asked(arguments: tuple[str, ...]) -> tuple[list[Cell], int]:
    """The cells that arguments of `bench` select, and in how many rounds they run."""
    name, *rest = arguments
    options = cli.commands[name].make_context(name, rest).params
    return Selection(**{one: options[one] for one in SELECTING}).cells(), options["rounds"]


@pytest.mark.parametrize(("name", "cases"), [("layers", ["linear_16x32"]), ("layers_toy", []), ("toy", [])])
def test_a_build_is_asked_for_the_very_cell_and_for_one_process(
    tmp_path: Path, name: str, cases: list[str]
) -> None:
    """Sets that differ in their program alone share all of their name but its end."""
    for cell in cells(name, *cases):
        arguments = request(cell, ROOT / "suites" / f"{name}.yaml", tmp_path)
        assert asked(arguments) == ([cell], 1)


def test_rounds_of_a_suite_are_no_block_of_processes(tmp_path: Path) -> None:
    """Three of one side in a row would void every time."""
    suite = toy(tmp_path, ("repeats: 1", "repeats: 1\nrounds: 3"))
    (cell, *_) = cells(suite)
    assert cell.rounds == 3
    assert asked(request(cell, Path(suite), tmp_path)) == ([cell], 1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("store(output, a_record())", "ran vit_tiny/digits/tenseal/"),
        ("store(output, a_record(suite='toy'), a_record())", "ran toy/digits/tenseal/"),
        ("store(output)", "does not run: exit status 0"),
        (
            "run = store(output, a_record()); (run.folder / 'records.jsonl').write_text('{}')",
            "wrote what this build cannot read: ",
        ),
    ],
)
def test_an_answer_to_another_question_is_refused(tmp_path: Path, body: str, said: str) -> None:
    python = tmp_path / "python"
    python.write_text(STUB.format(python=sys.executable, root=str(ROOT), body=body))
    python.chmod(0o755)
    build = Build("baseline", tmp_path, python, tmp_path / "runs")
    suite = ROOT / "suites" / "toy.yaml"
    with pytest.raises(UserError) as refused:
        take_turns(cells(str(suite))[:1], suite, (build, build), range(1), lambda line: None)
    assert str(refused.value).startswith(f"the baseline in {tmp_path} {said}")


def test_this_build_runs_a_cell_anew_every_time_and_keeps_each_record(tmp_path: Path) -> None:
    suite = toy(tmp_path, ("samples: 8", "samples: 4\nheld_out: 2"))
    (cell,) = Selection(suite, ("cleartext",), ("round_trip",), (), None, None, None).cells()
    side = ThisBuild("candidate", tmp_path / "runs")
    for _ in range(2):
        side.run(cell, Path(suite))
    keys = [stored.record.key for stored in load_output(side.output).stored]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_cell_that_this_build_cannot_load_is_told_and_no_run_is_made(tmp_path: Path) -> None:
    suite = toy(tmp_path)
    (cell,) = Selection(suite, ("cleartext",), ("round_trip",), (), None, None, None).cells()
    side = ThisBuild("candidate", tmp_path / "runs")
    with pytest.raises(UserError, match=r"the candidate does not run: .*nowhere"):
        side.run(replace(cell, model_folder=tmp_path / "nowhere"), Path(suite))
    assert not side.output.exists()
