"""A backend's `environment.yaml`: interpreter and requirements, declared once for tox and the harness.

    imports: openfhe              the module whose import proves that the environment works
    alternatives:                 the first that fits the machine is taken
      - python: "3.10"
        glibc: "2.35"             optional: the oldest glibc that the wheels accept
        requirements: [...]       optional: as pip takes them
    build:                        optional: a wheel that is built where the requirements are installed
      script: build_wheel.py      beside this file, run as `python script REQUIREMENT WHEEL_FOLDER`
      requirement: Pyfhel==3.5.0
      compilers: [c++, g++]       optional: one of these must be on PATH
    builds:                       optional: other builds, for `bench run --build NAME`
      native:                     what one leaves out is as above
        flags: -march=native      optional: the compiler's
      hexl: {alternatives: [...], script: build_hexl.py, requirement: Pyfhel==3.5.0}
    apart: takes long to build    optional: why `tox -e all-backends` leaves this one out

This module needs PyYAML and the standard library alone, because tox's plugin imports it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import backends
from bench.errors import UserError
from models.documents.document import Document, Location, Plain, place, shown
from models.documents.reading import read
from models.names import did_you_mean
from models.processor import processor

#: The build of a library that is taken where no other is asked for.
DEFAULT_BUILD = "default"

#: What every party's environment holds beside its library.
PARTY_REQUIREMENTS = Path(backends.__file__).with_name("party_requirements.txt")
_FILE_NAME = re.compile(r"[\w.-]{1,100}")
#: What a build says; the first two are needed.
_BUILD = ("script", "requirement", "compilers")
_VERSION = re.compile(r"[1-9]\d{0,2}(\.\d{1,3}){0,2}")


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
        flags: the compiler's; none for most.
    """

    script: Path
    requirement: str
    compilers: tuple[str, ...] = ()
    flags: str = ""

    @property
    def mark(self) -> bytes:
        """Tells builds of one script apart; flags may mean another thing on another processor."""
        return f"\n{self.flags}\n{processor()}".encode() if self.flags else b""


@dataclass(frozen=True)
class Declaration:
    """What a backend needs to run.

    Attributes:
        name: the backend's name in messages and folders.
        path: the file it was read from.
        imports: the module whose import proves that an environment works.
        alternatives: at least one, best first.
        build: None where pip finds everything.
        apart: why it is tested apart from the other backends, where it is.
        builds: other builds of the library than the usual one, name → what it needs; a build has none itself.
    """

    name: str
    path: Path
    imports: str
    alternatives: tuple[Alternative, ...]
    build: Build | None = None
    apart: str | None = None
    builds: Mapping[str, Declaration] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Names everything that decides what an environment holds: this file, the build and the parties'."""
        files = [self.path, PARTY_REQUIREMENTS] + ([self.build.script] if self.build else [])
        digest = hashlib.sha256()
        for file in files:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        digest.update(self.build.mark if self.build else b"")
        return digest.hexdigest()[:12]

    def of(self, build: str) -> Declaration:
        """The declaration for one of the library's builds.

        Raises:
            UserError: there is no such build.
        """
        if build == DEFAULT_BUILD:
            return self
        if build not in self.builds:
            known = ", ".join((DEFAULT_BUILD, *self.builds))
            raise UserError(f"{self.name} has no build {build!r}; it has {known}")
        return self.builds[build]


def load(path: Path, name: str | None = None) -> Declaration:
    """Read and validate a declaration.

    Args:
        path: an `environment.yaml`.
        name: the backend's name; its folder's where None.

    Raises:
        UserError: the file is absent or breaks the format above; the text names file, key and remedy.
    """
    document = read(path, UserError)
    optional = ("build", "builds", "apart")
    table = _table(document, (), document.content, required=("imports", "alternatives"), optional=optional)
    usual = Declaration(
        name=name or path.parent.name,
        path=path,
        imports=_module(document, ("imports",), table["imports"]),
        alternatives=_alternatives(document, (), table),
        build=_build(document, ("build",), table["build"]) if "build" in table else None,
        apart=_text(document, ("apart",), table["apart"]) if "apart" in table else None,
    )
    return replace(usual, builds=_builds(document, usual, table))


