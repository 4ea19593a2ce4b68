"""What tables and plots need of each record, a row each; the whole records are packed apart.

Columns have the record's own names (`latency.evaluate_s`), so that every figure can be found in its record;
what is computed here is `derived.…`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.computed import computed
from reports.distorted import distorted
from reports.figures import Unit
from reports.floors import interactive, single_operations, unranked
from reports.html.derived import (
    address,
    batches,
    evaluation_keys_bytes,
    full_batch_s,
    loss,
    one_input_s,
    sample_s,
    standing,
)
from reports.html.front import Point, front
from reports.html.processes import newest, ranked
from reports.html.sets import NamedSets, refresh_of, set_of
from reports.record import Record
from reports.settings import probed

#: Names of columns by what their numbers are; None of text, flags and lists. See `Unit`.
_BY_UNIT: Mapping[Unit | None, tuple[str, ...]] = {
    None: (
        *("run_id", "started_at", "suite", "case", "backend", "parameter_set", "cell", "key"),
        *("status", "reason", "weights", "security.secret", "security.secure", "ladder.metric"),
        *("security.secret_from", "security.error_from"),
    ),
    Unit.COUNT: (
        *("samples", "batch", "repeats", "security.bits", "security.log_n"),
        *("counts.bootstraps", "counts.round_trips", "counts.rotations", "counts.rotation_keys"),
        *("counts.ct_ct", "counts.ct_pt", "counts.rescales", "counts.levels_used"),
        *("counts.levels_after_refresh", "wire.messages", "environment.threads"),
    ),
    Unit.METRIC: ("ladder.original", "ladder.he_friendly", "ladder.polynomial", "ladder.encrypted"),
    Unit.FRACTION: ("ladder.label_agreement",),
    Unit.NUMBER: (
        *(
            "security.error_deviation",
            "ladder.cosine",
            "ladder.logit_error_max",
            "ladder.precision.error_max",
        ),
        *("ladder.nats.original", "ladder.nats.he_friendly"),
        *("ladder.nats.polynomial", "ladder.nats.encrypted", "energy.evaluate_j"),
    ),
    Unit.BITS: (
        *("security.log_qp", "ladder.precision_bits", "ladder.precision.least", "ladder.precision.mean"),
        *("ladder.precision.median", "ladder.precision.p99"),
    ),
    Unit.SECONDS: (
        *("latency.plan_s", "latency.wall_s", "latency.keygen_s", "latency.make_keys_s"),
        *("latency.write_keys_s", "latency.prepare_model_s", "latency.load_keys_s"),
        *("latency.encode_model_s", "latency.encrypt_s", "latency.other_s"),
        *("latency.evaluate_s", "latency.round_trips_s", "latency.decrypt_s", "latency.per_sample_s"),
        "latency.clear_model_s",
    ),
    Unit.BYTES: (
        *("memory.keygen_peak_bytes", "memory.key_owner_peak_bytes", "memory.evaluator_peak_bytes"),
        *("memory.together_peak_bytes", "memory.public_key_bytes", "memory.relinearisation_key_bytes"),
        *("memory.rotation_keys_bytes", "memory.conjugation_key_bytes", "memory.bootstrap_keys_bytes"),
        *("memory.ciphertexts_in_bytes", "memory.ciphertexts_out_bytes", "memory.prepared_model_bytes"),
        *("wire.to_evaluator_bytes", "wire.to_key_owner_bytes"),
    ),
}
COLUMNS = tuple(name for names in _BY_UNIT.values() for name in names)

#: Name of what is computed here → what its numbers are.
DERIVED: Mapping[str, Unit | None] = {
    "derived.address": None,
    "derived.standing": None,
    "derived.newest": None,
    "derived.group": None,
    "derived.front": None,
    "derived.one_input_s": Unit.SECONDS,
    "derived.full_batch_s": Unit.SECONDS,
    "derived.batches": Unit.COUNT,
    "derived.evaluation_keys_bytes": Unit.BYTES,
    "derived.loss_model": Unit.LOSS,
    "derived.loss_encryption": Unit.LOSS,
    "derived.loss_total": Unit.LOSS,
    "derived.probed": None,
    "derived.timed_layers": None,
    "derived.timed_primitives": None,
    "derived.timed_course": None,
    "derived.measured": None,
    "derived.interactive": None,
    "derived.unranked": None,
    "derived.sample_s": Unit.SECONDS,
    "derived.distorted": None,
    "computed.lan_s": Unit.SECONDS,
    "computed.wan_s": Unit.SECONDS,
    "computed.price": Unit.NUMBER,
    "derived.refresh": None,
    "derived.alias": None,
    "derived.depth": Unit.COUNT,
    "derived.scale_bits": Unit.COUNT,
    "derived.digits": Unit.COUNT,
}


def units() -> dict[str, str]:
    """Name of each column that holds numbers → the name of their unit."""
    plain = [(name, unit) for unit, names in _BY_UNIT.items() for name in names]
    return {name: unit.value for name, unit in (*plain, *DERIVED.items()) if unit is not None}


def index(records: Sequence[Record], grouped: Sequence[int], sets: NamedSets) -> dict[str, Any]:
    """Names of the columns, and a row of values for each record; `grouped` as `conditions.groups` has it."""
    best = _on_front(records, grouped)
    last = newest(records, grouped)
    rows = [
        [
            *_values(record),
            *_derived(record, last[place], grouped[place], place in best),
            *(refresh_of(record), *set_of(record, sets)),
        ]
        for place, record in enumerate(records)
    ]
    return {"columns": [*COLUMNS, *DERIVED], "rows": rows}


def _on_front(records: Sequence[Record], grouped: Sequence[int]) -> set[int]:
    """Places of the records that represent a cell on its front, all processes of a cell alike."""
    cells = ranked(records, grouped, lambda record: (sample_s(record), record.ladder.precision_bits))
    best = front([Point(number, cell.group, *cell.medians) for number, cell in enumerate(cells)])
    return {place for number in best for place in cells[number].places}


def _values(record: Record) -> list[Any]:
    fields = {**dict(record), "status": record.status.value, "started_at": record.started_at.isoformat()}
    return [_value(fields, name) for name in COLUMNS]


def _value(fields: dict[str, Any], name: str) -> Any:
    first, *rest = name.split(".")
    found = fields[first]
    for step in rest:
        found = None if found is None else getattr(found, step)
    return found


def _derived(record: Record, last: bool, group: int, best: bool) -> list[Any]:
    ladder, latency = record.ladder, record.latency
    return [
        *(address(record), standing(record), last, group, best, one_input_s(record)),
        *(full_batch_s(record), batches(record), evaluation_keys_bytes(record)),
        loss(ladder, "original", "polynomial"),
        loss(ladder, "polynomial", "encrypted"),
        loss(ladder, "original", "encrypted"),
        *(probed(record), bool(latency.layers), bool(latency.primitives), bool(latency.course)),
        *(single_operations(record), interactive(record), unranked(record)),
        *(sample_s(record), distorted(record), *computed(record).values()),
    ]
