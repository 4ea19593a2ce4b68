"""What gates measured over time, a line of JSON each.

Lines hold every measure of every cell of the candidate by kind, so that they are read without the table of
the version that wrote them. `reports.trends` says what follows from them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timezone
from math import isfinite
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, ValidationError

from models import regular_files
from reports.block import Block
from reports.clock import ahead
from reports.errors import ReportError
from reports.gate.exact import settled
from reports.gate.sides import Processes, Side
from reports.measures import Kind
from reports.plain import read_json, unfit
from reports.quantities import Count
from reports.record import Status
from reports.settings import settings
from reports.store import append_line

SCHEMA = 1


class Machine(Block):
    """Where a cell ran, as far as times and memory depend on it."""

    cpu: str | None = None
    cores: int | None = None
    threads: int | None = None


class CellEntry(Block):
    """What a gate measured of one cell.

    Attributes:
        status: the worst of its processes.
        processes: how many of them ended ok.
        machine: the one on which they ran.
        settings: how they were asked to run (`reports.settings`); empty in lines that are older.
        measures: kind → measure → value; the median of several processes or, for exact kinds, the worst.
    """

    status: Status
    processes: Count
    machine: Machine = Machine()
    settings: dict[str, int] = Field(default_factory=dict)
    measures: dict[Kind, dict[str, float]] = Field(default_factory=dict)


class Entry(Block):
    """What one gate measured.

    Attributes:
        schema_version: version of the line's schema.
        at: when the gate ran.
        commit: the candidate's, None where it is not a checkout.
        passed: the gate's verdict.
        verdict: the same in words, with what was judged; None in lines that are older than the name.
        cells: by `cell`.
    """

    schema_version: Annotated[int, Field(alias="schema", ge=SCHEMA, le=SCHEMA)] = SCHEMA
    at: AwareDatetime
    commit: str | None
    passed: bool
    verdict: str | None = None
    cells: dict[str, CellEntry]


@dataclass
class History:
    """A history as it was read.

    Attributes:
        entries: oldest first.
        refused: a sentence for every line that was refused.
    """

    entries: list[Entry] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def entry(candidate: Side, *, passed: bool, verdict: str | None = None, at: datetime | None = None) -> Entry:
    """What a gate of this candidate measured.

    Args:
        candidate: the candidate's records.
        passed: the gate's verdict.
        verdict: the same in words.
        at: when it ran, now by default.
    """
    records = [record for processes in candidate.cells.values() for record in processes.records]
    newest = max(records, key=lambda record: record.started_at, default=None)
    return Entry(
        at=at or datetime.now(timezone.utc),
        commit=None if newest is None else newest.environment.git,
        passed=passed,
        verdict=verdict,
        cells={cell: _cell(processes) for cell, processes in candidate.cells.items()},
    )


def append(path: Path, one: Entry) -> None:
    """Add an entry to a history, which is made where there is none.

    Raises:
        ReportError: it cannot be written.
    """
    try:
        append_line(path, one.model_dump_json(by_alias=True))
    except OSError as error:
        raise ReportError(f"{path} cannot be written ({error.strerror}); see to its folder") from error


def load(path: Path) -> History:
    """All entries of a history, and why the other lines are not.

    Raises:
        ReportError: the file cannot be read.
    """
    try:
        lines = regular_files.content(path).split(b"\n")
    except OSError as error:
        raise ReportError(f"{path} cannot be read ({error.strerror}); name a gate's --history") from error
    history = History()
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            history.entries.append(_entry(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the line"
            history.refused.append(f"{path}:{number}: {where}: {first['msg']}; remove the line")
        except ValueError as error:
            history.refused.append(f"{path}:{number}: {error}; remove the line")
    history.entries.sort(key=lambda one: one.at)
    return history


def _entry(line: bytes) -> Entry:
    """The entry of a line.

    Raises:
        ValidationError: it is no entry.
        ValueError: it is not JSON, or holds what no entry does, or is dated ahead.
    """
    try:
        written = read_json(line)
    except ValueError as error:
        raise ValueError(f"Invalid JSON ({error})") from error
    if found := unfit(written):
        raise ValueError(" ".join(found))
    one = Entry.model_validate_json(line)
    if why := ahead(one.at):
        raise ValueError(why)
    return one


def _cell(processes: Processes) -> CellEntry:
    newest = processes.records[-1]
    measures: dict[Kind, dict[str, float]] = defaultdict(dict)
    for measure, values in processes.readings().items():
        value = settled(measure, values)
        if value is not None and isfinite(value):
            measures[measure.kind][measure.name] = value
    return CellEntry(
        status=processes.worst().status,
        processes=len(processes.finished),
        machine=Machine(
            cpu=newest.environment.cpu, cores=newest.environment.cores, threads=newest.environment.threads
        ),
        settings=settings(newest),
        measures=dict(measures),
    )
