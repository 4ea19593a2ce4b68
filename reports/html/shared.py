"""What several records share: the conditions of measuring, and the held-out ladder of a case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

from reports.comparability import sample_set
from reports.figures import loss_with_interval
from reports.ladder import HeldOutLadder
from reports.record import Record
from reports.scoring.held_out import LOSSES, TITLES


def conditions(records: Sequence[Record], grouped: Sequence[int]) -> list[dict[str, Any]]:
    """A line for each group of records whose times compare."""
    members: defaultdict[int, list[Record]] = defaultdict(list)
    for record, group in zip(records, grouped, strict=True):
        members[group].append(record)
    return [_conditions(group, found) for group, found in sorted(members.items())]


def held_out_ladders(records: Sequence[Record], newest: Sequence[bool]) -> list[dict[str, Any]]:
    """A line for each case's held-out set and model, and the place of the first record that tells of it.

    Args:
        records: oldest first.
        newest: as `processes.newest` has it. What is superseded may be of a model that has been trained anew.
    """
    found: dict[Hashable, dict[str, Any]] = {}
    for place, record in enumerate(records):
        block = record.ladder.held_out
        if block is not None and newest[place]:
            rungs = (block.original, block.he_friendly, block.polynomial)
            identity = (record.suite, record.case, block.digest, *rungs)
            found.setdefault(identity, _held_out(place, record, block))
    return list(found.values())


def loss_titles() -> list[str]:
    """From which rung to which a loss is told, in the order of `held_out_ladders`."""
    return [f"Lost: {TITLES[before]} → {TITLES[after]}" for before, after in LOSSES]


def _conditions(group: int, records: list[Record]) -> dict[str, Any]:
    machine = records[0].environment
    calibrated = [found for record in records if (found := record.environment.calibration_s) is not None]
    return {
        "number": group,
        "case": f"{records[0].suite} / {records[0].case}",
        "samples": f"{sample_set(records[0]).rpartition('/')[2]}, {records[0].samples} samples",
        "records": len(records),
        "cpu": machine.cpu,
        "cores": machine.cores,
        "threads": machine.threads,
        "memory_bytes": machine.memory_bytes,
        "os": machine.os,
        "software": sorted({_software(record) for record in records}),
        "calibration": [min(calibrated), max(calibrated)] if calibrated else None,
        "commits": sorted({commit for record in records if (commit := record.environment.git)}),
    }


def _software(record: Record) -> str:
    machine = record.environment
    libraries, build = (
        ", ".join(f"{name} {what}" for name, what in sorted(entries.items()))
        for entries in (machine.libraries, machine.build)
    )
    return f"{record.backend}: {libraries}" + (f"; built: {build}" if build else "")


def _held_out(place: int, record: Record, block: HeldOutLadder) -> dict[str, Any]:
    losses = {(loss.from_rung, loss.to_rung): loss for loss in block.drifts}
    told = [losses.get(pair) for pair in LOSSES]
    return {
        "place": place,
        "case": f"{record.suite} / {record.case}",
        "metric": block.metric,
        "samples": block.samples,
        "original": block.original,
        "he_friendly": block.he_friendly,
        "polynomial": block.polynomial,
        "nats": None if block.nats is None else block.nats.model_dump(),
        "means": [None if loss is None else loss.mean for loss in told],
        "losses": [None if loss is None else loss_with_interval(block, loss) for loss in told],
    }
