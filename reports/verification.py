"""Whether a kept record can be believed: its raw outputs are those it was made of, and say what it says.

The metrics of a model's cell are computed again from its raw outputs, by the code that computed them. A cell
of primitives keeps none, so that nothing of it can be computed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isclose

import numpy as np

from reports.errors import ReportError
from reports.ladder import Ladder
from reports.record import Record, Status
from reports.scoring.ladder import RUNGS, exactness, ladder
from reports.scoring.precision import least_cosine
from reports.store import RawOutputs, Stored, read_raw

#: Two computations of one metric differ by the order of their sums.
TOLERANCE = 1e-9
#: What a record that ended ok says of where it ran.
MACHINE = ("cpu", "cores", "threads", "memory_bytes", "os", "python")
#: What is computed again of every record, and of one with labels and trained weights beside it.
EXACT = ("logit_error_max", "logit_error_mean", "precision_bits")


def faults(stored: Stored) -> Iterator[str]:
    """Sentences about what is wrong with a record; none where it can be believed."""
    record = stored.record
    if record.status is Status.OK:
        lacking = [name for name in MACHINE if getattr(record.environment, name) is None]
        if lacking:
            yield f"it does not say on what it ran ({', '.join(lacking)}); run the cell again"
    if stored.raw is None:
        return
    try:
        raw = read_raw(stored)
        found = _again(record, raw)
    except (ReportError, ValueError, KeyError) as error:
        yield str(error)
        return
    yield from _differences(record.ladder, found)


def _again(record: Record, raw: RawOutputs) -> Mapping[str, object]:
    """What raw outputs say of a ladder's entries."""
    if record.status is not Status.OK or "logits_encrypted" not in raw:
        return {}
    stay = _compared(record, raw)
    logits = {
        rung: raw[f"logits_{rung}"]
        for rung in RUNGS
        if f"logits_{rung}" in raw and np.isfinite(raw[f"logits_{rung}"][stay]).all()
    }
    if record.weights == "random" or "labels" not in raw or record.ladder.metric is None:
        encrypted, polynomial = logits["encrypted"][stay], logits["polynomial"][stay]
        again = exactness(encrypted, polynomial)
        cosine = None if record.ladder.cosine is None else least_cosine(encrypted, polynomial)
        return {**{name: again[name] for name in EXACT}, "cosine": cosine}
    judged = ladder(logits, raw["labels"], metric=record.ladder.metric, compared=stay)
    return {name: getattr(judged, name) for name in (*RUNGS, "label_agreement", *EXACT)}


def _compared(record: Record, raw: RawOutputs) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """`[samples]`, those that left no interval."""
    left = {one.sample for one in record.runaways.samples} if record.runaways else set()
    return np.array([str(name) not in left for name in raw["sample_ids"]])


def _differences(told: Ladder, found: Mapping[str, object]) -> Iterator[str]:
    for name, again in found.items():
        said = getattr(told, name)
        same = said == again or (
            isinstance(said, float) and isinstance(again, float) and isclose(said, again, rel_tol=TOLERANCE)
        )
        if not same:
            yield f"ladder.{name} is {said}, and its raw outputs give {again}; run the cell again"
