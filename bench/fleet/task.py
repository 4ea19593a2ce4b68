"""What a machine is given, and what it gives back; both are pickled by the engine between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.packages import FOLDER
from bench.spec.cells import Cell


@dataclass(frozen=True)
class Task:
    """Cells that one machine runs one after the other, so that those of one comparison take turns there.

    Attributes:
        cells: in the order in which they run; a cell of several rounds is there once a round.
        probes: whether every layer is decrypted.
        audit: whether what libraries execute is counted at their own calls.
        build: which build of the libraries.
        home: the folder of this project on the machine that sends it.
    """

    cells: tuple[Cell, ...]
    probes: bool
    audit: bool
    build: str
    home: Path = FOLDER

    def here(self) -> Task:
        """The same where this project lies elsewhere: checkpoints inside of it are found in this folder."""
        return replace(self, cells=tuple(map(self._placed, self.cells)), home=FOLDER)

    def _placed(self, cell: Cell) -> Cell:
        folder = cell.model_folder
        if folder is None or not folder.is_relative_to(self.home):
            return cell
        return replace(cell, model_folder=FOLDER / folder.relative_to(self.home))


@dataclass(frozen=True)
class Need:
    """What a machine must have for a task, by the plan; 0 where the plan does not tell.

    Attributes:
        memory_bytes: of the party that takes most.
        disk_bytes: of keys and ciphertexts.
        threads: of the evaluator.
        seconds: of all its cells.
    """

    memory_bytes: int
    disk_bytes: int
    threads: int
    seconds: float


@dataclass(frozen=True)
class Delivered:
    """A record as a machine made it, in JSON, and its raw outputs."""

    record: str
    raw: Mapping[str, NDArray[np.generic]] | None


@dataclass(frozen=True)
class Delivery:
    """What became of a task.

    Attributes:
        records: one a cell and in their order, unless the task was cut off.
        reason: why there are fewer; None where there are all.
        cut_off: whether the machine ended it before its end, so that another may do better.
    """

    records: Sequence[Delivered]
    reason: str | None = None
    cut_off: bool = False
