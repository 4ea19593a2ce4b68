"""The processor by name, which says what a time was measured on."""

from __future__ import annotations

import platform
from pathlib import Path


def processor() -> str:
    """As the kernel names it, or its architecture where it has no name, as on most ARM machines."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
