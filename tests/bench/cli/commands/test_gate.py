"""`bench gate`: exit status, summary, history, rules, and two builds in turns."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from bench.cli.commands.gate import gate
from bench.errors import UserError
from reports.baseline import read_records
from reports.errors import ReportError
from reports.export import to_json
from reports.gate.rules import Rules
from reports.record import Record
from reports.store import RECORDS, create_run, load_output
from tests.bench.commands import bench
from tests.bench.kept import a_record, store

ROOT = Path(__file__).resolve().parents[4]
PACKAGES = ("bench", "backends", "models", "reports")
TOY = ("--backend", "cleartext", "--parameters", "round_trip")


def gated(*arguments: object, status: int) -> str:
    result = CliRunner().invoke(
        gate, [str(one) for one in arguments], catch_exceptions=False, standalone_mode=False
    )
    assert result.return_value == status, result.output
    return result.output


def baseline(folder: Path, *records: Record) -> Path:
    path = folder / "baseline.json"
    path.write_text(to_json(records))
    return path


def results(folder: Path, *records: Record) -> Path:
    store(folder / "results", *records)
    return folder / "results"


def test_nothing_worse_passes(tmp_path: Path) -> None:
    found = results(tmp_path, a_record(counts__rotations=1199))
    text = gated(found, "--baseline", baseline(tmp_path, a_record()), status=0)
    assert text.startswith("# Gate: counts, sizes, precision, metrics and memory passed; ")
    assert "times not judged: too few processes" in text.splitlines()[0]
    assert "`bench accept` takes what is better into the baseline" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"counts__rotations": 1201}, "| rotations | 1200 | 1201 | 1 more, and exact |"),
        ({"counts__bootstraps": 1, "counts__bootstraps_planned": 1}, "| bootstraps | 0 | 1 | 1 more"),
        (
            {"ladder__logit_error_mean": 8e-5},
            "| precision by the mean error | 17.82 bits | 15.82 bits | 2.0 bits lost,",
        ),
        ({"status": "failed", "reason": "the result is wrong"}, "| ok | failed | the result is wrong |"),
        ({"suite": "other", "cell": "other/1/2/3/4"}, "| the cell | ok | – | vanished |"),
    ],
)  # fmt: skip
def test_defect_9_a_regression_fails_the_job_and_the_summary_says_which(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    """Defect 4 too: what is wrong never ends with status 0."""
    summary = tmp_path / "summary.md"
    found = results(tmp_path, a_record(**changes))
    gated(found, "--baseline", baseline(tmp_path, a_record()), "--summary", summary, status=1)
    text = summary.read_text()
    assert text.startswith("# Gate: ")
    assert "regression" in text.splitlines()[0]
    assert said in text


def test_what_is_required_and_not_judged_fails_the_job(tmp_path: Path) -> None:
    """On another CPU no time is judged, whatever it is; history and JUnit say so too."""
    found = results(tmp_path, a_record(environment__cpu="another", latency__evaluate_s=180.0))
    held_to, history, junit = baseline(tmp_path, a_record()), tmp_path / "h.jsonl", tmp_path / "j.xml"
    gated(found, "--baseline", held_to, status=0)
    files = ("--history", history, "--junit", junit)
    text = gated(found, "--baseline", held_to, "--require", "counts,times", *files, status=1)
    assert text.startswith("# Gate: times required and not judged; memory and times not judged: another CPU;")
    line = json.loads(history.read_text())
    assert line["passed"] is False
    assert text.startswith(f"# Gate: {line['verdict']}\n")
    assert 'message="times not judged: another CPU"' in junit.read_text()
    gated(found, "--baseline", held_to, "--require", "counts", "--require", "sizes", status=0)


def test_a_requirement_that_is_none_is_refused(tmp_path: Path) -> None:
    found, held_to = results(tmp_path, a_record()), baseline(tmp_path, a_record())
    with pytest.raises(
        UserError, match=r"--require 'time': a gate judges no such thing; did you mean times\?"
    ):
        gated(found, "--baseline", held_to, "--require", "time", status=2)


def test_a_missing_baseline_is_an_error_and_no_pass(tmp_path: Path) -> None:
    found = results(tmp_path, a_record())
    with pytest.raises(ReportError, match="cannot be read"):
        gated(found, "--baseline", tmp_path / "none.json", status=2)
    with pytest.raises(UserError, match="give --baseline FILE or --against CHECKOUT"):
        gated(found, status=2)


def test_results_without_records_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    with pytest.raises(ReportError, match="holds no run"):
        gated(tmp_path / "results", "--baseline", baseline(tmp_path, a_record()), status=2)


def test_a_baseline_without_records_is_an_error_and_no_pass(tmp_path: Path) -> None:
    empty = create_run(tmp_path / "empty")
    (empty.folder / RECORDS).write_text("")
    with pytest.raises(UserError, match="holds no record"):
        gated(results(tmp_path, a_record()), "--baseline", tmp_path / "empty", status=2)


def test_where_every_cell_failed_on_both_sides_nothing_passes(tmp_path: Path) -> None:
    failed = a_record(status="failed", reason="the disk is full")
    held_to = baseline(tmp_path, failed)
    text = gated(results(tmp_path, failed), "--baseline", held_to, status=1)
    assert text.startswith("# Gate: no cell finished on both sides\n")
    assert f"- {failed.cell}: failed, then failed: the disk is full" in text


def test_a_damaged_line_of_the_candidate_is_no_pass(tmp_path: Path) -> None:
    run = store(tmp_path / "results", a_record())
    with (run.folder / "records.jsonl").open("a") as file:
        file.write('{"schema": 1}\n')
    text = gated(tmp_path / "results", "--baseline", baseline(tmp_path, a_record()), status=1)
    assert text.startswith("# Gate: 1 refused; ")
    assert "records.jsonl:2: the line is cut off or damaged" in text


def test_damaged_raw_outputs_of_either_side_are_no_pass(tmp_path: Path) -> None:
    sides = []
    for name in ("before", "after"):
        run = store(tmp_path / name)
        kept = run.append(a_record(run_id=run.run_id), {"logits_encrypted": np.zeros((2, 3))})
        assert kept.raw is not None
        sides.append(kept.raw)
    candidate, held_to = tmp_path / "after", tmp_path / "before"
    gated(candidate, "--baseline", held_to, status=0)
    sides[0].write_bytes(b"other")
    assert "does not match the digest" in gated(candidate, "--baseline", held_to, status=1)
    sides[0].unlink()
    assert "cannot be read" in gated(candidate, "--baseline", held_to, status=1)


def test_what_only_steers_a_run_of_both_builds_is_refused_without_one(tmp_path: Path) -> None:
    """Silently ignored, `--case` would gate everything."""
    found, held_to = results(tmp_path, a_record()), baseline(tmp_path, a_record())
    for option in (("--case", "digits"), ("--processes", 5), ("--python", "/usr/bin/python3")):
        with pytest.raises(UserError, match="RESULTS are gated as they are"):
            gated(found, "--baseline", held_to, *option, status=2)


def test_a_file_that_is_no_history_is_left_as_it_is(tmp_path: Path) -> None:
    found, held_to = results(tmp_path, a_record()), baseline(tmp_path, a_record())
    before = held_to.read_bytes()
    with pytest.raises(UserError, match="is not a history of gates"):
        gated(found, "--baseline", held_to, "--history", held_to, status=2)
    assert held_to.read_bytes() == before


def test_a_summary_that_cannot_be_written_leaves_no_line_in_the_history(tmp_path: Path) -> None:
    """The gate is run again, and would stand in it twice."""
    found, held_to = results(tmp_path, a_record()), baseline(tmp_path, a_record())
    history = tmp_path / "history.jsonl"
    with pytest.raises(OSError, match="No space left"):
        gated(found, "--baseline", held_to, "--history", history, "--summary", "/dev/full", status=2)
    assert not history.exists()


def test_rules_are_followed_and_told_with_their_line(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    found, held_to = (
        results(tmp_path, a_record(ladder__logit_error_mean=8e-5)),
        baseline(tmp_path, a_record()),
    )
    rules.write_text("bits: {lost: 3}\n")
    gated(found, "--baseline", held_to, "--rules", rules, status=0)
    for text, said in (
        ("time:\n  ratio: 0.9\n", "rules.yaml:2: time.ratio is 0.9; input should be greater than"),
        ("time:\n  difference: 1.04\n", "rules.yaml:2: time.difference is 1.04; no number of processes"),
        ("memory: 3\n", "rules.yaml:1: memory is a whole number 3; write a block of keys"),
        ("sizes: {}\n", "rules.yaml:1: 'sizes' is not a key here; did you mean size?"),
    ):  # fmt: skip
        rules.write_text(text)
        with pytest.raises(UserError) as refused:
            gated(found, "--baseline", held_to, "--rules", rules, status=2)
        assert said in str(refused.value)


def test_the_rules_beside_the_suites_are_the_defaults() -> None:
    path = ROOT / "suites" / "rules" / "default.yaml"
    assert Rules.model_validate(yaml.safe_load(path.read_text())) == Rules()
    assert set(yaml.safe_load(path.read_text())) == set(Rules.model_fields)


def test_a_history_grows_by_a_line_and_tells_its_steps(tmp_path: Path) -> None:
    history, held_to = tmp_path / "history.jsonl", baseline(tmp_path, a_record())
    for number, rotations in enumerate((1200, 1200, 1190)):
        folder = tmp_path / str(number)
        found = results(folder, a_record(counts__rotations=rotations, environment__git=f"{number}" * 40))
        text = gated(found, "--baseline", held_to, "--history", history, status=0)
    assert len(history.read_text().splitlines()) == 3
    cell = "vit_tiny/digits/tenseal/n14_first48_scale40_depth8_digits9/0123456789ab"
    assert f"- 1111111111..2222222222: counts.rotations 1200 → 1190 ({cell})" in text


def test_driving_needs_a_suite_and_a_checkout(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--against and --suite go together"):
        gated(tmp_path / "new", "--against", tmp_path, status=2)
    with pytest.raises(UserError, match="is not a checkout of this project"):
        gated(tmp_path / "new", "--against", tmp_path, "--suite", "toy", status=2)
    (tmp_path / "new" / "candidate").mkdir(parents=True)
    with pytest.raises(UserError, match="is there already; name a new folder"):
        gated(tmp_path / "new", "--against", ROOT, "--suite", "toy", status=2)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy suite, whose clear rungs are compared on two samples alone."""
    text = (ROOT / "suites" / "toy.yaml").read_text()
    path = tmp_path_factory.mktemp("suite") / "toy.yaml"
    path.write_text(text.replace("samples: 8", "samples: 4\nheld_out: 2"))
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A second checkout: this one's packages and suites as they stand."""
    for package in (*PACKAGES, "suites"):
        ignored = shutil.ignore_patterns("__pycache__", "vendor", "bert_sst2", "gpt_text")
        shutil.copytree(ROOT / package, tmp_path / "checkout" / package, ignore=ignored)
    return tmp_path / "checkout"


