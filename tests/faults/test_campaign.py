"""A few faults of each kind of refresh in every run of the tests; and a campaign sees what goes wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from reports.store import Stored
from tests.faults import checks
from tests.faults.checks import implausible, leaks, lost_or_repeated, orphans
from tests.faults.jumps import DAY_S, can_set_clocks, library, set_clock, with_clock
from tests.faults.kinds import every
from tests.reports.html.records import made
from tests.secrets.traces import Search, of_numbers
from tests.test_walls import ROOT

#: So many of each kind of refresh.
FAULTS = 6
#: Says twice by how much the clock of the day and the monotonic one moved until it was told to look again.
WATCH = """
import queue, time
for _ in range(2):
    date, began = time.time(), time.monotonic()
    print("now", flush=True)
    input()
    time.sleep(0.01)
    try:
        queue.Queue().get(timeout=0.01)
    except queue.Empty:
        print(time.time() - date, time.monotonic() - began, flush=True)
"""


def test_a_few_faults_cost_nothing_but_their_own_cell() -> None:
    command = [sys.executable, "-m", "tests.faults.campaign", "--faults", str(FAULTS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("survived: ") >= FAULTS


def test_there_are_faults_of_every_kind_and_each_has_its_name() -> None:
    names = [fault.name for fault in every()]
    assert len(set(names)) == len(names) > 400
    for word in (
        "SIGKILL",
        "SIGHUP and SIGHUP",
        "SIGSTOP",
        "full disk",
        "read-only",
        "memory",
        "cut",
        "checkpoint",
        "clock jumps",
    ):
        assert any(word in name for name in names), word


@pytest.mark.skipif(not can_set_clocks(), reason="there is no compiler for a clock that can be set")
def test_a_clock_that_is_set_moves_dates_and_neither_durations_nor_waits(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    set_clock(clock, 0)
    command = [sys.executable, "-c", WATCH]
    with subprocess.Popen(
        command, env=with_clock(library(tmp_path), clock), stdin=-1, stdout=-1, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for seconds in (DAY_S, -DAY_S):
            assert process.stdout.readline()
            set_clock(clock, seconds)
            print(file=process.stdin, flush=True)
            dates, durations = map(float, process.stdout.readline().split())
            assert round(dates / DAY_S) == (1 if seconds > 0 else -2)
            assert 0.01 <= durations < DAY_S / 24
    assert process.returncode == 0


def test_a_process_with_threads_enters_namespaces_wherever_another_may() -> None:
    script = "import threading, time\nfrom tests.faults.system import enter\n{}print(enter())"
    with_thread = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    said = [
        subprocess.run(
            [sys.executable, "-c", script.format(more)], cwd=ROOT, capture_output=True, check=True
        ).stdout
        for more in ("", with_thread)
    ]
    assert said[0] == said[1] != b""


def test_seconds_that_no_run_can_have_taken_are_found() -> None:
    record = made()
    assert implausible([Stored(record, None, None)]) == []
    other = made(latency__evaluate_s=float(DAY_S))
    assert implausible([Stored(other, None, None)]) == ["latency.evaluate_s is 86400.0 s"]


def test_a_sample_in_a_file_or_packed_into_one_is_found(tmp_path: Path) -> None:
    samples = np.arange(12.0).reshape(3, 4) / 7
    sought = Search(list(of_numbers("a sample", samples)))
    (tmp_path / "log").write_bytes(b"nothing")
    assert leaks(tmp_path, sought) == []
    np.savez_compressed(tmp_path / "raw.npz", logits=samples[1:])
    (tmp_path / "log").write_bytes(b"before" + samples[0].tobytes() + b"after")
    (tmp_path / ".parties-here").mkdir()
    assert [line.rpartition("/")[2] for line in sorted(leaks(tmp_path, sought))] == [
        ".parties-here is left",
        "log holds a sample",
        "raw.npz holds a sample",
    ]


def test_a_process_that_works_on_a_run_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SECONDS", 0.5)
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", f"{tmp_path}/run/cell"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert orphans([], tmp_path) == [f"party {process.pid} is left"]
    assert orphans([process.pid], tmp_path) == []


def test_a_cell_that_is_lost_repeated_or_different_is_found() -> None:
    record = made()
    stored, wanted = Stored(record, None, None), {record.cell: record}
    assert lost_or_repeated([stored], wanted, 1) == []
    assert lost_or_repeated([], wanted, 1) == [f"{record.cell} has 0 finished records"]
    assert lost_or_repeated([stored, stored], wanted, 1) == [f"{record.cell} has 2 finished records"]
    other = made(counts__ct_ct=7)
    (found,) = lost_or_repeated([Stored(other, None, None)], wanted, 1)
    assert "counts.ct_ct" in found
