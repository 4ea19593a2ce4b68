"""What follows from a record by arithmetic alone, and the report shows beside the record's own names."""

from __future__ import annotations

from hashlib import sha256
from math import ceil

from models.metrics.catalogue import metric_named
from reports.distorted import distorted
from reports.ladder import Ladder
from reports.record import Record, Status

#: Hexadecimal digits of an address: two of a million records share one with a probability of 3 in 10^8.
ADDRESS_DIGITS = 16


def address(record: Record) -> str:
    """What names a record in the page's address, whatever other records the page has.

    Records of one run and key are processes, which their beginnings tell apart.
    """
    told = (record.run_id, record.cell, record.key, record.started_at.isoformat())
    return sha256("\n".join(told).encode()).hexdigest()[:ADDRESS_DIGITS]


def batches(record: Record) -> int | None:
    """Evaluations that the samples took; None where no program was made."""
    return None if record.batch is None else ceil(record.samples / record.batch)


def sample_s(record: Record) -> float | None:
    """Seconds a sample, as they rank; None where they are distorted."""
    return None if distorted(record) else record.latency.per_sample_s


def one_input_s(record: Record) -> float | None:
    """Seconds that one input waits: one evaluation takes as long for one sample as for a whole batch.

    None where it is distorted.
    """
    found, time = batches(record), record.latency.evaluate_s
    return None if found is None or time is None or distorted(record) else time / found


def full_batch_s(record: Record) -> float | None:
    """Seconds that a sample costs in a full batch; a run that fills its batch in part takes more a sample."""
    one = one_input_s(record)
    return None if one is None or record.batch is None else one / record.batch


def evaluation_keys_bytes(record: Record) -> int | None:
    """Relinearisation, rotation, conjugation and bootstrap keys together; None where none was measured."""
    memory = record.memory
    keys = (
        *(memory.relinearisation_key_bytes, memory.rotation_keys_bytes),
        *(memory.conjugation_key_bytes, memory.bootstrap_keys_bytes),
    )
    return sum(key for key in keys if key is not None) or None


def loss(ladder: Ladder, before: str, after: str) -> float | None:
    """What is lost between two rungs, as their metric has it; None where either was not measured."""
    first, last = getattr(ladder, before), getattr(ladder, after)
    if first is None or last is None:
        return None
    return metric_named(ladder.metric).loss(first, last)


def standing(record: Record) -> str:
    """`secure`, `insecure` or `unfinished`: records of different standing are never ranked together."""
    if record.status is not Status.OK:
        return "unfinished"
    return "secure" if record.security.secure else "insecure"
