"""Folders that the system keeps for a user, where no variable of this project names another."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import platformdirs

from models.errors import ModelError

_NAME = "polynomial-transformer-bench"
#: What lies in a folder → where the system has it.
_FOLDERS: Mapping[str, Callable[[str], Path]] = {
    "cache": platformdirs.user_cache_path,
    "data": platformdirs.user_data_path,
    "state": platformdirs.user_state_path,
}


def user_folder(kind: str, variable: str | None = None) -> Path:
    """The folder that a variable names, else that of the user.

    Args:
        kind: `cache`, `data` or `state`.
        variable: of the environment; None where the user's folder alone serves.

    Raises:
        ModelError: the user has none, as one that the system does not know.
    """
    named = variable and os.environ.get(variable)
    try:
        return Path(named) if named else _FOLDERS[kind](_NAME)
    except RuntimeError as error:
        names = f"{variable} or HOME" if variable else "HOME"
        raise ModelError(f"the system knows no home of this user, for {kind}; set {names}") from error
