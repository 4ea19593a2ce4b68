"""The ready-made CI calls what there is, and the committed baseline is one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bench.cli.later import Later
from bench.cli.main import cli
from bench.environments.declaration import load
from reports.baseline import read_records

ROOT = Path(__file__).resolve().parents[2]
FILES = (ROOT / "docs" / "ci" / "gate.yml", ROOT / "docs" / "ci" / "gate.sh")
ACTIVE = ROOT / ".github" / "workflows" / "ci.yml"
WORKFLOWS = (FILES[0], ACTIVE)
#: An action at a commit, with the release that the commit is.
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_option_is_one_of_its_command(path: Path) -> None:
    text = path.read_text().replace("\\\n", " ")
    text = re.sub(r"\n\s+--", " --", text)  # a folded line of YAML
    calls = re.findall(r"-m bench (\w+)(.*)", text)
    assert {name for name, _ in calls} == {"run", "gate"}
    for name, rest in calls:
        command = cli.commands[name]
        assert isinstance(command, Later)
        known = {option for parameter in command.command.params for option in parameter.opts}
        asked = set(re.findall(r"(?<!\S)--[a-z-]+", rest.partition("||")[0]))
        assert asked <= known, (name, asked - known)


def test_the_workflow_is_yaml_and_the_script_is_bash() -> None:
    workflow, script = FILES
    assert set(yaml.safe_load(workflow.read_text())["jobs"]) == {"exact", "times", "history"}
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_a_regression_fails_the_job_and_has_its_line_in_the_history() -> None:
    """What follows a failure is skipped unless it says otherwise: a job that needs it, and a step."""
    history = yaml.safe_load(FILES[0].read_text())["jobs"]["history"]
    assert history["needs"] == "exact"
    assert "!cancelled()" in history["if"]
    gates = [number for number, step in enumerate(history["steps"]) if "--history" in step.get("run", "")]
    (gate,) = gates
    assert all("!cancelled()" in step["if"] for step in history["steps"][gate + 1 :])
    assert "||" not in history["steps"][gate]["run"]  # its status is the job's


def test_the_committed_baseline_is_sound_and_of_exact_measures() -> None:
    records = read_records(ROOT / "suites" / "baselines" / "toy_cleartext.json")
    assert {record.suite for record in records} == {"toy"}
    assert all(record.counts.rotations for record in records)


def test_a_wrong_request_is_told_apart_from_a_regression(tmp_path: Path) -> None:
    script = {"OUT": str(tmp_path / "out"), "SUITE": "nonsense", "PYTHON": sys.executable}
    done = subprocess.run(
        ["bash", str(FILES[1])], env=os.environ | script, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "no suite is called 'nonsense'" in done.stderr


def test_an_earlier_builds_results_in_the_workspace_are_not_gated(tmp_path: Path) -> None:
    """The script's own folders are emptied; a history stays."""
    for name in ("exact", "times"):
        (tmp_path / name / "20260101T000000Z-aaaaaa").mkdir(parents=True)
    script = {"OUT": str(tmp_path), "PYTHON": sys.executable, "SELECT": "--backend cleartext"}
    for lines in (1, 2):
        subprocess.run(["bash", str(FILES[1])], env=os.environ | script, capture_output=True, check=True)
        assert len((tmp_path / "history.jsonl").read_text().splitlines()) == lines
        assert len(list((tmp_path / "exact").iterdir())) == 1


def test_the_active_workflow_runs_what_tox_has() -> None:
    """Each library not declared apart, and each environment of `tox.ini`; the report in a job of its own."""
    jobs = yaml.safe_load(ACTIVE.read_text())["jobs"]
    declarations = map(load, ROOT.glob("backends/*/environment.yaml"))
    backends = {declaration.name for declaration in declarations if declaration.apart is None}
    configured = set(re.findall(r"^\[testenv:(\w+)\]", (ROOT / "tox.ini").read_text(), re.MULTILINE))
    asked = set(jobs["tox"]["strategy"]["matrix"]["environment"])
    assert asked == backends | configured - {"report"}
    assert any("tox run -e report" in step.get("run", "") for step in jobs["report"]["steps"])


def test_the_active_workflow_keeps_environments_until_their_declarations_change() -> None:
    steps = yaml.safe_load(ACTIVE.read_text())["jobs"]["tox"]["steps"]
    (cached,) = [step["with"] for step in steps if "actions/cache@" in step.get("uses", "")]
    named = re.findall(r"'([^']+)'", cached["key"])
    assert all(list(ROOT.glob(pattern)) for pattern in named), named
    assert {"pyproject.toml", "backends/*/environment.yaml"} <= set(named)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved; a commit cannot."""
    uses = [line.strip(" -") for line in path.read_text().splitlines() if "uses:" in line]
    assert uses
    assert [line for line in uses if not PINNED.match(line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_may_only_read_unless_a_job_says_otherwise(path: Path) -> None:
    assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read"}
