"""The machine and its memory, measured on real processes."""

import os
import platform
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from bench.run.host import Sampler, calibrate, environment, git_commit

MIB = 2**20
#: A process that holds 80 MiB, says so, and waits to be told to end.
HOLD = "block = bytearray(80 << 20); print('ready', flush=True); input()"


def test_environment() -> None:
    measured = environment(2, {"openfhe": "1.6.1"}, {})
    assert measured.cpu
    assert measured.cores == os.cpu_count()
    assert measured.threads == 2
    assert measured.memory_bytes == psutil.virtual_memory().total
    assert measured.calibration_s is not None
    assert measured.calibration_s > 0
    assert measured.python == platform.python_version()
    assert measured.libraries == {"openfhe": "1.6.1"}


def test_calibration_is_a_short_workload() -> None:
    assert 0 < calibrate() < 10


def test_git_commit(tmp_path: Path) -> None:
    assert git_commit(tmp_path) is None
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / "file").write_text("one")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], check=True)
    head = subprocess.run(
        [*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert git_commit(tmp_path) == head
    (tmp_path / "file").write_text("two")
    assert git_commit(tmp_path) == f"{head}-dirty"
    assert git_commit(tmp_path / "below") is None


def hold() -> "subprocess.Popen[str]":
    """A process that holds its memory until it reads a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_the_sum_of_two_processes() -> None:
    with hold() as first, hold() as second:
        with Sampler([first.pid], interval_s=0.01) as sampler:
            sampler.add(second.pid)
            deadline = time.monotonic() + 600
            while (sampler.peak_bytes or 0) < 160 * MIB and time.monotonic() < deadline:
                time.sleep(0.01)
        first.communicate("\n")
        second.communicate("\n")
    assert sampler.peak_bytes is not None
    assert 160 * MIB < sampler.peak_bytes < 320 * MIB


def test_a_sampler_without_processes_saw_nothing() -> None:
    with Sampler(interval_s=0.01) as sampler:
        pass
    assert sampler.peak_bytes is None


def test_a_limit_ends_what_goes_over_it() -> None:
    with hold() as process:
        with Sampler([process.pid], interval_s=0.01, limit_bytes=40 * MIB):
            process.wait(timeout=600)
        assert process.returncode == -signal.SIGKILL


def test_a_process_that_a_signal_stopped_is_seen_standing_still() -> None:
    with hold() as process:
        with Sampler([process.pid], interval_s=0.01) as sampler:
            assert sampler.stopped_s == 0.0
            process.send_signal(signal.SIGSTOP)
            deadline = time.monotonic() + 600
            while sampler.stopped_s < 0.1 and time.monotonic() < deadline:
                time.sleep(0.01)
            process.send_signal(signal.SIGCONT)
        process.communicate("\n")
    assert 0.1 <= sampler.stopped_s < 600


def test_a_sampler_goes_on_where_no_file_can_be_opened() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Sampler(interval_s=0.01) as sampler:
        sampler.add(os.getpid())
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
        try:
            time.sleep(0.1)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        sampler.peak_bytes = None
        deadline = time.monotonic() + 60
        while sampler.peak_bytes is None and time.monotonic() < deadline:
            time.sleep(0.01)
    assert sampler.peak_bytes is not None