def driven(folder: Path, *arguments: object, status: int) -> str:
    """A gate of real toy cells, as typed in a checkout."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", "gate", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_rounds_are_exported_held_to_accepted_and_held_to_again(tmp_path: Path, suite: Path) -> None:
    """Several processes of one run are several records of one key, in a store and in a baseline."""
    output, held_to = str(tmp_path / "results"), tmp_path / "baseline.json"
    bench("run", str(suite), *TOY, "--rounds", "2", "--output", output)
    exported = json.loads(bench("export", output))
    assert len({one["key"] for one in exported}) == 1
    for one in exported:
        one["counts"]["rotations"] += 1
    held_to.write_text(json.dumps(exported))
    gate_arguments = ("gate", output, "--baseline", str(held_to))
    assert "1 fewer, and exact" in bench(*gate_arguments)
    bench("accept", output, "--baseline", str(held_to), "--reason", "one rotation fewer")
    assert "0 better, 0 worse" in bench(*gate_arguments)
    assert len(read_records(held_to)) == 2


def test_two_builds_of_one_code_take_turns_as_often_as_their_times_take(
    tmp_path: Path, suite: Path, checkout: Path
) -> None:
    """Under rules by which two processes are enough and nothing is ever called different."""
    rules, output = tmp_path / "rules.yaml", tmp_path / "results"
    time = {"measures": ["latency.evaluate_s"], "significance": 0.5, "power": 0.5, "spread": 0.001}
    rules.write_text(yaml.safe_dump({"time": {**time, "ratio": 50.0, "difference": 100.0}}))
    text = driven(ROOT, output, "--against", checkout, "--suite", suite, *TOY, "--rules", rules, status=0)
    assert "2 processes a side find a difference of 9900% in any of 1 times" in text
    began = sorted(
        (stored.record.started_at, side, stored.record)
        for side in ("baseline", "candidate")
        for stored in load_output(output / side).stored
    )
    assert [side for _, side, _ in began] == ["baseline", "candidate", "candidate", "baseline"]
    assert {record.key for _, _, record in began} == {began[0][2].key}  # the same code, data and settings
    assert {record.environment.git is None for _, side, record in began if side == "baseline"} == {True}
    assert "0 better, 0 worse" in text
    assert "digits on cleartext at round_trip: process 2 of 2, baseline" in text


def test_a_build_with_needless_rotations_is_found(tmp_path: Path, suite: Path, checkout: Path) -> None:
    """The candidate's linear maps rotate where it costs more; the baseline is this checkout."""
    linear = checkout / "backends" / "tensor" / "linear.py"
    text = linear.read_text()
    assert "for _, baby in on_inputs) <= sum(" in text
    linear.write_text(text.replace("for _, baby in on_inputs) <= sum(", "for _, baby in on_inputs) > sum("))
    history = tmp_path / "history.jsonl"
    told = driven(
        checkout, tmp_path / "results", "--against", ROOT, "--suite", suite, *TOY, "--processes", 1,
        "--history", history, status=1,
    )  # fmt: skip
    assert "| rotations |" in told
    assert "more, and exact |" in told
    assert json.loads(history.read_text())["passed"] is False


def test_a_build_that_does_not_run_is_told(tmp_path: Path, suite: Path, checkout: Path) -> None:
    (checkout / "bench" / "cli" / "main.py").write_text("raise RuntimeError('half a change')\n")
    told = driven(ROOT, tmp_path / "r", "--against", checkout, "--suite", suite, *TOY, status=2)
    assert f"the baseline in {checkout} does not run: RuntimeError: half a change" in told


def test_an_interpreter_that_imports_another_checkout_is_refused(
    tmp_path: Path, suite: Path, checkout: Path
) -> None:
    """It would measure one build twice and find nothing, ever."""
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\ncd {ROOT} && exec {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    told = driven(
        ROOT, tmp_path / "r", "--against", checkout, "--suite", suite, "--python", wrapper, *TOY, status=2
    )
    assert "and not" in told
    assert "install that one there" in told