def _alternatives(
    document: Document, location: Location, table: Mapping[str, Plain]
) -> tuple[Alternative, ...]:
    entries = table["alternatives"]
    if not isinstance(entries, list) or not entries:
        sentence = "alternatives is not a list of interpreters; write at least one"
        document.fail((*location, "alternatives"), sentence)
    return tuple(
        _alternative(document, (*location, "alternatives", index), entry)
        for index, entry in enumerate(entries)
    )


def _alternative(document: Document, location: Location, entry: Plain) -> Alternative:
    table = _table(document, location, entry, required=("python",), optional=("requirements", "glibc"))
    python = _text(document, (*location, "python"), table["python"])
    glibc = _text(document, (*location, "glibc"), table["glibc"]) if "glibc" in table else None
    for key, version in (("python", python), ("glibc", glibc)):
        if version is not None and not _VERSION.fullmatch(version):
            document.fail((*location, key), f'{key} is {shown(version)}; write a version such as "3.11"')
    requirements = _texts(document, (*location, "requirements"), table.get("requirements", []))
    return Alternative(python=python, requirements=requirements, glibc=glibc)


def _build(document: Document, location: Location, entry: Plain) -> Build:
    return _checked_build(
        document, location, _table(document, location, entry, required=_BUILD[:2], optional=_BUILD[2:])
    )


def _builds(document: Document, usual: Declaration, table: Mapping[str, Plain]) -> Mapping[str, Declaration]:
    """The other builds: what each leaves out is as in the usual one."""
    entries = table.get("builds", {})
    if not isinstance(entries, dict):
        document.fail(("builds",), "builds must be a table of names and what differs in each")
    return {name: _other(document, ("builds", name), usual, table, entry) for name, entry in entries.items()}


def _other(
    document: Document, location: Location, usual: Declaration, table: Mapping[str, Plain], entry: Plain
) -> Declaration:
    optional = ("alternatives", "flags", *_BUILD)
    own = _table(document, location, entry, required=(), optional=optional)
    build = table.get("build", {})
    assert isinstance(build, dict)  # `_build` has read it
    said = {**build, **{key: value for key, value in own.items() if key != "alternatives"}}
    for key in _BUILD[:2]:
        if key not in said:
            document.fail(location, f"{place(location)} lacks the key {key!r}, and so does build; add it")
    return replace(
        usual,
        alternatives=_alternatives(document, location, own) if "alternatives" in own else usual.alternatives,
        build=_checked_build(document, location, said),
    )


def _checked_build(document: Document, location: Location, table: Mapping[str, Plain]) -> Build:
    script = _text(document, (*location, "script"), table["script"])
    if not _FILE_NAME.fullmatch(script) or not document.path.with_name(script).is_file():
        sentence = f"there is no script {shown(script)[1:-1]} beside the file; add it or correct the name"
        document.fail((*location, "script"), sentence)
    return Build(
        script=document.path.with_name(script),
        requirement=_text(document, (*location, "requirement"), table["requirement"]),
        compilers=_texts(document, (*location, "compilers"), table.get("compilers", [])),
        flags=_text(document, (*location, "flags"), table["flags"]) if "flags" in table else "",
    )


def _module(document: Document, location: Location, value: Plain) -> str:
    text = _text(document, location, value)
    if not all(part.isidentifier() for part in text.split(".")):
        document.fail(location, f"{place(location)} is {shown(text)}; write the name of a module")
    return text


def _table(
    document: Document,
    location: Location,
    entry: object,
    *,
    required: Sequence[str],
    optional: Sequence[str],
) -> Mapping[str, Plain]:
    known = [*required, *optional]
    if not isinstance(entry, dict):
        document.fail(location, f"{place(location)} must be a table with the keys {', '.join(known)}")
    for key in entry:
        if key not in known:
            sentence = f"{place(location)} has no key {shown(key)}{did_you_mean(key, known)}"
            document.fail((*location, key), sentence)
    for key in required:
        if key not in entry:
            document.fail(location, f"{place(location)} lacks the key {key!r}; add it")
    return entry


def _text(document: Document, location: Location, value: Plain) -> str:
    if not isinstance(value, str) or not value:
        document.fail(location, f"{place(location)} is {shown(value)}; write it as text in quotes")
    return value


def _texts(document: Document, location: Location, value: Plain) -> tuple[str, ...]:
    if not isinstance(value, list):
        document.fail(location, f"{place(location)} is {shown(value)}; write it as a list")
    return tuple(_text(document, (*location, index), item) for index, item in enumerate(value))
