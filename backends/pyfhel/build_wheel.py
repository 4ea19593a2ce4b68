"""Builds Pyfhel's wheel: `python build_wheel.py REQUIREMENT WHEEL_FOLDER`.

Pyfhel is published as source only. Its copy of SEAL clones optional dependencies from GitHub while it builds;
they are switched off here, so that none is needed (SEAL then neither compresses what it saves nor uses the
GSL's span). Where the requirement names Intel HEXL, as in `Pyfhel==3.5.0+hexl1.2.6`, that one is cloned.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # run by its path, where this project is not installed

from backends import source_wheels
from backends.seal import hexl
from backends.source_wheels import BuildError

OPTIONS_SECTION = "[cpplibraries.SEAL.cmake_opts]"
SWITCHED_OFF = dict.fromkeys(("SEAL_BUILD_DEPS", "SEAL_USE_MSGSL", "SEAL_USE_ZLIB", "SEAL_USE_ZSTD"), "OFF")
#: HEXL is built with SEAL as one of its dependencies.
BUILT_TOGETHER = {"SEAL_BUILD_DEPS": "ON"}
#: HEXL clones cpu_features, which asks for an older CMake than the newest one is compatible with.
VARIABLES = {"CMAKE_POLICY_VERSION_MINIMUM": "3.5"}


def build(requirement: str, folder: Path) -> Path:
    """The wheel of `requirement`, built into `folder`.

    Raises:
        BuildError: no source, or a failed build.
    """
    public, with_hexl = hexl.without_label(requirement)

    def change(source: Path) -> None:
        options = SWITCHED_OFF
        if with_hexl:
            options = {**options, **BUILT_TOGETHER, **hexl.cmake_options(source / "hexl" / "source")}
        _set_options(source / "pyproject.toml", options)

    return source_wheels.build(public, folder, change, variables=VARIABLES if with_hexl else None)


def _set_options(project: Path, options: Mapping[str, str]) -> None:
    """Set options in the section of SEAL's CMake options, in place of what it says of them."""
    text = project.read_text(encoding="utf-8")
    before, section, after = text.partition(OPTIONS_SECTION)
    if not section:
        raise BuildError(
            f"Pyfhel's pyproject.toml has no {OPTIONS_SECTION}; require the version this was made for"
        )
    for option in options:
        after = re.sub(rf"^\s*{option}\s*=.*$", "", after, count=1, flags=re.MULTILINE)
    lines = "".join(f"\n    {option} = '{value}'" for option, value in options.items())
    project.write_text(before + section + lines + after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(source_wheels.main(__file__, build))
