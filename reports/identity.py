"""Two names of a result, never confused: `cell` says which question it answers, `key` how it was answered.

`compare`, `gate` and history match records by `cell`; resuming matches them by `key`, which changes with
everything that could change the result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from reports.errors import ReportError
from reports.origin import Origin


def cell_id(
    suite: str,
    case: str,
    backend: str,
    parameter_set: str,
    sample_ids: Sequence[str],
    evaluator: str | None = None,
) -> str:
    """The question: `suite/case/backend/parameter set/digest of the sample ids`.

    With an `evaluator`, the address of another machine than the key owner's, it is another question, and
    `on ADDRESS` stands before the samples.

    Raises:
        ReportError: a sample appears twice, so that fewer inputs ran than are counted.
    """
    if len(set(sample_ids)) != len(sample_ids):
        raise ReportError("a sample id appears twice; give every sample of a batch its own id")
    samples = digest(list(sample_ids))[:12]
    place = () if evaluator is None else (f"on {evaluator}",)
    return "/".join((suite, case, backend, parameter_set, *place, samples))


def result_key(cell: str, origin: Origin) -> str:
    """SHA-256 over a cell (see `cell_id`) and everything that could change its result."""
    return digest([cell, origin.model_dump(exclude_none=True)])


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
