"""Records in a file that `export --format json` wrote: a baseline, checked before it is used.

A store's line carries a digest; such a file has none, and people merge and edit it. So every record is held
to the schema and to what must be true within it, and none may appear twice.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime
from math import isclose
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models import regular_files
from models.metrics.catalogue import metric_named
from reports.clock import ahead
from reports.costs import PARTS
from reports.errors import ReportError
from reports.export import to_json
from reports.ladder import HeldOutLadder, Ladder
from reports.migration import READ, read_record
from reports.plain import read_json, unfit
from reports.record import Record, Status
from reports.scoring.ladder import RUNGS

#: Relative, of numbers that follow from each other.
ROUNDING = 1e-6


def read_records(path: Path) -> list[Record]:
    """All records of a file.

    Raises:
        ReportError: there is no such file, it is not a list of records, or one of them breaks the schema,
            contradicts itself or appears twice; the sentence names it.
    """
    try:
        written = read_json(regular_files.text(path, "utf-8-sig"))
    except OSError as error:
        raise ReportError(
            f"{path} cannot be read ({error.strerror}); make it with `bench export RESULTS --format json`"
        ) from error
    except UnicodeDecodeError as error:
        raise ReportError(f"{path} is not UTF-8 text ({error.reason}); export it again") from error
    except ValueError as error:
        raise ReportError(f"{path} is not JSON ({error}); export it again") from error
    if not isinstance(written, list) or not written:
        raise ReportError(
            f"{path} does not hold a list of records; make it with `bench export RESULTS --format json`"
        )
    records = [_record(f"{path}: record {number}", one) for number, one in enumerate(written, start=1)]
    _refuse_twins(path, records)
    return records


def check(path: Path, records: Sequence[Record]) -> None:
    """See that a file of these records could be read again.

    Raises:
        ReportError: there is none, or one of them contradicts itself or appears twice; the sentence names it.
    """
    if not records:
        raise ReportError(f"{path} would hold no record; keep at least one")
    for number, record in enumerate(records, start=1):
        _refuse_contradictions(f"{path}: record {number} ({record.cell})", record)
    _refuse_twins(path, records)


def write_records(path: Path, records: Sequence[Record]) -> None:
    """Replace a file by these records, whole or not at all.

    Raises:
        ReportError: it could not be read again (see `check`), or it cannot be written.
    """
    check(path, records)
    temporary = path.with_name(f"{path.name}.part")
    try:
        temporary.write_text(to_json(records), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise ReportError(f"{path} cannot be written ({error.strerror}); see to its folder") from error
    finally:
        temporary.unlink(missing_ok=True)


def process(record: Record) -> tuple[str, str, str, datetime]:
    """What tells a record's process from every other; rounds of one run share all but when they began."""
    return record.run_id, record.cell, record.key, record.started_at


def contradictions(record: Record) -> Iterator[str]:
    """What the schema cannot say and no run writes: numbers of one record that cannot all be true."""
    identity = "/".join((record.suite, record.case, record.backend, record.parameter_set, ""))
    if not record.cell.startswith(identity):
        yield f"its cell does not begin with {identity}"
    security = record.security
    if security.secure and None in (security.log_n, security.log_qp, security.secret, security.source):
        yield "it is called secure without the ring, the modulus, the secret and the source that make it so"
    latency = record.latency
    if record.status is not Status.OK and latency.evaluate_s is not None:
        yield f"it is {record.status.value} and has a time of evaluation"
    if latency.runs and (not latency.runs[0].cold or latency.runs[0].evaluate_s != latency.evaluate_s):
        yield "its first run is not the cold evaluation"
    if latency.per_sample_s is not None and not isclose(
        latency.per_sample_s * record.samples, latency.evaluate_s or 0.0, rel_tol=ROUNDING
    ):
        yield "its time per sample is not that of the evaluation"
    parts = [getattr(latency, name) or 0.0 for name in (*PARTS, "other_s")]
    if latency.wall_s is not None and not isclose(sum(parts), latency.wall_s, rel_tol=ROUNDING):
        yield "the parts of its wall time do not add up to it"
    operations = [(one.name, one.level) for one in latency.primitives or []]
    if len(set(operations)) < len(operations):
        yield "one primitive appears twice at one level"
    yield from _impossible_metrics(record.ladder)
    yield from _impossible_errors(record)
    counts = record.counts
    if record.status is Status.OK and record.batch is not None and counts.rotations is None:
        yield "it ran a program and counted nothing"
    if record.status is Status.OK and counts.bootstraps not in (None, counts.bootstraps_planned):
        yield f"it ran {counts.bootstraps} bootstraps of {counts.bootstraps_planned} and is called ok"


def _impossible_metrics(ladder: Ladder) -> Iterator[str]:
    blocks: list[Ladder | HeldOutLadder] = [ladder] if ladder.held_out is None else [ladder, ladder.held_out]
    for block in blocks:
        rungs = [getattr(block, rung) for rung in RUNGS if hasattr(block, rung)]
        metric = metric_named(block.metric)
        if any(rung is not None and not metric.low <= rung <= metric.high for rung in rungs):
            yield f"its {metric.name} is not between {metric.low:g} and {metric.high:g}"


def _impossible_errors(record: Record) -> Iterator[str]:
    """No mean error is over the largest one, and neither is there without the other."""
    largest, mean = record.ladder.logit_error_max, record.ladder.logit_error_mean
    if largest is not None and mean is not None and mean > largest * (1 + ROUNDING):
        yield "its mean logit error is over its largest"
    for one in record.latency.primitives or []:
        bits, mean_bits = one.precision_bits, one.mean_precision_bits
        if mean_bits is not None and (bits is None or mean_bits < bits - ROUNDING):
            yield f"the mean error of {one.name} is over its largest"


def _record(place: str, written: Any) -> Record:
    if not isinstance(written, dict):
        raise ReportError(f"{place} is not a record; export the file again")
    cell = written.get("cell")
    named = f"{place} ({cell if isinstance(cell, str) else 'without a cell'})"
    if found := unfit(written):
        raise ReportError(f"{named}: {' '.join(found)}; export the file again")
    if written.get("schema") not in READ:
        raise ReportError(
            f"{named} has schema {written.get('schema')!r}, this version reads {READ[0]} to {READ[-1]}; "
            "export it with this version"
        )
    try:
        record = read_record(written)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the record"
        raise ReportError(f"{named} breaks the schema ({where}: {first['msg']}); export it again") from error
    if why := ahead(record.started_at):
        raise ReportError(f"{named}: {why}, so it would be the newest for ever; run the cell again")
    _refuse_contradictions(named, record)
    return record


def _refuse_contradictions(named: str, record: Record) -> None:
    for contradiction in contradictions(record):
        raise ReportError(f"{named} contradicts itself ({contradiction}); export it again")


def _refuse_twins(path: Path, records: Sequence[Record]) -> None:
    """A process has one record; a second one is a merge gone wrong, and would count as another process."""
    seen: dict[Hashable, int] = {}
    for number, record in enumerate(records, start=1):
        first = seen.setdefault(process(record), number)
        if first != number:
            raise ReportError(f"{path}: record {number} ({record.cell}) is record {first} again; keep one")
