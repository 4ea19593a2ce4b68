"""The options of whoever debugs: `--traceback` and `--log-level`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.cli.main import VERSION, cli
from tests.bench.commands import ROOT

WRONG = ("validate", "no_such_suite.yaml")


def told(*arguments: str, status: int, **variables: str) -> str:
    """What a command says on standard error."""
    command = [sys.executable, "-m", "bench", *arguments]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stderr


def test_a_command_that_crashes_leaves_no_image_of_its_memory() -> None:
    """A core file of the front process would hold samples."""
    code = "import bench.cli.main as m, resource as r; m._prepare(); print(r.getrlimit(r.RLIMIT_CORE)[0])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be asked so (prctl(2))")
def test_no_process_of_the_same_user_reads_the_memory_of_a_command() -> None:
    """It holds samples; what it starts can be dumped again, until it hides itself."""
    child = "import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    own = f"import sys, subprocess, bench.cli.main as main; main._prepare(); {child}; sys.stdout.flush()"
    code = f"{own}; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]


def test_a_foreseen_error_is_one_sentence() -> None:
    (line,) = told(*WRONG, status=2).splitlines()
    assert line.startswith("error: there is no file no_such_suite.yaml")


def test_choices_are_shown_a_line_each() -> None:
    """The signs by which click moves them in are no text."""
    text = told("schema", status=2)
    assert "\n  suite,\n  recipe,\n" in text
    assert "\\t" not in text


def test_with_traceback_it_shows_where_it_comes_from_and_ends_with_the_sentence() -> None:
    text = told("--traceback", *WRONG, status=2)
    assert "Traceback (most recent call last)" in text
    assert "in find_suite" in text
    assert text.splitlines()[-1].startswith("error: there is no file no_such_suite.yaml")


def test_with_traceback_a_cause_is_shown(tmp_path: Path) -> None:
    suite = tmp_path / "latin.yaml"
    suite.write_bytes(b"title: \xe9\n")
    text = told("--traceback", "validate", str(suite), status=2)
    assert "UnicodeDecodeError: " in text
    assert "The above exception was the direct cause of the following exception" in text


@pytest.mark.parametrize("how", [{"BENCH_LOG_LEVEL": "debug"}, {}])
def test_a_log_names_the_module_that_speaks(how: dict[str, str]) -> None:
    options = () if how else ("--log-level", "debug")
    text = told(*options, "validate", "layers_toy", status=0, **how)
    assert "DEBUG bench.spec.suite: suite layers_toy is " in text


def test_nothing_is_logged_unless_asked_for() -> None:
    assert told("validate", "layers_toy", status=0) == ""


def test_the_version_is_that_of_the_distribution() -> None:
    written = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert written is not None
    shown = CliRunner().invoke(cli, ["--version"]).output
    assert shown == f"bench {written[1]}\n" == f"bench {VERSION}\n"
