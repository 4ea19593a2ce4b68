"""Peak memory of this process, from the operating system."""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

_STATUS = Path("/proc/self/status")


def _status(name: str) -> int | None:
    if not _STATUS.exists():
        return None
    for line in _STATUS.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    return None


def peak_bytes() -> int:
    """Largest resident size since the process started or `reset_peak` was called."""
    peak = _status("VmHWM:")
    if peak is not None:
        return peak
    maximum = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return maximum if sys.platform == "darwin" else maximum * 1024


def resident_bytes() -> int | None:
    """Resident size now; None where the system does not say."""
    return _status("VmRSS:")


@cache
def _clear_refs() -> int | None:
    """A descriptor by which the peak is reset, kept: a process that hid itself cannot open the file."""
    try:
        return os.open("/proc/self/clear_refs", os.O_WRONLY)
    except OSError:
        return None


def reset_peak() -> None:
    """Start a new peak, where the system can (Linux) and lets this process."""
    descriptor = _clear_refs()
    if descriptor is not None:
        with suppress(OSError):
            os.pwrite(descriptor, b"5", 0)
