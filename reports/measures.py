"""The measures of a record, in one table: what each is called, how it is judged, and which way is better.

Compare, gate, history and report read it from here; `reports.readings` has a record's values. A measure's
name is its place in the record; measures of primitives are named by primitive and level, such as
`latency.primitives.rotate@7`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from models.metrics.metric import Metric
from reports.figures import Unit


class Kind(str, Enum):
    """How a measure is judged (see `reports.gate.rules` for the numbers), and so what it is counted in."""

    COUNT = "count"  # the same on every machine: any difference counts
    SIZE = "size"  # bytes of what was written or sent: compressed, so they vary by a little
    BITS = "bits"  # precision: they vary with the noise of the encryption
    METRIC = "metric"  # the metric of a rung of the ladder
    MEMORY = "memory"  # a peak, which holds for one machine
    TIME = "time"  # holds for one machine, and needs many processes

    @property
    def unit(self) -> Unit:
        """What its measures are counted in."""
        return _UNITS[self]


_UNITS: Mapping[Kind, Unit] = {
    Kind.COUNT: Unit.COUNT,
    Kind.SIZE: Unit.BYTES,
    Kind.BITS: Unit.BITS,
    Kind.METRIC: Unit.METRIC,
    Kind.MEMORY: Unit.BYTES,
    Kind.TIME: Unit.SECONDS,
}


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        name: its place in the record.
        title: as readers know it.
        kind: how it is judged.
        higher_is_better: which way is better.
        judged: whether the gate holds it; one that is not follows from others or is the harness's own.
        by_largest: whether bits are by the largest error, which is one draw of the noise's tail.
        always: whether a cell that ended ok has it in every build or in none, so that to lose it is a loss.
        needed_by: places of counts; where all of them are 0, a record may lack the measure all the same.
        nothing_is_null: whether a program that takes none of it has null, so that any at all is more.
        metric: by which a stage of conversion is judged; None of every other measure.
    """

    name: str
    title: str
    kind: Kind
    higher_is_better: bool = False
    judged: bool = True
    by_largest: bool = False
    always: bool = False
    needed_by: tuple[str, ...] = ()
    nothing_is_null: bool = False
    metric: Metric | None = None

    @property
    def unit(self) -> Unit:
        """What it is counted in."""
        return self.kind.unit


def _count(name: str, title: str) -> Measure:
    return Measure(name, title, Kind.COUNT, always=True)


def _size(name: str, title: str, *needed_by: str, always: bool = True) -> Measure:
    return Measure(name, title, Kind.SIZE, always=always, needed_by=needed_by)


def _memory(name: str, title: str, *, nothing_is_null: bool = False) -> Measure:
    return Measure(name, title, Kind.MEMORY, always=not nothing_is_null, nothing_is_null=nothing_is_null)


def _time(name: str, title: str, *, judged: bool = True, always: bool = False) -> Measure:
    return Measure(name, title, Kind.TIME, judged=judged, always=always)


def _bits(name: str, title: str, *, by_largest: bool = False, always: bool = True) -> Measure:
    return Measure(name, title, Kind.BITS, higher_is_better=True, by_largest=by_largest, always=always)


PRECISION = _bits("ladder.precision_bits", "precision", by_largest=True)
#: The mean logit error in bits, against the same reference as the precision.
MEAN_PRECISION = _bits("ladder.logit_error_mean", "precision by the mean error")
#: Null where no class of security is reached.
SECURITY = Measure("security.bits", "security bits", Kind.COUNT, higher_is_better=True, always=True)
#: Null where a program has no refresh.
LEVELS_AFTER = Measure(
    "counts.levels_after_refresh",
    "levels after a refresh",
    Kind.COUNT,
    higher_is_better=True,
    always=True,
    needed_by=("counts.bootstraps_planned", "counts.round_trips"),
)
HOT = _time("latency.runs.evaluate_s", "evaluate, hot")
HOT_DECRYPT = _time("latency.runs.decrypt_s", "decrypt, hot")

