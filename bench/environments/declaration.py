"""A backend's `environment.yaml`: interpreter and requirements, declared once for tox and the harness.

    imports: openfhe              the module whose import proves that the environment works
    alternatives:                 the first that fits the machine is taken
      - python: "3.10"
        glibc: "2.35"             optional: the oldest glibc that the wheels accept
        requirements: [...]       optional: as pip takes them
    build:                        optional: a wheel that has to be built first
      script: build_wheel.py      beside this file, run as `python script REQUIREMENT WHEEL_FOLDER`
      requirement: Pyfhel==3.5.0
      compilers: [c++, g++]       optional: one of these must be on PATH

This module needs PyYAML and the standard library alone, because tox's plugin imports it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import backends
from bench.errors import UserError
from models.names import did_you_mean

#: The build of a library that is taken where no other is asked for.
DEFAULT_BUILD = "default"

#: What every party's environment holds beside its library.
PARTY_REQUIREMENTS = Path(backends.__file__).with_name("party_requirements.txt")


@dataclass(frozen=True)
class Alternative:
    """One interpreter with the requirements that work on it.

    Attributes:
        python: its version, such as `3.10`.
        requirements: what pip installs beside the parties' requirements.
        glibc: the oldest glibc that it works with, or None where any will do.
    """

    python: str
    requirements: tuple[str, ...] = ()
    glibc: str | None = None


@dataclass(frozen=True)
class Build:
    """A wheel that is built on this machine.

    Attributes:
        script: run as `python script REQUIREMENT WHEEL_FOLDER`, with the standard library alone.
        requirement: the source distribution, pinned.
        compilers: one of them must be found on PATH; empty where none is needed.
    """

    script: Path
    requirement: str
    compilers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """What a backend needs to run.

    Attributes:
        name: the backend's name in messages and folders.
        path: the file it was read from.
        imports: the module whose import proves that an environment works.
        alternatives: at least one, best first.
        build: None where pip finds everything.
    """

    name: str
    path: Path
    imports: str
    alternatives: tuple[Alternative, ...]
    build: Build | None = None

    @property
    def digest(self) -> str:
        """Names everything that decides what an environment holds: this file, the build and the parties'."""
        files = [self.path, PARTY_REQUIREMENTS] + ([self.build.script] if self.build else [])
        digest = hashlib.sha256()
        for file in files:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()[:12]


def load(path: Path, name: str | None = None) -> Declaration:
    """Read and validate a declaration.

    Args:
        path: an `environment.yaml`.
        name: the backend's name; its folder's where None.

    Raises:
        UserError: the file is absent or breaks the format above; the text names file, key and remedy.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); reinstall the backend") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: is not YAML ({' '.join(str(error).split())}); correct it") from error
    table = _table(path, "the file", content, required=("imports", "alternatives"), optional=("build",))
    if not isinstance(table["alternatives"], list) or not table["alternatives"]:
        raise UserError(f"{path}: alternatives is not a list of interpreters; write at least one")
    return Declaration(
        name=name or path.parent.name,
        path=path,
        imports=_text(path, "imports", table["imports"]),
        alternatives=tuple(_alternative(path, entry) for entry in table["alternatives"]),
        build=_build(path, table["build"]) if "build" in table else None,
    )


def _alternative(path: Path, entry: object) -> Alternative:
    table = _table(path, "an alternative", entry, required=("python",), optional=("requirements", "glibc"))
    return Alternative(
        python=_text(path, "python", table["python"]),
        requirements=_texts(path, "requirements", table.get("requirements", [])),
        glibc=_text(path, "glibc", table["glibc"]) if "glibc" in table else None,
    )


def _build(path: Path, entry: object) -> Build:
    table = _table(path, "build", entry, required=("script", "requirement"), optional=("compilers",))
    script = path.with_name(_text(path, "script", table["script"]))
    if not script.is_file():
        raise UserError(f"{path}: there is no script {script.name} beside it; add it or correct the name")
    return Build(
        script=script,
        requirement=_text(path, "requirement", table["requirement"]),
        compilers=_texts(path, "compilers", table.get("compilers", [])),
    )


def _table(
    path: Path, where: str, entry: object, *, required: Sequence[str], optional: Sequence[str]
) -> Mapping[str, Any]:
    known = [*required, *optional]
    if not isinstance(entry, dict):
        raise UserError(f"{path}: {where} must be a table with the keys {', '.join(known)}")
    for key in entry:
        if key not in known:
            raise UserError(f"{path}: {where} has no key {key!r}{did_you_mean(str(key), known)}")
    for key in required:
        if key not in entry:
            raise UserError(f"{path}: {where} lacks the key {key!r}; add it")
    return entry


def _text(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise UserError(f"{path}: {key} is {value!r}; write it as text in quotes")
    return value


def _texts(path: Path, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UserError(f"{path}: {key} is {value!r}; write it as a list")
    return tuple(_text(path, key, item) for item in value)
