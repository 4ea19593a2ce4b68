"""What a conversion works with, and the folder in which it keeps what is finished.

Every stage has a folder named after all that it depends on: the recipe, other stages, the samples, the
versions of numpy and torch. What is finished is not made again, and a training that was interrupted goes on
from its last whole epoch.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from filelock import FileLock

from models import checkpoint
from models.errors import DivergenceError, ModelError
from models.graph import Graph
from models.pipeline.machine import versions
from models.recipe import Recipe
from models.splits import Splits

Report = Callable[[str], None]

#: Largest difference of outputs, relative to the largest, between torch's float64 and the reference's.
TORCH_TOLERANCE = 1e-9
#: Samples on which a graph and what it was made from are compared.
COMPARED = 32


@dataclass(frozen=True)
class Trained:
    """A graph that was trained or made, and how."""

    graph: Graph
    origin: dict[str, Any]


@dataclass(frozen=True)
class Conversion:
    """A recipe under way.

    Attributes:
        recipe: what is made.
        data: its samples.
        folder: where unfinished work is kept.
        report: takes one line of progress at a time.
    """

    recipe: Recipe
    data: Splits
    folder: Path
    report: Report

    @cached_property
    def circumstances(self) -> str:
        """SHA-256 over what every stage depends on beside the recipe: the samples, numpy and torch."""
        libraries = versions()
        parts = [self.data.digest, libraries["numpy"], libraries["torch"]]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def stage(self, label: str, name: str, make: Callable[[Path, Report], Trained]) -> Trained:
        """What an earlier run left of a stage, or what `make` makes of it now.

        Args:
            label: begins the stage's lines of progress.
            name: its folder's, from all that it depends on, the circumstances apart.
            make: from the file of its state and its own report; its origin has `wall_s`, the seconds that
                it took, those before interruptions too. The versions of libraries are added.
        """
        folder = self.folder / f"{name}-{self.circumstances}"
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock"):  # another conversion in the same work folder may be making it
            if _finished(folder):
                self.report(f"{label}: done already")
                return _load(folder)
            made = make(folder / "state.pt", partial(_prefixed, self.report, label))
            checkpoint.save_graph(made.graph, folder, "trained", "float64")
            (folder / "origin.json").write_text(json.dumps(made.origin | {"versions": versions()}))
            (folder / "state.pt").unlink(missing_ok=True)
            return _load(folder)


class Stopwatch:
    """Seconds spent inside it, entered as often as one likes; what stages took is in their origins."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(self, *raised: object) -> None:
        self.seconds += time.perf_counter() - self._started


def accepted(label: str, error: float, tolerance: float) -> float:
    """The error.

    Raises:
        DivergenceError: it is not a number, because the answers are not.
        ModelError: it is above the tolerance.
    """
    if not math.isfinite(error):
        raise DivergenceError(
            f"{label}: the answers are not numbers; use a smaller learning_rate or a wider margin"
        )
    if error > tolerance:
        raise ModelError(
            f"{label} deviates by {error:.2g} from what it was made from, more than {tolerance:.0e}; "
            "this is a defect of torch's evaluation or of the folding, report it"
        )
    return error


def _finished(folder: Path) -> bool:
    """Whether a stage is done: its origin is written last."""
    return (folder / "origin.json").is_file()


def _load(folder: Path) -> Trained:
    return Trained(checkpoint.load_graph(folder, "trained"), checkpoint.noted(folder / "origin.json"))


def _prefixed(report: Report, label: str, line: str) -> None:
    report(f"{label}: {line}")
