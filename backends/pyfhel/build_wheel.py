"""Builds Pyfhel's wheel where GitHub is out of reach: `python build_wheel.py REQUIREMENT WHEEL_FOLDER`.

Pyfhel is published as source only. Its copy of SEAL clones three optional dependencies while it builds; they
are switched off here (SEAL then neither compresses what it saves nor uses the GSL's span).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # run by its path, where this project is not installed

from backends import source_wheels
from backends.source_wheels import BuildError

OPTIONS_SECTION = "[cpplibraries.SEAL.cmake_opts]"
SWITCHED_OFF = ("SEAL_BUILD_DEPS", "SEAL_USE_MSGSL", "SEAL_USE_ZLIB", "SEAL_USE_ZSTD")


def build(requirement: str, folder: Path) -> Path:
    """The wheel of `requirement`, built into `folder`.

    Raises:
        BuildError: no source, or a failed build.
    """
    return source_wheels.build(requirement, folder, lambda source: _switch_off(source / "pyproject.toml"))


def _switch_off(project: Path) -> None:
    """Set each option of `SWITCHED_OFF` to OFF in the section of SEAL's CMake options."""
    text = project.read_text(encoding="utf-8")
    before, section, after = text.partition(OPTIONS_SECTION)
    if not section:
        raise BuildError(
            f"Pyfhel's pyproject.toml has no {OPTIONS_SECTION}; require the version this was made for"
        )
    for option in SWITCHED_OFF:
        after = re.sub(rf"^\s*{option}\s*=.*$", "", after, count=1, flags=re.MULTILINE)
    options = "".join(f"\n    {option} = 'OFF'" for option in SWITCHED_OFF)
    project.write_text(before + section + options + after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(source_wheels.main(__file__, build))
