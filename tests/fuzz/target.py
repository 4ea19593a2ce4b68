"""What a fuzz target is, and what those that read a file among others share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from backends.errors import BackendError
from bench.errors import UserError
from bench.parties.errors import MessageError
from bench.submission.contents import StageError
from models.errors import ModelError
from reports.errors import ReportError

ROOT = Path(__file__).resolve().parents[2]
#: What one sentence of the command line is made of.
FORESEEN = (UserError, BackendError, ModelError, ReportError, MessageError, StageError)

Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class Target:
    """A parser.

    Attributes:
        name: of what it reads.
        samples: whole inputs, from which the damaged ones are made.
        parse: reads one from a file that lies in a folder of its own; raises nothing but `FORESEEN`, and
            answers None where what is damaged counts as not there.
        suffix: how the file is called.
        digested: whether a digest covers all that is read, so that a damaged input may give nothing but what
            one of the whole ones does.
    """

    name: str
    samples: Sequence[bytes]
    parse: Callable[[Path], object]
    suffix: str = ".yaml"
    digested: bool = False


def files(*patterns: str) -> list[bytes]:
    """Those of this project by their places."""
    return [path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def text(path: Path) -> str:
    """An input as the text that a caller would hold already."""
    return path.read_bytes().decode(errors="replace")


def among(others: Mapping[str, bytes], name: str, read: Callable[[Path], Found]) -> Callable[[Path], Found]:
    """A parser of a whole folder, in which one file is the input.

    Args:
        others: names of all files of the folder, and what they hold.
        name: the one of them that the input takes the place of.
        read: reads the folder.
    """

    def parse(path: Path) -> Found:
        content = {**others, name: path.read_bytes()}
        path.unlink()
        for one, held in content.items():
            (path.parent / one).parent.mkdir(parents=True, exist_ok=True)
            (path.parent / one).write_bytes(held)
        return read(path.parent)

    return parse


def content(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their names in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
