"""Finds a backend's environment: this interpreter where it has the library, else one in the user's cache."""

from __future__ import annotations

import json
import logging
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock, Timeout

from backends.registry import Descriptor
from bench.environments.commands import CommandError, run_logged
from bench.environments.declaration import DEFAULT_BUILD, Alternative, Declaration, load
from bench.environments.install import install, log_file
from bench.environments.interpreters import cache_folder, choose
from bench.environments.probe import probe
from bench.environments.steps import Report, Step
from bench.errors import UserError

logger = logging.getLogger(__name__)

#: Written last, so that a folder without it is known to be half-made.
COMPLETE = "environment.json"
#: How the library in it was built, kept once it has been read.
BUILT_WITH = "built_with.json"


@dataclass(frozen=True)
class Environment:
    """Where a backend's parties run.

    Attributes:
        backend: the backend's name.
        python: the interpreter.
        versions: those of Python and of the library's distributions.
        made: whether the harness made it, rather than found the library in this interpreter.
        build: which build of the library it holds.
        binaries: the library's, as far as they are known.
    """

    backend: str
    python: Path
    versions: dict[str, str]
    made: bool
    build: str = DEFAULT_BUILD
    binaries: tuple[Path, ...] = field(default=(), compare=False)

    def built_with(self) -> dict[str, str]:
        """How the library was built, as its binaries say; empty where it has none.

        What they say of an environment that the harness made is kept beside it: it does not change.
        """
        kept = self.python.parents[1] / BUILT_WITH
        if self.made and kept.is_file():
            with suppress(ValueError):  # a run that was ended while it wrote
                known: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
                return known
        from bench.environments.binaries import facts  # which takes a disassembler to import

        said = facts(self.binaries)
        if said:
            said = {"kind": self.build, **said}
        if self.made:
            with suppress(OSError):
                kept.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
        return said


def ensure(descriptor: Descriptor, report: Report, build: str = DEFAULT_BUILD) -> Environment:
    """The environment of a backend, made now where there is none.

    Two processes that ask at once make it once. An interruption or a failure leaves nothing half-made.

    Args:
        descriptor: the backend.
        report: told every step of the making.
        build: which build of the library.

    Raises:
        UserError: it cannot be made; one sentence says why and what to install.
    """
    present = find(descriptor, build)
    if present is not None:
        logger.debug("%s: %s has it: %s", descriptor.name, present.python, present.versions)
        return present
    assert descriptor.environment is not None
    declaration = load(descriptor.environment, descriptor.name).of(build)
    report(Step(declaration.name, "interpreter", "looking for one that fits"))
    alternative, interpreter = choose(declaration)
    report(Step(declaration.name, "interpreter", f"Python {alternative.python}: {interpreter}"))
    folder = environment_folder(declaration, alternative)
    with _lock(declaration, folder, report):
        made = _made(declaration, alternative) or _make(declaration, alternative, interpreter, folder, report)
        return replace(made, build=build)


def check_build(descriptors: Iterable[Descriptor], build: str) -> None:
    """See that a build is one of at least one of these backends.

    Raises:
        UserError: none of them has it; the sentence says which each has.
    """
    if build == DEFAULT_BUILD:
        return
    refusals = []
    for descriptor in descriptors:
        if descriptor.environment is None:
            refusals.append(f"{descriptor.name} has no library to build; leave out --build")
            continue
        try:
            load(descriptor.environment, descriptor.name).of(build)
        except UserError as error:
            refusals.append(str(error))
        else:
            return
    raise UserError("; ".join(refusals))


def find(descriptor: Descriptor, build: str = DEFAULT_BUILD) -> Environment | None:
    """The environment of a backend where it exists already and works, else None.

    A library that is installed in this interpreter is the usual build.

    Raises:
        UserError: the backend's declaration is wrong.
    """
    here = Path(sys.executable)
    if descriptor.environment is None:
        return Environment(descriptor.name, here, probe(here, ["numpy"]).versions, made=False)
    declaration = load(descriptor.environment, descriptor.name).of(build)
    # A wheel may be installed here and yet not load, so both questions are asked; the first costs nothing.
    if build == DEFAULT_BUILD and find_spec(declaration.imports) is not None:
        answer = probe(here, [declaration.imports])
        if answer.failure is not None:
            logger.debug("%s: installed for %s and does not load: %s", descriptor.name, here, answer.failure)
        else:
            return Environment(descriptor.name, here, answer.versions, made=False, binaries=answer.binaries)
    for alternative in declaration.alternatives:
        made = _made(declaration, alternative)
        if made is not None:
            return replace(made, build=build)
    return None


def environment_folder(declaration: Declaration, alternative: Alternative) -> Path:
    """Where the harness keeps the environment that a declaration describes."""
    folder = f"{declaration.name}-{declaration.digest}-python{alternative.python}"
    return cache_folder() / "environments" / folder


def _made(declaration: Declaration, alternative: Alternative) -> Environment | None:
    """A complete environment that still works: its interpreter may have been removed since."""
    folder = environment_folder(declaration, alternative)
    if not (folder / COMPLETE).is_file():
        return None
    python = _python(folder)
    answer = probe(python, [declaration.imports])
    if answer.failure:
        return None
    return Environment(declaration.name, python, answer.versions, made=True, binaries=answer.binaries)


def _make(
    declaration: Declaration, alternative: Alternative, interpreter: Path, folder: Path, report: Report
) -> Environment:
    """Make an environment in its final place: a virtual environment that is moved has scripts that fail."""
    started = time.monotonic()
    log = log_file(declaration)
    log.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        report(Step(declaration.name, "virtual environment", str(folder)))
        create = [sys.executable, "-m", "virtualenv", "--quiet", "--python", str(interpreter)]
        run_logged(
            [*create, str(folder)],
            log,
            lambda line: report(Step(declaration.name, "virtual environment", line)),
        )
        answer = install(declaration, alternative, _python(folder), report)
        content = {
            "backend": declaration.name,
            "versions": answer.versions,
            "made_in_s": time.monotonic() - started,
        }
        (folder / COMPLETE).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, CommandError):
            raise UserError(
                f"{declaration.name}: no virtual environment could be made with {interpreter} ({error}); "
                f"{log} has the whole output"
            ) from error
        if isinstance(error, OSError):
            raise UserError(
                f"{declaration.name}: the environment could not be written to {folder} ({error.strerror}); "
                "free some disk or set BENCH_CACHE to another folder"
            ) from error
        raise
    return Environment(
        declaration.name, _python(folder), answer.versions, made=True, binaries=answer.binaries
    )


@contextmanager
def _lock(declaration: Declaration, folder: Path, report: Report) -> Iterator[None]:
    """Hold an environment's lock, saying so where another process holds it."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{folder.parent} cannot be made ({error.strerror}); set BENCH_CACHE to a folder of your own"
        ) from error
    lock = FileLock(folder.with_name(folder.name + ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report(Step(declaration.name, "waiting", "another process is making this environment"))
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"
