"""What each backend has and lacks on this machine, and what to do; installs nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import psutil

from backends.registry import Descriptor, available, get
from bench.environments.declaration import load
from bench.environments.ensure import find
from bench.environments.interpreters import cache_folder, choose, missing_compiler
from bench.errors import UserError
from models.data.files import data_folder
from models.errors import ModelError
from reports.figures import size

#: `ok` is there; `absent` will be made by `bench run`; `missing` needs the user.
State = Literal["ok", "absent", "missing"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: a backend's name, `data`, `memory` or `disk`.
        state: see `State`.
        what: what is there or lacking.
        remedy: what to do, or None where nothing has to be done.
    """

    subject: str
    state: State
    what: str
    remedy: str | None = None


def doctor(names: Sequence[str] = ()) -> list[Finding]:
    """Look at backends, data, memory and disk.

    Args:
        names: backends; all that are registered where empty.

    Raises:
        BackendError: a name is unknown.
    """
    backends = [get(name) for name in names] or list(available().values())
    return [*map(_backend, backends), _data(), _memory(), _disk()]


def _backend(descriptor: Descriptor) -> Finding:
    name = descriptor.name
    try:
        environment = find(descriptor)
        if environment is not None:
            versions = ", ".join(f"{library} {version}" for library, version in environment.versions.items())
            where = environment.python if environment.made else "this interpreter"
            built = "; ".join(map(" ".join, environment.built_with().items()))
            return Finding(name, "ok", f"{versions} in {where}" + (f"; built: {built}" if built else ""))
        assert descriptor.environment is not None  # `find` answers for a backend without one
        declaration = load(descriptor.environment, name)
        alternative, interpreter = choose(declaration)
    except UserError as error:
        return Finding(name, "missing", *_cause_and_remedy(error))
    lacking = missing_compiler(declaration)
    if lacking:
        return Finding(name, "missing", *_cause_and_remedy(UserError(lacking)))
    needs = [
        *alternative.requirements,
        *([f"{declaration.build.requirement} (built here)"] if declaration.build else []),
    ]
    return Finding(
        name,
        "absent",
        f"{', '.join(needs)} can be installed with {interpreter}",
        "nothing: `python -m bench run` makes the environment when it is needed",
    )


def _cause_and_remedy(error: UserError | ModelError) -> tuple[str, str]:
    """The two halves of an error's sentence, which a semicolon parts."""
    cause, _, remedy = str(error).rpartition("; ")
    return cause, remedy


def _data() -> Finding:
    """The folder of which data sets are read, and its files."""
    try:
        folder, named = data_folder(), bool(os.environ.get("BENCH_DATA"))
    except ModelError as error:
        return Finding("data", "missing", *_cause_and_remedy(error))
    where = f"BENCH_DATA is {folder}" if named else f"BENCH_DATA is not set, and your data folder is {folder}"
    if folder.is_dir():
        files = sorted(file.name for file in folder.iterdir() if file.is_file())
        return Finding("data", "ok", f"{where}: {', '.join(files) or 'empty'}")
    if named:
        return Finding("data", "missing", f"{where}, which is not a folder", "make it or unset BENCH_DATA")
    return Finding("data", "ok", f"scikit-learn's digits, installed with it; {where}, which is not there")


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    return Finding(
        "memory",
        "ok",
        f"{size(memory.available)} of {size(memory.total)} available, {os.cpu_count()} cores",
        "compare with what `python -m bench plan SUITE` expects",
    )


def _disk() -> Finding:
    folder = cache_folder()
    standing = next(parent for parent in (folder, *folder.absolute().parents) if parent.is_dir())
    if not os.access(standing, os.W_OK):
        return Finding(
            "disk", "missing", f"{standing} cannot be written", "set BENCH_CACHE to a folder of your own"
        )
    free = size(shutil.disk_usage(standing).free)
    return Finding("disk", "ok", f"{free} free for environments in {folder}")
