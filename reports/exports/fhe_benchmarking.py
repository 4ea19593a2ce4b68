"""The form in which the suites of github.com/fhe-benchmarking keep measurements: four groups of named values.

Names and spellings are those of the harness that their workloads share (`ml-inference`, for one); other
versions of it may name some otherwise. Seconds are `12.5s`, sizes in powers of 1024 `21.4G`. Where their
harness writes `0B` for a missing file, a name is left out here; and `Total` adds up the steps of the
protocol, none of the harness. A record without the time of the computation (a run with probes, measured
primitives) has no entry: its total would read as a fast submission.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from models.metrics.catalogue import metric_named
from reports.figures import binary_size
from reports.record import Record, Status


def to_fhe_benchmarking(records: Sequence[Record]) -> str:
    """A list with an entry for each record that ended ok and was timed, as one of their `results-N.json`."""
    timed = [record for record in records if record.latency.evaluate_s is not None]
    entries = [_entry(record) for record in timed if record.status is Status.OK]
    return json.dumps(entries, indent=2) + "\n"


def _entry(record: Record) -> dict[str, Any]:
    return {
        "submission_name": _submission(record),
        "dataset_name": f"{record.suite}/{record.case}",
        "Timing": _timing(record),
        "Bandwidth": _bandwidth(record),
        "Quality": _quality(record),
        "Server Reported": _server_reported(record),
        # Theirs has no place for it; a number without it could not be traced.
        "record": {"key": record.key, "cell": record.cell, "run_id": record.run_id},
    }


def _submission(record: Record) -> str:
    name = f"{record.backend} {record.parameter_set}"
    return name if record.security.secure or "INSECURE" in name else f"{name} INSECURE"


def _timing(record: Record) -> dict[str, str]:
    found = record.latency
    return _with_total(
        {
            "Key Generation": found.keygen_s,
            "Encrypted model preprocessing": found.prepare_model_s,
            "Input encryption": found.encrypt_s,
            "Encrypted computation": found.evaluate_s,
            "Result decryption": found.decrypt_s,
        }
    )


def _bandwidth(record: Record) -> dict[str, str]:
    memory = record.memory
    keys = (
        *(memory.public_key_bytes, memory.relinearisation_key_bytes),
        *(memory.rotation_keys_bytes, memory.conjugation_key_bytes, memory.bootstrap_keys_bytes),
    )
    sizes = {
        "Public and evaluation keys": sum(key for key in keys if key is not None) or None,
        "Encrypted input": memory.ciphertexts_in_bytes,
        "Encrypted results": memory.ciphertexts_out_bytes,
    }
    return {name: binary_size(size) for name, size in sizes.items() if size is not None}


def _quality(record: Record) -> dict[str, dict[str, float]]:
    """Right answers of the encrypted model and of the original one; they name no other metric."""
    ladder, metric = record.ladder, metric_named(record.ladder.metric)
    if not metric.proportion or metric.of_original:
        return {}
    rungs = {"Encrypted model quality": ladder.encrypted, "Harness model quality": ladder.original}
    return {
        name: {
            "correct_predictions": round(accuracy * record.samples),
            "total_samples": record.samples,
            "accuracy": accuracy,
        }
        for name, accuracy in rungs.items()
        if accuracy is not None
    }


def _server_reported(record: Record) -> dict[str, str]:
    return _with_total({layer.name: layer.s for layer in record.latency.layers or []})


def _with_total(steps: Mapping[str, float | None]) -> dict[str, str]:
    measured = {name: value for name, value in steps.items() if value is not None}
    total = {"Total": sum(measured.values())} if measured else {}
    return {name: f"{round(value, 4)}s" for name, value in {**measured, **total}.items()}
