"""Builds Pyfhel's wheel where GitHub is out of reach: `python build_wheel.py REQUIREMENT WHEEL_FOLDER`.

Pyfhel is published as source only. Its copy of SEAL clones three optional dependencies while it builds; they
are switched off here (SEAL then neither compresses what it saves nor uses the GSL's span). The wheel is for
the interpreter that runs this, whose pip and package index are used. Only the standard library is needed:
this runs before the environment has anything else. Keeping the wheel, and asking for a compiler first, are up
to `bench.environments.wheels`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

OPTIONS_SECTION = "[cpplibraries.SEAL.cmake_opts]"
SWITCHED_OFF = ("SEAL_BUILD_DEPS", "SEAL_USE_MSGSL", "SEAL_USE_ZLIB", "SEAL_USE_ZSTD")


class BuildError(Exception):
    """The wheel cannot be built; the text says why and what to do."""


def build(requirement: str, folder: Path) -> Path:
    """The wheel of `requirement`, built into `folder`.

    Raises:
        BuildError: no source, or a failed build.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        source = _unpack(_download(requirement, Path(scratch) / "sdist"), Path(scratch) / "source")
        _switch_off(source / "pyproject.toml")
        built = Path(scratch) / "wheel"
        _pip("wheel", "--no-deps", "--wheel-dir", str(built), str(source))
        wheel = _only(built, "*.whl")
        return Path(shutil.copyfile(wheel, folder / wheel.name))


def _download(requirement: str, folder: Path) -> Path:
    """The source archive. pip prepares its metadata, which needs the build's tools but compiles nothing."""
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    _pip("download", "--no-deps", "--no-binary", name, "--dest", str(folder), requirement)
    return _only(folder, "*.tar.gz")


def _unpack(archive: Path, folder: Path) -> Path:
    """The one top folder of the archive; the `data` filter refuses paths and links that lead out of it."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return _only(folder, "*")


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


def _only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise BuildError(
            f"{len(found)} files match {pattern} where one was expected; try another Pyfhel version"
        )
    return found[0]


def _pip(*arguments: str) -> None:
    """Run pip, its output passed on, so that whoever waits sees the build go on."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, check=False).returncode:
        raise BuildError(f"`pip {arguments[0]}` failed; mend what the lines above name and try again")


def main() -> int:
    """The command."""
    if len(sys.argv) != 3:
        sys.stderr.write(f"usage: python {Path(__file__).name} REQUIREMENT WHEEL_FOLDER\n")
        return 2
    try:
        wheel = build(sys.argv[1], Path(sys.argv[2]))
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{wheel}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
