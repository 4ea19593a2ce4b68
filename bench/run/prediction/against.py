"""Predictions held against records of the same cells: how far they are off, by library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from backends.registry import get
from bench.run.cores import used_threads
from bench.run.foreseen import Foreseen
from bench.spec.cells import Cell
from reports.record import Record, Status


@dataclass(frozen=True)
class Compared:
    """One figure of one record, predicted and measured."""

    backend: str
    case: str
    parameter_set: str
    figure: str
    predicted: float
    measured: float

    @property
    def off(self) -> float:
        """The relative error; positive where too much was predicted."""
        return self.predicted / self.measured - 1


@dataclass(frozen=True)
class Summary:
    """The relative errors of one figure on one backend, without their signs."""

    cells: int
    median: float
    worst: float


def compared(found: Sequence[Foreseen], records: Sequence[Record]) -> list[Compared]:
    """Every figure of every record that is of one of these cells and was not run by another program."""
    return [
        Compared(one.cell.backend, one.cell.case.name, record.parameter_set, *figures)
        for one in found
        for record in records
        if one.prediction is not None and _is_of(record, one.cell)
        for figures in _figures(one, record)
    ]


def summaries(found: Sequence[Compared]) -> Mapping[tuple[str, str], Summary]:
    """By backend and figure, in their order."""
    errors: dict[tuple[str, str], list[float]] = {}
    for one in found:
        errors.setdefault((one.backend, one.figure), []).append(abs(one.off))
    return {place: Summary(len(off), median(off), max(off)) for place, off in errors.items()}


def _is_of(record: Record, cell: Cell) -> bool:
    return record.status is Status.OK and (
        record.suite,
        record.case,
        record.backend,
        record.parameter_set,
        record.samples,
        record.environment.threads,
    ) == (
        cell.suite,
        cell.case.name,
        cell.backend,
        cell.parameter_set_name,
        cell.samples,
        used_threads(cell, get(cell.backend)),
    )


def _figures(one: Foreseen, record: Record) -> Iterator[tuple[str, float, float]]:
    told, latency, memory = one.prediction, record.latency, record.memory
    assert told is not None, "only cells with a program are compared"
    for name, predicted in told.seconds.items():
        if measured := getattr(latency, name):
            yield name, predicted, measured
    if latency.evaluate_cpu_s and record.environment.threads == 1:
        yield (
            "evaluate_cpu_s",
            told.seconds["evaluate_s"],
            latency.evaluate_cpu_s + (latency.round_trips_s or 0),
        )
    if latency.wall_s:
        yield "wall_s", told.wall_s, latency.wall_s
    if memory.evaluator_peak_bytes:
        yield "evaluator_peak_bytes", told.evaluator_bytes, memory.evaluator_peak_bytes
    if memory.key_owner_peak_bytes:
        yield "key_owner_peak_bytes", told.needs.key_owner_bytes, memory.key_owner_peak_bytes
