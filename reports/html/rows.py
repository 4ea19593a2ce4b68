"""What tables and plots need of each record, a row each; the whole records are packed apart.

Columns have the record's own names (`latency.evaluate_s`), so that every figure can be found in its record;
what is computed here is `derived.…`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports.html.derived import (
    batches,
    evaluation_keys_bytes,
    full_batch_s,
    loss,
    measured,
    one_input_s,
    probed,
    standing,
)
from reports.html.front import Point, front
from reports.html.processes import newest, ranked
from reports.record import Block, Record

COLUMNS = (
    *("run_id", "started_at", "suite", "case", "backend", "parameter_set", "cell", "key"),
    *("status", "reason", "weights", "samples", "batch", "repeats"),
    *("security.bits", "security.log_n", "security.log_qp", "security.secret", "security.secure"),
    *("ladder.metric", "ladder.original", "ladder.he_friendly", "ladder.polynomial", "ladder.encrypted"),
    *("ladder.label_agreement", "ladder.logit_error_max", "ladder.precision_bits"),
    *("latency.plan_s", "latency.keygen_s", "latency.prepare_model_s", "latency.encrypt_s"),
    *("latency.evaluate_s", "latency.round_trips_s", "latency.decrypt_s", "latency.per_sample_s"),
    *("latency.clear_model_s", "memory.keygen_peak_bytes", "memory.key_owner_peak_bytes"),
    *("memory.evaluator_peak_bytes", "memory.together_peak_bytes", "memory.public_key_bytes"),
    *("memory.relinearisation_key_bytes", "memory.rotation_keys_bytes", "memory.bootstrap_keys_bytes"),
    *("memory.ciphertexts_in_bytes", "memory.ciphertexts_out_bytes", "memory.prepared_model_bytes"),
    *("counts.bootstraps", "counts.round_trips", "counts.rotations", "counts.rotation_keys"),
    *("counts.ct_ct", "counts.ct_pt", "counts.rescales", "counts.levels_used", "counts.levels_after_refresh"),
    *("wire.to_evaluator_bytes", "wire.to_key_owner_bytes", "wire.messages", "environment.threads"),
)

DERIVED = (
    *("derived.standing", "derived.newest", "derived.group", "derived.front", "derived.one_input_s"),
    *("derived.full_batch_s", "derived.batches", "derived.evaluation_keys_bytes", "derived.loss_model"),
    *("derived.loss_encryption", "derived.loss_total", "derived.probed", "derived.timed_layers"),
    *("derived.timed_primitives", "derived.timed_course", "derived.measured"),
)


def index(records: Sequence[Record], grouped: Sequence[int]) -> dict[str, Any]:
    """Names of the columns, and a row of values for each record; `grouped` as `conditions.groups` has it."""
    best = _on_front(records, grouped)
    last = newest(records, grouped)
    rows = [
        [*_values(record), *_derived(record, last[place], grouped[place], place in best)]
        for place, record in enumerate(records)
    ]
    return {"columns": [*COLUMNS, *DERIVED], "rows": rows}


def _on_front(records: Sequence[Record], grouped: Sequence[int]) -> set[int]:
    """Places of the records that stand for a cell on its front, all processes of a cell alike."""
    cells = ranked(
        records, grouped, lambda record: (record.latency.per_sample_s, record.ladder.precision_bits)
    )
    best = front([Point(number, cell.group, *cell.medians) for number, cell in enumerate(cells)])
    return {place for number in best for place in cells[number].places}


def _values(record: Record) -> list[Any]:
    fields = {**dict(record), "status": record.status.value, "started_at": record.started_at.isoformat()}
    return [_value(fields, name) for name in COLUMNS]


def _value(fields: dict[str, Any], name: str) -> Any:
    block, _, inner = name.partition(".")
    found = fields[block]
    return getattr(found, inner) if isinstance(found, Block) else found


def _derived(record: Record, last: bool, group: int, best: bool) -> list[Any]:
    ladder, latency = record.ladder, record.latency
    return [
        *(standing(record), last, group, best, one_input_s(record)),
        *(full_batch_s(record), batches(record), evaluation_keys_bytes(record)),
        loss(ladder, "original", "polynomial"),
        loss(ladder, "polynomial", "encrypted"),
        loss(ladder, "original", "encrypted"),
        *(probed(record), bool(latency.layers), bool(latency.primitives), bool(latency.course)),
        measured(record),
    ]
