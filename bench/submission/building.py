"""Builds a submission's executables: small scripts that name an interpreter, a stage and the folder."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from backends.registry import get
from bench.environments.ensure import ensure
from bench.environments.steps import Report
from bench.errors import UserError
from bench.parties.errors import MessageError
from bench.submission import contents, stage
from bench.submission.contents import About, StageError

#: Where the harness looks for executables.
BUILD = "build"
#: The stages in which nothing is encrypted; this project's own interpreter runs them.
_PLAIN = ("client_preprocess_input", "client_postprocess")


def build(folder: Path, report: Report) -> list[Path]:
    """Make the library's environment and write an executable for each stage.

    Args:
        folder: what `bench submission` wrote.
        report: told every step of making the environment.

    Returns:
        The executables.

    Raises:
        UserError: the folder holds no submission, or the environment cannot be made.
    """
    try:
        about = contents.read(folder / contents.ABOUT, About)
    except (StageError, MessageError):
        raise UserError(
            f"{folder} holds no submission; write one with `bench submission` and lay it there"
        ) from None
    python = ensure(get(about.backend), report).python
    built = folder / BUILD
    built.mkdir(exist_ok=True)
    executables = []
    for name in stage.WORK:
        executable = built / name
        interpreter = Path(sys.executable) if name in _PLAIN else python
        words = [str(interpreter), "-I", stage.__file__, name, str(folder.resolve())]
        executable.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
        executable.chmod(0o755)
        executables.append(executable)
    return executables
