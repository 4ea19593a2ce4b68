"""Two names of a result, never confused: `cell` says which question it answers, `key` how it was answered.

`compare`, `gate` and history match records by `cell`; resuming matches them by `key`, which changes with
everything that could change the result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reports.errors import ReportError


@dataclass(frozen=True)
class Origin:
    """Everything that could change a result; there are no defaults, so that nothing is left out.

    Attributes:
        cell: see `cell_id`.
        model_digest: digest of the checkpoint's rungs.
        data_digest: digest of the data set's file or arrays.
        parameters: the parameter set's literal, with how it is used: refresh, program.
        engine_digest: digest of the code that records programs.
        adapter_digest: digest of the backend's adapter.
        libraries: name → version of the HE library and what it is built on.
        threads: how many the evaluator has.
        repeats: evaluations asked for; one does not answer a request for five.
        probes: whether layers are decrypted.
    """

    cell: str
    model_digest: str
    data_digest: str
    parameters: Mapping[str, Any]
    engine_digest: str
    adapter_digest: str
    libraries: Mapping[str, str]
    threads: int
    repeats: int
    probes: bool


def cell_id(suite: str, case: str, backend: str, parameter_set: str, sample_ids: Sequence[str]) -> str:
    """The question: `suite/case/backend/parameter set/digest of the sample ids`.

    Raises:
        ReportError: a sample appears twice, so that fewer inputs ran than are counted.
    """
    if len(set(sample_ids)) != len(sample_ids):
        raise ReportError("a sample id appears twice; give every sample of a batch its own id")
    samples = digest(list(sample_ids))[:12]
    return "/".join((suite, case, backend, parameter_set, samples))


def result_key(origin: Origin) -> str:
    """SHA-256 over an origin."""
    return digest(asdict(origin))


def digest(value: Any) -> str:
    """SHA-256 over the canonical JSON of plain data: sorted names, no spaces.

    Raises:
        ReportError: the value is not plain data, or holds NaN or infinity.
    """
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def canonical_json(value: Any) -> str:
    """One spelling of plain data as JSON.

    Raises:
        ReportError: as for `digest`.
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ReportError(
            f"this cannot be written as JSON ({error}); use finite numbers and plain data"
        ) from error
