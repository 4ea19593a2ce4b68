"""Histories of gates to report on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from reports.history import CellEntry, Entry, Machine
from reports.measures import Kind
from reports.record import Status

START = datetime(2026, 11, 1, tzinfo=timezone.utc)
MACHINE = Machine(cpu="a processor", cores=2, threads=1)


def gates(cell: str, seconds: Sequence[float], rotations: Sequence[int]) -> list[Entry]:
    """A gate a day, each at its own commit."""
    return [
        Entry(
            schema=1,
            at=START + timedelta(days=day),
            commit=f"{day:02d}" + "a" * 38,
            passed=True,
            cells={
                cell: CellEntry(
                    status=Status.OK,
                    processes=1,
                    machine=MACHINE,
                    measures={
                        Kind.TIME: {"latency.evaluate_s": time},
                        Kind.COUNT: {"counts.rotations": float(count)},
                    },
                )
            },
        )
        for day, (time, count) in enumerate(zip(seconds, rotations, strict=True))
    ]
