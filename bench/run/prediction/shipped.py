"""Files of figures that a backend ships with its folder, held to what their commands write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from backends.errors import BackendError
from models import regular_files
from reports.plain import read_json, unfit

Figures = TypeVar("Figures")


def read(
    path: Path, kind: type[Figures], command: str, named: Callable[[object], object] | None = None
) -> Figures:
    """The figures of a file.

    Args:
        path: the file.
        kind: a dataclass, what it holds.
        command: what writes it.
        named: gives what is written without names the names that `kind` has; a ValueError or TypeError of
            it is damage.

    Raises:
        BackendError: it cannot be read, or holds something else.
    """
    try:
        found = read_json(regular_files.content(path))
        if wrong := unfit(found):
            raise ValueError(" ".join(wrong))
        return TypeAdapter(kind).validate_python(found if named is None else named(found))
    except ValidationError as error:
        first = error.errors()[0]
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except OSError as error:
        why = str(error.strerror)
    except (ValueError, TypeError) as error:
        why = f"{error or type(error).__name__}"
    raise BackendError(
        f"{path} holds not what `bench {command} --write` writes ({why:.200}); restore it or write it anew"
    )
