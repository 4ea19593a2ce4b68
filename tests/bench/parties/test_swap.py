"""A key owner's memory stays out of swap where the system lets it, and says what is so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.packages import FOLDER
from bench.parties.swap import ABSENT, LOCKED, POSSIBLE

LIMITED = """
import re, resource, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from bench.parties.swap import keep_out
said = keep_out()
block = bytearray(64 << 20)
status = Path("/proc/self/status").read_text()
print(said, int(re.search(r"VmLck:\\s*(\\d+)", status)[1]) >> 16)
"""


def test_what_is_said_of_locked_memory_is_true_and_more_can_be_had_after() -> None:
    """64 MB more are had with and without the right to lock as much."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", LIMITED, str(FOLDER)], capture_output=True, text=True, check=True
    )
    said, locked = done.stdout.split()
    assert said in {LOCKED, ABSENT, POSSIBLE}
    assert (said == LOCKED) == (int(locked) > 0)
    if said == ABSENT:
        assert len(Path("/proc/swaps").read_text().splitlines()) <= 1
