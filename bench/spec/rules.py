"""The file of a gate's rules."""

from __future__ import annotations

from pathlib import Path

from bench.errors import UserError
from models.documents.reading import read
from models.documents.schema import validated
from reports.gate.rules import Rules


def load_rules(path: Path | None) -> Rules:
    """The rules of a file, the defaults without one.

    Raises:
        UserError: file, line, what is wrong and what would be right.
    """
    return Rules() if path is None else validated(read(path, UserError), Rules)
