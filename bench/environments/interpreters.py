"""What this machine offers to an environment: interpreters, glibc, programs, and the user's cache."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bench.environments.declaration import Alternative, Declaration
from bench.errors import UserError
from models.user_folders import user_folder


def cache_folder() -> Path:
    """Where environments, wheels and logs are kept: `BENCH_CACHE`, else the user's cache."""
    return user_folder("cache", "BENCH_CACHE")


def choose(declaration: Declaration) -> tuple[Alternative, Path]:
    """The first alternative that fits this machine, and its interpreter.

    Raises:
        UserError: none fits; the text says what each one lacks and how to get it.
    """
    lacking = []
    for alternative in declaration.alternatives:
        lacks = lacks_glibc(alternative)
        interpreter = None if lacks else find_interpreter(alternative.python)
        if interpreter is not None:
            return alternative, interpreter
        lacking.append(lacks or f"Python {alternative.python} was not found on PATH or under pyenv")
    fitting = [alternative for alternative in declaration.alternatives if not lacks_glibc(alternative)]
    remedy = (
        f"install it, for example with `pyenv install {fitting[0].python}`"
        if fitting
        else "use a newer Linux, such as Ubuntu 22.04 or Debian 12"
    )
    raise UserError(f"{declaration.name} cannot be installed here: {'; '.join(lacking)}; {remedy}")


def lacks_glibc(alternative: Alternative) -> str | None:
    """Why this machine's glibc does not do, or None where it does."""
    if alternative.glibc is None:
        return None
    here = glibc_version()
    if here is not None and _numbers(here) >= _numbers(alternative.glibc):
        return None
    return (
        f"Python {alternative.python} needs glibc {alternative.glibc} and this machine has {here or 'none'}"
    )


def glibc_version() -> str | None:
    """The C library's version, such as `2.36`, or None where it is another one."""
    if "CS_GNU_LIBC_VERSION" not in os.confstr_names:
        return None
    name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    return version if name == "glibc" else None


def find_interpreter(version: str) -> Path | None:
    """An interpreter of a version, looked for as virtualenv does and among pyenv's.

    pyenv's `python3.10` answers only where a `.python-version` selects it; its versions' folders always do.
    """
    # virtualenv takes a tenth of a second to import, which the commands that make nothing need not spend.
    from virtualenv import session_via_cli

    first = [argument for path in pyenv_interpreters(version) for argument in ("--try-first-with", str(path))]
    try:
        session = session_via_cli(["--python", version, *first, "unused"], setup_logging=False)
    except RuntimeError:
        return None
    found = session.interpreter.system_executable or session.interpreter.executable
    return Path(found) if found else None


def pyenv_interpreters(version: str) -> list[Path]:
    """The interpreters of a version that pyenv has installed, newest first."""
    try:
        root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    except RuntimeError:  # the system knows no home of this user
        return []
    folders = [folder for folder in root.glob(f"versions/{version}*") if (folder / "bin" / "python").exists()]
    return [folder / "bin" / "python" for folder in sorted(folders, key=_by_version, reverse=True)]


def missing_compiler(declaration: Declaration) -> str | None:
    """What a build lacks on PATH and how to get it, or None where nothing is lacking."""
    compilers = declaration.build.compilers if declaration.build else ()
    if not compilers or any(shutil.which(compiler) for compiler in compilers):
        return None
    return (
        f"{declaration.name} is built on this machine and none of {', '.join(compilers)} is on PATH; install "
        "a C++ compiler, for example with `apt-get install g++`"
    )


def _by_version(folder: Path) -> tuple[int, ...]:
    return _numbers(folder.name)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
