"""What a command will write, made sure of before its work begins."""

from __future__ import annotations

import os
from pathlib import Path

from bench.errors import UserError


def prepare(path: Path | None, option: str = "--output") -> None:
    """Make the folder of a file, so that nothing is worked for that cannot be written.

    Args:
        path: of the file; where it is None, none was asked for.
        option: by which it was asked for.

    Raises:
        UserError: the folder cannot be made, or it or the file not be written to.
    """
    if path is None:
        return
    folder = path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be made ({error.strerror}); choose another {option}") from error
    writable = os.access(path, os.W_OK) if path.exists() else os.access(folder, os.W_OK | os.X_OK)
    if not writable:
        raise UserError(f"{path} cannot be written to; choose another {option}")
