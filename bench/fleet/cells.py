"""Cells as a task: they run one after the other on one machine, each to a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.fleet.task import Task
from bench.run.listener import Listener
from bench.run.service import Service
from bench.spec.cells import Cell
from reports.errors import ReportError
from reports.record import Status
from reports.store import load_output, read_raw


@dataclass(frozen=True)
class Delivered:
    """A record as a machine made it, in JSON, and its raw outputs."""

    record: str
    raw: Mapping[str, NDArray[np.generic]] | None


@dataclass(frozen=True)
class Cells(Task[Delivered]):
    """Cells that one machine runs one after the other, so that those of one comparison take turns there.

    Attributes:
        cells: in the order in which they run; a cell of several rounds is there once a round.
        probes: whether every layer is decrypted.
        audit: whether what libraries execute is counted at their own calls.
        build: which build of the libraries.
    """

    cells: tuple[Cell, ...]
    probes: bool
    audit: bool
    build: str

    @property
    def size(self) -> int:
        """A record a cell."""
        return len(self.cells)

    def here(self) -> tuple[Cell, ...]:
        """The cells where this project lies elsewhere: checkpoints inside of it are found in this folder."""
        return tuple(map(self._placed, self.cells))

    def run(self, folder: Path) -> None:
        """Run them, each to a record in the folder."""
        service = Service(
            folder, Listener(), fresh=True, probes=self.probes, audit=self.audit, build=self.build
        )
        for _ in service.records(self.here(), rounds=1):
            pass

    def outcomes(self, folder: Path) -> Sequence[Delivered]:
        """The records, interrupted ones left out."""
        try:
            stored = load_output(folder).stored
        except ReportError:  # it ended before the first record
            return []
        return [
            Delivered(one.record.to_json(), None if one.raw is None else read_raw(one))
            for one in stored
            if one.record.status is not Status.INTERRUPTED
        ]

    def _placed(self, cell: Cell) -> Cell:
        folder = cell.model_folder
        return cell if folder is None else replace(cell, model_folder=self.moved(folder))
