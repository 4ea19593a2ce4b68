"""Records of several processes of one cell, varied from one record, as a run would have stored them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from reports.gate.sides import Side, side
from reports.record import Record, Status
from reports.store import Run, Stored

BEGAN = datetime(2026, 11, 23, 4, 45, tzinfo=timezone.utc)
FAILED = {"status": Status.FAILED, "reason": "the result is wrong"}


def vary(record: Record, changes: Mapping[str, Any]) -> Record:
    """A record with other values at some places: `{"counts.rotations": 1201}`."""

    def changed(block: BaseModel, place: Sequence[str], value: Any) -> BaseModel:
        name, *rest = place
        new = changed(getattr(block, name), rest, value) if rest else value
        return block.model_copy(update={name: new})

    for place, value in changes.items():
        record = changed(record, place.split("."), value)  # type: ignore[assignment]
    return record


def processes(record: Record, count: int = 1, place: int = 0, **changes: Any) -> list[Record]:
    """Records of `count` processes that take turns with another side's, of which this is the 0th or 1st.

    Keywords name places with two underscores: `counts__rotations=1201`.
    """
    varied = vary(record, {name.replace("__", "."): value for name, value in changes.items()})
    return [
        varied.model_copy(
            update={
                "started_at": BEGAN + timedelta(minutes=2 * number + place),
                "run_id": f"run-{place}-{number}",
            }
        )
        for number in range(count)
    ]


def of(records: Sequence[Record]) -> Side:
    """A side without raw outputs."""
    return side(Stored(record, None, None) for record in records)


def stored(folder: Path, record: Record, raw: Mapping[str, NDArray[Any]]) -> Stored:
    """A record in a store, with raw outputs."""
    run = Run(folder / record.run_id)
    run.folder.mkdir(parents=True)
    return run.append(record, raw)


def logits(*rows: Sequence[float]) -> NDArray[np.float64]:
    """`[samples, 1, classes]`."""
    return np.array(rows, np.float64)[:, None, :]
