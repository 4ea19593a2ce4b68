"""Builds OpenFHE with Intel HEXL: `python build_wheel.py REQUIREMENT WHEEL_FOLDER`.

OpenFHE's own wheels are for any x86-64 processor. This one is for the processor that is here, and HEXL does
its number-theoretic transforms and products. All sources are cloned from GitHub, at the commits that
`CMakeLists.txt` names; OpenFHE's version is the newest that HEXL fits. It takes ten minutes on two cores.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[3])
)  # run by its path, where this project is not installed

from backends import source_wheels
from backends.source_wheels import BuildError

PROJECT = Path(__file__).resolve().parent


def build(requirement: str, folder: Path) -> Path:
    """The wheel of the project beside this file, built into `folder`.

    Raises:
        BuildError: git is missing, the version is another one, or the build failed, as without GitHub.
    """
    if shutil.which("git") is None:
        raise BuildError("OpenFHE's sources are cloned by git, which is not on PATH; install git")
    version = requirement.partition("==")[2]
    if f'version = "{version}"' not in (PROJECT / "pyproject.toml").read_text(encoding="utf-8"):
        raise BuildError(
            f"{PROJECT} does not build {requirement}; require the version that its pyproject.toml names"
        )
    return source_wheels.build_project(PROJECT, folder)


if __name__ == "__main__":
    sys.exit(source_wheels.main(__file__, build))
