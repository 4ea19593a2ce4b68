"""Runs at the same time are on different cores; where there are too few, they say so."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from backends.registry import get
from bench.run.cores import Cores, claimed, used_threads
from bench.spec.cells import expand
from bench.spec.suite import load_suite
from tests.bench.commands import ROOT

SETS = ["cleartext", "openfhe", "tenseal", "pyfhel", "seal_python", "fhelium"]


@pytest.fixture(autouse=True)
def two_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A runtime folder of the test's own, and two of this machine's cores."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1})


def test_two_runs_at_once_have_different_cores() -> None:
    with claimed(1) as first, claimed(1) as second:
        assert (len(first.pinned), len(second.pinned)) == (1, 1)
        assert set(first.pinned + second.pinned) == {0, 1}
        assert first.shared == second.shared == ()


def test_a_run_that_finds_too_few_free_cores_shares_some_and_knows_which() -> None:
    with claimed(1) as first, claimed(2) as second:
        assert second == Cores((0, 1), first.pinned)
        with claimed(1) as third:
            assert third.pinned == third.shared


def test_a_run_whose_core_another_one_comes_to_share_knows_it_too() -> None:
    with claimed(2) as first:
        assert first.joined() == ()
        with claimed(1) as second:
            assert first.joined() == second.shared == second.pinned
            assert second.joined() == ()
    with claimed(2) as later:
        assert later.joined() == ()


def test_runs_that_share_cores_are_told_whatever_the_clock_says(tmp_path: Path) -> None:
    """What was noted by a clock that went a day too fast says nothing of later, and hides nothing of it."""
    with claimed(2), claimed(1):
        (note,) = tmp_path.glob("*/*.shared")
        ahead = time.time() + 86_400
    os.utime(note, (ahead, ahead))
    with claimed(2) as first:
        assert first.joined() == ()
        with claimed(2) as second:
            os.utime(note, (0, 0))
            assert first.joined() == second.shared == (0, 1)


def test_another_thread_may_let_go_of_them() -> None:
    held = ExitStack()
    held.enter_context(claimed(2))
    ending = threading.Thread(target=held.close)
    ending.start()
    ending.join()
    with claimed(2) as later:
        assert later == Cores((0, 1), ())


def test_cores_are_free_again_once_a_run_has_ended() -> None:
    with claimed(2) as first:
        assert first == Cores((0, 1), ())
    with claimed(2) as second:
        assert second == Cores((0, 1), ())


def test_more_threads_than_cores_have_all_cores() -> None:
    with claimed(8) as cores:
        assert cores == Cores((0, 1), ())


def test_a_run_that_is_killed_lets_go_of_its_cores(tmp_path: Path) -> None:
    locks = tmp_path / f"polynomial-transformer-bench-{os.getuid()}"
    locks.mkdir()
    script = (
        "import os, sys; from filelock import FileLock\n"
        "lock = FileLock(sys.argv[1]); lock.acquire(); print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", script, str(locks / "core_0.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with claimed(2) as cores:
            assert cores.shared == (0,)
        holder.kill()
    with claimed(2) as cores:
        assert cores.shared == ()


def test_a_runtime_folder_that_is_not_there_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XDG_RUNTIME_DIR outlives its session, in a container or under another user."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "ended"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with claimed(1) as first, claimed(1) as second:
        assert set(first.pinned + second.pinned) == {0, 1}


@pytest.mark.parametrize(
    ("name", "program", "used"),
    [
        ("openfhe", "portable", 2),
        ("tenseal", "portable", 1),
        ("pyfhel", "portable", 1),
        ("cleartext", "portable", 1),
        ("tenseal", "vectors", 2),
    ],
)
def test_threads_are_those_that_the_library_uses(name: str, program: str, used: int) -> None:
    (cell, *_) = expand(load_suite(str(ROOT / "suites" / "toy.yaml"), SETS), ["openfhe"])
    asked = replace(cell, parameter_set=replace(cell.parameter_set, threads=2, program=program))
    assert used_threads(asked, get(name)) == used


def test_the_best_set_on_two_threads_has_a_twin_on_one_with_a_name_of_its_own() -> None:
    sets = {one.alias: one for one in load_suite(str(ROOT / "suites" / "vit_tiny.yaml"), SETS).parameter_sets}
    best = [one for alias, one in sets.items() if alias and alias.startswith("best") and one.threads > 1]
    for one in best:
        twin = sets[f"{one.alias}_one_thread"]
        assert (twin.parameters, twin.threads) == (one.parameters, 1)
        assert twin.content == f"{one.content}_threads1"
    assert best
