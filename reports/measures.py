"""The measures of a record, in one table: what each is called, how it is judged, and which way is better.

Compare, gate, history and report read it from here. A measure's name is its place in the record; measures of
primitives are named by primitive and level: `latency.primitives.rotate@7`.

A record is one fresh process, and a reading is what that process says: of times that it took often, the
median. A cold evaluation and hot ones are two measures and never one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import inf

from reports.record import Primitive, Record
from reports.statistics.summaries import median


class Kind(str, Enum):
    """How a measure is judged (see `reports.rules` for the numbers)."""

    COUNT = "count"  # the same on every machine: any difference counts
    SIZE = "size"  # bytes of what was written or sent: compressed, so they vary by a little
    BITS = "bits"  # of precision: they vary with the noise of the encryption
    METRIC = "metric"  # of a rung of the ladder
    MEMORY = "memory"  # a peak: of one machine
    TIME = "time"  # of one machine, and of many processes


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        name: its place in the record.
        title: as readers know it.
        kind: how it is judged.
        unit: `s`, `bytes`, `bits`, or empty where it is a plain number.
        higher_is_better: which way is better.
        judged: whether the gate holds it; one that is not follows from others or is the harness's own.
        always: whether every record that ended ok has it, so that null means that it was not measured.
    """

    name: str
    title: str
    kind: Kind
    unit: str = ""
    higher_is_better: bool = False
    judged: bool = True
    always: bool = False


def _count(name: str, title: str) -> Measure:
    return Measure(name, title, Kind.COUNT, always=True)


def _size(name: str, title: str) -> Measure:
    return Measure(name, title, Kind.SIZE, "bytes")


def _memory(name: str, title: str) -> Measure:
    return Measure(name, title, Kind.MEMORY, "bytes")


def _time(name: str, title: str, *, judged: bool = True) -> Measure:
    return Measure(name, title, Kind.TIME, "s", judged=judged)


PRECISION = Measure(
    "ladder.precision_bits", "precision", Kind.BITS, "bits", higher_is_better=True, always=True
)
#: Null where no class of security is reached.
SECURITY = Measure("security.bits", "security bits", Kind.COUNT, higher_is_better=True, always=True)
#: Null where a program has no refresh.
LEVELS_AFTER = Measure(
    "counts.levels_after_refresh", "levels after a refresh", Kind.COUNT, higher_is_better=True
)
HOT = _time("latency.runs.evaluate_s", "evaluate, hot")
HOT_DECRYPT = _time("latency.runs.decrypt_s", "decrypt, hot")

#: What stands at one place of a record and is read from there.
PLAIN = (
    SECURITY,
    _count("counts.bootstraps_planned", "bootstraps planned"),
    _count("counts.bootstraps", "bootstraps"),
    _count("counts.round_trips", "round trips"),
    _count("counts.rotations", "rotations"),
    _count("counts.rotation_keys", "rotation keys"),
    _count("counts.ct_ct", "ct·ct"),
    _count("counts.ct_pt", "ct·pt"),
    _count("counts.rescales", "rescales"),
    _count("counts.levels_used", "levels used"),
    LEVELS_AFTER,
    _count("wire.messages", "messages"),
    _size("wire.to_evaluator_bytes", "to the evaluator"),
    _size("wire.to_key_owner_bytes", "to the key owner"),
    _size("memory.public_key_bytes", "public key"),
    _size("memory.relinearisation_key_bytes", "relinearisation key"),
    _size("memory.rotation_keys_bytes", "rotation keys' size"),
    _size("memory.bootstrap_keys_bytes", "bootstrap keys"),
    _size("memory.ciphertexts_in_bytes", "ciphertexts in"),
    _size("memory.ciphertexts_out_bytes", "ciphertexts out"),
    _memory("memory.keygen_peak_bytes", "peak of key generation"),
    _memory("memory.key_owner_peak_bytes", "peak of the key owner"),
    _memory("memory.evaluator_peak_bytes", "peak of the evaluator"),
    _memory("memory.together_peak_bytes", "peak of all processes"),
    _memory("memory.prepared_model_bytes", "prepared model"),
    _time("latency.plan_s", "plan"),
    _time("latency.keygen_s", "key generation"),
    _time("latency.prepare_model_s", "model preparation"),
    _time("latency.encrypt_s", "encrypt"),
    _time("latency.evaluate_s", "evaluate, cold"),
    _time("latency.round_trips_s", "round trips' time"),
    _time("latency.decrypt_s", "decrypt"),
    _time("latency.per_sample_s", "per sample", judged=False),
    _time("latency.clear_model_s", "model in the clear", judged=False),
)
#: Rungs of the ladder. The encrypted one is judged by its labels and its bits: a sample near the border may
#: change sides in any run.
RUNGS = (
    ("ladder.original", "original", True),
    ("ladder.he_friendly", "HE-friendly", True),
    ("ladder.polynomial", "polynomial", True),
    ("ladder.encrypted", "encrypted", False),
)
HELD_OUT = (
    ("ladder.held_out.original", "original, held out", True),
    ("ladder.held_out.he_friendly", "HE-friendly, held out", True),
    ("ladder.held_out.polynomial", "polynomial, held out", True),
)


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


def _at(record: Record, name: str) -> float | None:
    value: object = record
    for step in name.split("."):
        value = getattr(value, step)
    return float(value) if isinstance(value, int | float) else None


def _ladder(record: Record) -> dict[Measure, float | None]:
    ladder = record.ladder
    higher = ladder.metric != "perplexity"
    places = (*RUNGS, *(HELD_OUT if ladder.held_out is not None else ()))
    found: dict[Measure, float | None] = {
        Measure(name, f"{ladder.metric}: {title}", Kind.METRIC, "", higher, judged, always=True): _at(
            record, name
        )
        for name, title, judged in places
    }
    exact = ladder.precision_bits is None and ladder.logit_error_max == 0
    return {**found, PRECISION: inf if exact else ladder.precision_bits}


def _hot(record: Record) -> Iterator[tuple[Measure, float]]:
    hot = [run for run in record.latency.runs or [] if not run.cold]
    if hot:
        yield HOT, median([run.evaluate_s for run in hot])
    decrypted = [run.decrypt_s for run in hot if run.decrypt_s is not None]
    if decrypted:
        yield HOT_DECRYPT, median(decrypted)


def _primitive(primitive: Primitive) -> dict[Measure, float | None]:
    """Seconds of one operation, its precision and the bytes of what it makes."""
    name = primitive.name if primitive.level is None else f"{primitive.name}@{primitive.level}"
    place, title = f"latency.primitives.{name}", name.replace("@", ", level ").replace("_", " ")
    return {
        _time(place, title): _seconds(primitive),
        Measure(f"{place}.precision_bits", f"{title}: precision", Kind.BITS, "bits", True): (
            primitive.precision_bits
        ),
        _size(f"{place}.bytes", f"{title}: size"): primitive.bytes,
    }


def _seconds(primitive: Primitive) -> float | None:
    """Of one operation: the median of its samples, else the mean of all that ran."""
    if primitive.samples_s:
        return median(primitive.samples_s)
    return primitive.s / primitive.count if primitive.s is not None and primitive.count else None
