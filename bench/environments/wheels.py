"""Wheels that no index has: built once by the backend's own script, and kept in the user's cache."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from filelock import FileLock

from bench.environments.commands import CommandError, clean_environment, run_logged
from bench.environments.declaration import Alternative, Declaration
from bench.environments.interpreters import cache_folder, missing_compiler
from bench.environments.steps import Report, Step
from bench.errors import UserError

# A wheel fits one kind of interpreter on one kind of machine.
_TAG_SCRIPT = "import sys, sysconfig; print(sys.implementation.cache_tag, sysconfig.get_platform())"


def built_wheel(
    declaration: Declaration, alternative: Alternative, python: Path, log: Path, report: Report
) -> Path | None:
    """The wheel that a declaration builds, from the cache or made now; None where it builds none.

    Args:
        declaration: whose `build` says what to make.
        alternative: what is installed where it is built.
        python: the interpreter that the wheel is for; it needs pip.
        log: where the build's output goes.
        report: told every line of it.

    Raises:
        UserError: a program is missing or the build fails.
    """
    build = declaration.build
    if build is None:
        return None
    folder = _wheel_folder(declaration, alternative, python)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        kept = list(folder.glob("*.whl"))
        if kept:
            report(Step(declaration.name, "build", f"kept from before: {kept[0].name}"))
            return kept[0]
        lacking = missing_compiler(declaration)
        if lacking:
            raise UserError(lacking)
        report(
            Step(
                declaration.name, "build", f"building {build.requirement}, which takes minutes the first time"
            )
        )
        for leftover in folder.parent.glob(f".{folder.name}-*"):  # of a run that was killed outright
            shutil.rmtree(leftover, ignore_errors=True)
        making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            run_logged(
                [str(python), str(build.script), build.requirement, str(making)],
                log,
                lambda line: report(Step(declaration.name, "build", line)),
                {"CFLAGS": build.flags, "CXXFLAGS": build.flags} if build.flags else {},
            )
            made = list(making.glob("*.whl"))
            if len(made) != 1:
                raise CommandError(f"{build.script.name} left {len(made)} wheels where it should leave one")
            making.rename(folder)
        except CommandError as failure:
            raise UserError(
                f"{declaration.name}: {build.requirement} could not be built ({failure}); "
                f"{log} has the whole output"
            ) from failure
        finally:
            shutil.rmtree(making, ignore_errors=True)
        return folder / made[0].name


def _wheel_folder(declaration: Declaration, alternative: Alternative, python: Path) -> Path:
    assert declaration.build is not None
    tag = subprocess.run(
        [str(python), "-c", _TAG_SCRIPT], capture_output=True, text=True, env=clean_environment(), check=True
    ).stdout.strip()
    content = declaration.build.mark + "\n".join((tag, *alternative.requirements)).encode()
    return cache_folder() / "wheels" / f"{declaration.name}-{hashlib.sha256(content).hexdigest()[:12]}"