#: Measures that are read from one place of a record.
PLAIN = (
    SECURITY,
    _count("counts.bootstraps_planned", "bootstraps planned"),
    _count("counts.bootstraps", "bootstraps"),
    _count("counts.round_trips", "round trips"),
    _count("counts.rotations", "rotations"),
    _count("counts.rotation_keys", "rotation keys"),
    _count("counts.ct_ct", "ct·ct"),
    _count("counts.ct_pt", "ct·pt"),
    _count("counts.relinearisations", "relinearisations"),
    _count("counts.rescales", "rescales"),
    _count("counts.drops", "drops"),
    _count("counts.additions", "additions"),
    _count("counts.negations", "negations"),
    _count("counts.conjugations", "conjugations"),
    _count("counts.levels_used", "levels used"),
    LEVELS_AFTER,
    _count("counts.library.bootstraps", "bootstraps of the library"),
    _count("counts.library.rotations", "rotations of the library"),
    _count("counts.library.ct_ct", "ct·ct of the library"),
    _count("counts.library.ct_pt", "ct·pt of the library"),
    _count("counts.library.relinearisations", "relinearisations of the library"),
    _count("counts.library.rescales", "rescales of the library"),
    _count("counts.library.drops", "drops of the library"),
    _count("counts.library.additions", "additions of the library"),
    _count("counts.library.negations", "negations of the library"),
    _count("counts.library.conjugations", "conjugations of the library"),
    _count("wire.messages", "messages"),
    _count("wire.rounds", "rounds"),
    _size("wire.to_evaluator_bytes", "to the evaluator"),
    _size("wire.to_key_owner_bytes", "to the key owner"),
    _size("memory.public_key_bytes", "public key"),
    _size("memory.relinearisation_key_bytes", "relinearisation key"),
    _size("memory.rotation_keys_bytes", "rotation keys' size", "counts.rotation_keys"),
    _size("memory.conjugation_key_bytes", "conjugation key"),
    _size("memory.bootstrap_keys_bytes", "bootstrap keys", "counts.bootstraps_planned"),
    _size("memory.ciphertexts_in_bytes", "ciphertexts in"),
    _size("memory.ciphertexts_out_bytes", "ciphertexts out"),
    _memory("memory.keygen_peak_bytes", "peak of key generation"),
    _memory("memory.key_owner_peak_bytes", "peak of the key owner"),
    _memory("memory.evaluator_peak_bytes", "peak of the evaluator"),
    _memory("memory.together_peak_bytes", "peak of all processes"),
    # What encoding adds to a process: nothing, and so null, where a small model fits what it already had.
    _memory("memory.prepared_model_bytes", "prepared model", nothing_is_null=True),
    _time("latency.plan_s", "plan"),
    _time("latency.wall_s", "wall time", judged=False),
    _time("latency.keygen_s", "key generation"),
    _time("latency.make_keys_s", "making keys", judged=False),
    _time("latency.write_keys_s", "writing keys", judged=False),
    _time("latency.prepare_model_s", "model preparation"),
    _time("latency.load_keys_s", "loading keys", judged=False),
    _time("latency.encode_model_s", "encoding the model", judged=False),
    _time("latency.encrypt_s", "encrypt"),
    _time("latency.evaluate_s", "evaluate, cold"),
    _time("latency.round_trips_s", "round trips' time"),
    _time("latency.decrypt_s", "decrypt"),
    _time("latency.other_s", "what no stage holds", judged=False),
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
#: Names of those that no gate judges.
UNJUDGED = frozenset(
    [
        *(measure.name for measure in PLAIN if not measure.judged),
        *(name for name, _, judged in (*RUNGS, *HELD_OUT) if not judged),
    ]
)


def of_rung(name: str, title: str, metric: Metric, *, judged: bool) -> Measure:
    """The metric of a rung, on the cell's samples or on those held out."""
    return Measure(
        name,
        f"{metric.name}: {title}",
        Kind.METRIC,
        higher_is_better=metric.higher_is_better,
        judged=judged,
        always=True,
        metric=metric,
    )


def of_primitive(
    name: str, level: int | None, *, measured: bool
) -> tuple[Measure, Measure, Measure, Measure]:
    """The time of one operation, its precision by the largest and the mean error, and the size of its result.

    Args:
        name: the primitive's.
        level: at which it works; None for keys, which have none.
        measured: whether it was measured by itself, as it is in every build. Those of an evaluation come and
            go with the program: what no longer runs at a level is not a loss.
    """
    place = f"latency.primitives.{name}" + ("" if level is None else f"@{level}")
    title = (name if level is None else f"{name}, level {level}").replace("_", " ")
    return (
        _time(place, title, always=measured),
        _bits(f"{place}.precision_bits", f"{title}: precision", by_largest=True, always=measured),
        _bits(f"{place}.mean_precision_bits", f"{title}: precision by the mean error", always=measured),
        _size(f"{place}.bytes", f"{title}: size", always=measured),
    )
