"""Wheels built from a source distribution that is changed first: what each `build_wheel.py` has in common.

Only the standard library is needed: it runs before the environment has anything else. The wheel is for the
interpreter that runs this, whose pip and package index are used. Keeping the wheel, and asking for a compiler
first, are up to `bench.environments.wheels`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class BuildError(Exception):
    """The wheel cannot be built; the text says why and what to do."""


def build(
    requirement: str,
    folder: Path,
    change: Callable[[Path], None],
    options: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> Path:
    """The wheel of `requirement`, built into `folder`.

    Args:
        requirement: a source distribution, pinned.
        folder: where the wheel goes.
        change: changes the unpacked source, whose folder it is given.
        options: of `pip wheel`.
        variables: of its environment, beside this process's own.

    Raises:
        BuildError: no source, one of another shape, or a failed build.
    """
    with tempfile.TemporaryDirectory() as scratch:
        source = unpack(_download(requirement, Path(scratch) / "sdist"), Path(scratch) / "source")
        change(source)
        return _wheel(source, folder, options, variables)


def build_project(project: Path, folder: Path) -> Path:
    """The wheel of a project's folder, which stays as it is, built into `folder`.

    Raises:
        BuildError: a failed build, or one of another shape.
    """
    with tempfile.TemporaryDirectory() as scratch:
        return _wheel(shutil.copytree(project, Path(scratch) / "source"), folder)


def replaced(text: str, old: str, new: str, file: str) -> str:
    """A text with `old`, which it must hold, replaced by `new`.

    Raises:
        BuildError: it does not hold it.
    """
    if old not in text:
        raise BuildError(f"{file} has no {old!r}; require the version that this was made for")
    return text.replace(old, new)


def unpack(archive: Path, folder: Path) -> Path:
    """The one top folder of the archive; the `data` filter refuses paths and links that lead out of it."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return _only(folder, "*")


def clone(address: str, commit: str, folder: Path) -> None:
    """Put the files of one commit of a public repository into `folder`, which is made.

    Raises:
        BuildError: git is missing or the commit cannot be had.
    """
    if shutil.which("git") is None:
        raise BuildError(f"{address} is cloned by git, which is not on PATH; install git")
    folder.mkdir(parents=True)
    steps = (["init"], ["fetch", "--depth", "1", address, commit], ["checkout", "FETCH_HEAD"])
    for arguments in steps:
        command = ["git", "-C", str(folder), *arguments, "--quiet"]
        if subprocess.run(command, env=os.environ | {"GIT_TERMINAL_PROMPT": "0"}, check=False).returncode:
            raise BuildError(
                f"git could not get commit {commit} of {address}; where GitHub cannot be reached, "
                "`git config --global url.MIRROR.insteadOf https://github.com/` names a mirror of it"
            )


def main(script: str, make: Callable[[str, Path], Path]) -> int:
    """The command `python SCRIPT REQUIREMENT WHEEL_FOLDER`; the answer is its exit status."""
    if len(sys.argv) != 3:
        sys.stderr.write(f"usage: python {Path(script).name} REQUIREMENT WHEEL_FOLDER\n")
        return 2
    try:
        wheel = make(sys.argv[1], Path(sys.argv[2]))
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{wheel}\n")
    return 0


def _download(requirement: str, folder: Path) -> Path:
    """The source archive. pip prepares its metadata, which needs the build's tools but compiles nothing.

    Which interpreters a source asks for is not looked at: it may be changed.
    """
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    only_source = ("--no-deps", "--ignore-requires-python", "--no-binary", name)
    _pip(["download", *only_source, "--dest", str(folder), requirement])
    return _only(folder, "*.tar.gz")


def _wheel(
    source: Path, folder: Path, options: Sequence[str] = (), variables: Mapping[str, str] | None = None
) -> Path:
    built = source.with_name("wheel")
    _pip(["wheel", "--no-deps", *options, "--wheel-dir", str(built), str(source)], variables)
    wheel = _only(built, "*.whl")
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(wheel, folder / wheel.name))


def _only(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise BuildError(
            f"{len(found)} files match {pattern} where one was expected; try another version of the library"
        )
    return found[0]


def _pip(arguments: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
    """Run pip, its output passed on, so that whoever waits sees the build go on."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, env=os.environ | dict(variables or {}), check=False).returncode:
        raise BuildError(f"`pip {arguments[0]}` failed; mend what the lines above name and try again")
