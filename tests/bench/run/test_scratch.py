"""A session's folder is nobody else's to remove while it lives; what a dead one left, the next run does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.run.scratch import SCRATCH, scratch, sweep

#: Another process that opens a session's folder and waits in it.
OTHER = """
import sys, time
from pathlib import Path
from bench.run.scratch import scratch
with scratch(Path(sys.argv[1])) as made:
    (made / "samples.npy").write_bytes(b"in the clear")
    print(made, flush=True)
    time.sleep(86400)
"""


def cell(output: Path) -> Path:
    """The folder of a cell of a run under `output`."""
    folder = output / "run" / "cell"
    folder.mkdir(parents=True)
    return folder


def test_a_session_leaves_nothing(tmp_path: Path) -> None:
    with scratch(tmp_path) as made:
        assert made.parent == tmp_path
        assert made.stat().st_mode & 0o077 == 0
        (made / "samples.npy").write_bytes(b"in the clear")
    assert not list(tmp_path.iterdir())


def test_what_is_in_use_stays_and_what_a_killed_run_left_goes(tmp_path: Path) -> None:
    folder = cell(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(folder)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert process.stdout is not None
    theirs = Path(process.stdout.readline().strip())
    try:
        with scratch(folder) as mine:
            sweep(tmp_path)
            assert mine.exists()
            assert (theirs / "samples.npy").exists()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert process.returncode == -signal.SIGKILL
    assert theirs.exists()
    sweep(tmp_path)
    assert not list(folder.iterdir())


def test_a_leftover_whose_process_id_lives_again_goes_too(tmp_path: Path) -> None:
    folder = cell(tmp_path)
    with scratch(folder) as mine:
        prefix = mine.name.rpartition("-")[0]
    leftover = folder / f"{prefix}-{os.getpid()}"
    leftover.mkdir()
    sweep(tmp_path)
    assert not leftover.exists()


@pytest.mark.parametrize("name", [f"{SCRATCH}elsewhere-0badcafe-x", "kept"])
def test_what_is_of_another_host_or_no_session_stays(tmp_path: Path, name: str) -> None:
    folder = cell(tmp_path) / name
    folder.mkdir()
    sweep(tmp_path)
    assert folder.exists()
