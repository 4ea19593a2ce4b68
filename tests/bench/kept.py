"""Records as other tests of the gate's commands need them, and stores of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from reports.record import Record, Status
from reports.store import Run, create_run
from tests.reports.processes import vary

GOLDEN = Path(__file__).resolve().parents[1] / "reports" / "golden_record.json"


def a_record(**changes: Any) -> Record:
    """The golden record with changes: `counts__rotations=1201`."""
    if "status" in changes:
        changes["status"] = Status(changes["status"])
    if changes.get("reason"):
        names = ("evaluate_s", "per_sample_s", "wall_s", "runs")
        changes |= {f"latency__{name}": None for name in names}
    record = Record.from_json(GOLDEN.read_text())
    return vary(record, {name.replace("__", "."): value for name, value in changes.items()})


def store(output: Path, *records: Record, build: int = 0) -> Run:
    """A run with these records, of the first build or of a later one."""
    run = create_run(output)
    for number, record in enumerate(records):
        began = record.started_at + timedelta(hours=build)
        own = {"run_id": run.run_id, "key": f"{build:02d}{number:02d}" * 16, "started_at": began}
        run.append(record.model_copy(update=own))
    return run
