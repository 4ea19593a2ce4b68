"""Puts what a backend declares into an interpreter, the same way for the harness and for tox."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bench.environments.commands import CommandError, run_logged
from bench.environments.declaration import PARTY_REQUIREMENTS, Alternative, Declaration
from bench.environments.interpreters import cache_folder, lacks_glibc
from bench.environments.probe import Probe, probe
from bench.environments.steps import Report, Step
from bench.environments.wheels import built_wheel
from bench.errors import UserError


def log_file(declaration: Declaration) -> Path:
    """Where the tools' output goes; it outlives a failure."""
    return cache_folder() / "logs" / f"{declaration.name}-{declaration.digest}.log"


def install(declaration: Declaration, alternative: Alternative, python: Path, report: Report) -> Probe:
    """Install a backend's and the parties' requirements with an interpreter's own pip, and try the import.

    Args:
        declaration: what the backend needs.
        alternative: the one that the interpreter was chosen for.
        python: an interpreter of a virtual environment.
        report: told every step.

    Returns:
        What the interpreter answers afterwards.

    Raises:
        UserError: the build, pip or the import failed; the text says which, why and where the log is.
    """
    parties = ("--requirement", str(PARTY_REQUIREMENTS))
    _pip_install(declaration, alternative.requirements, python, report, parties)
    wheel = built_wheel(declaration, alternative, python, log_file(declaration), report)
    if wheel is not None:
        _pip_install(declaration, (str(wheel),), python, report)
    report(Step(declaration.name, "probe", f"importing {declaration.imports}"))
    answer = probe(python, [declaration.imports])
    if answer.failure:
        raise UserError(
            f"{declaration.name}: installed, but {declaration.imports} does not import ({answer.failure}); "
            f"correct the pins in {declaration.path} for this machine"
        )
    return answer


def install_here(declaration: Declaration, report: Report) -> dict[str, str]:
    """Install into this process's own interpreter, as tox does in the environments that it makes.

    Raises:
        UserError: nothing is declared for this interpreter's version, or the installation failed.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for alternative in declaration.alternatives:
        if alternative.python == version and not lacks_glibc(alternative):
            return install(declaration, alternative, Path(sys.executable), report).versions
    versions = ", ".join(alternative.python for alternative in declaration.alternatives)
    raise UserError(
        f"{declaration.name} declares Python {versions}, not {version} on this machine; use one of them"
    )


def _pip_install(
    declaration: Declaration,
    requirements: Sequence[str],
    python: Path,
    report: Report,
    more: Sequence[str] = (),
) -> None:
    """Install requirements with an interpreter's own pip, and what `more` of its options name.

    Raises:
        UserError: pip failed.
    """
    log, what = log_file(declaration), " ".join(requirements) or "what parties need"
    quiet = ("--no-input", "--disable-pip-version-check", "--progress-bar=off")
    report(Step(declaration.name, "install", what))
    try:
        run_logged(
            [str(python), "-m", "pip", "install", *quiet, *more, *requirements],
            log,
            lambda line: report(Step(declaration.name, "install", line)),
        )
    except CommandError as failure:
        full = "No space left" in str(failure)
        remedy = (
            "free some disk or set BENCH_CACHE to another folder" if full else "check pip's package index"
        )
        raise UserError(
            f"{declaration.name}: pip could not install {what} ({failure}); {remedy}, "
            f"{log} has the whole output"
        ) from failure
