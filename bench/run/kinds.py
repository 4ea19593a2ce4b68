"""The one table from a cell's case and program to its kind."""

from __future__ import annotations

from collections.abc import Mapping

from bench.run.clear_rungs import Progress, unseen
from bench.run.kind import CellKind
from bench.run.model import ModelKind
from bench.run.native import NativeKind
from bench.run.primitives import PrimitivesKind
from bench.spec.cases import Case, LayerCase, ModelCase, PrimitivesCase
from bench.spec.cells import Cell

#: Case, and whether a program is planned → kind; the programs of a library's own types are all of one kind.
KINDS: Mapping[tuple[type[Case], bool], type[CellKind]] = {
    (ModelCase, True): ModelKind,
    (LayerCase, True): ModelKind,
    (ModelCase, False): NativeKind,
    (LayerCase, False): NativeKind,
    (PrimitivesCase, True): PrimitivesKind,
    (PrimitivesCase, False): PrimitivesKind,
}


def kind_of(cell: Cell) -> type[CellKind]:
    """The kind of a cell."""
    return KINDS[type(cell.case), cell.parameter_set.planned]


def load(cell: Cell, progress: Progress = unseen) -> CellKind:
    """A cell's kind, loaded with what its case brings (see `CellKind.load`)."""
    return kind_of(cell).load(cell, progress)
