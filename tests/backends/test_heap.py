"""What is free goes back to the system, whether memory is locked or not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.test_walls import ROOT

#: Frees a hundred megabytes below what is in use; prints whether memory is locked, and what was given back.
SCRIPT = """
import re, sys
from pathlib import Path
from backends.heap import give_back, lock
def told(name):
    return int(re.search(name + r":\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
locked = sys.argv[1] == "locked" and lock()
pieces = [bytearray(100_000) for _ in range(1000)]
last = bytearray(100_000)
before = told("VmRSS")
pieces.clear()
give_back()
print(locked, told("VmLck") > 0, before - told("VmRSS"))
"""


@pytest.mark.parametrize("how", ["locked", "as it is"])
def test_what_is_free_goes_back(how: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], cwd=ROOT, capture_output=True, text=True, check=True
    )
    asked, locked, given_kb = done.stdout.split()
    assert asked == locked
    assert int(given_kb) > 90_000
