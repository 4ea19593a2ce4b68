"""What a record says of every measure: one fresh process, one number.

Where the process took a time often, the number is their median. A cold evaluation and hot ones are two
measures and never one.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, log2

from models.metrics.catalogue import metric_named
from reports.costs import Primitive
from reports.ladder import Ladder
from reports.measures import (
    HELD_OUT,
    HOT,
    HOT_DECRYPT,
    MEAN_PRECISION,
    PLAIN,
    PRECISION,
    RUNGS,
    Measure,
    of_primitive,
    of_rung,
)
from reports.record import Record
from reports.statistics.robust import median


def readings(record: Record) -> dict[Measure, float]:
    """Everything that a record measured, by measure; what is null is left out.

    Bits of a result that is equal to its reference to the last digit are infinite.
    """
    found = {measure: _at(record, measure.name) for measure in PLAIN}
    found |= _ladder(record)
    found |= dict(_hot(record))
    for primitive in record.latency.primitives or []:
        found |= _primitive(primitive)
    return {measure: value for measure, value in found.items() if value is not None}


def dispensable(measure: Measure, record: Record) -> bool:
    """Whether a record lacks a measure because its program does without."""
    return bool(measure.needed_by) and all(_at(record, place) == 0 for place in measure.needed_by)


def _at(record: Record, name: str) -> float | None:
    value: object = record
    for step in name.split("."):
        value = None if value is None else getattr(value, step)
    return float(value) if isinstance(value, int | float) else None


def _ladder(record: Record) -> dict[Measure, float | None]:
    ladder = record.ladder
    metric = metric_named(ladder.metric)
    places = (*RUNGS, *(HELD_OUT if ladder.held_out is not None else ()))
    found: dict[Measure, float | None] = {
        of_rung(name, title, metric, judged=judged): _at(record, name) for name, title, judged in places
    }
    exact = ladder.precision_bits is None and ladder.logit_error_max == 0
    return {
        **found,
        PRECISION: inf if exact else ladder.precision_bits,
        MEAN_PRECISION: inf if exact else _mean_bits(ladder),
    }


def _mean_bits(ladder: Ladder) -> float | None:
    """Precision by the mean error: that by the largest one, and as many bits more as the mean is smaller."""
    if ladder.precision_bits is None or not ladder.logit_error_max or not ladder.logit_error_mean:
        return None
    return ladder.precision_bits + log2(ladder.logit_error_max) - log2(ladder.logit_error_mean)


def _hot(record: Record) -> Iterator[tuple[Measure, float]]:
    hot = [run for run in record.latency.runs or [] if not run.cold]
    if hot:
        yield HOT, median([run.evaluate_s for run in hot])
    decrypted = [run.decrypt_s for run in hot if run.decrypt_s is not None]
    if decrypted:
        yield HOT_DECRYPT, median(decrypted)


def _primitive(primitive: Primitive) -> dict[Measure, float | None]:
    measured = bool(primitive.samples_s)
    time, bits, mean_bits, size = of_primitive(primitive.name, primitive.level, measured=measured)
    exact = measured and _exact(primitive)
    return {
        time: _seconds(primitive),
        bits: inf if exact else primitive.precision_bits,
        mean_bits: inf if exact else primitive.mean_precision_bits,
        size: primitive.bytes,
    }


def _exact(primitive: Primitive) -> bool:
    """Whether null bits of a measured primitive mean that nothing differs, and not that nothing is decrypted.

    Keys, which have no level, and files that are written have no slots to decrypt.
    """
    files = primitive.level is None or primitive.name.startswith("serialise_")
    return primitive.precision_bits is None and not files


def _seconds(primitive: Primitive) -> float | None:
    """Seconds of one operation: the median of its samples, else the mean of all that ran."""
    if primitive.samples_s:
        return median(primitive.samples_s)
    return primitive.s / primitive.count if primitive.s is not None and primitive.count else None
