"""The names of raw outputs in the file beside a record: written after a run, read to score it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.run.scoring import Decrypted
from bench.run.workload import Workload
from models.graph import Array

ENCRYPTED = "logits_encrypted"
#: The logits of the second and later evaluations, `[evaluations, samples, positions, classes]`.
REPEATED = "logits_encrypted_repeated"
PROBE, REFERENCE = "probe_", "reference_"


def raw_outputs(
    workload: Workload, decrypted: Decrypted | None, scores: Mapping[str, Array]
) -> dict[str, NDArray[Any]]:
    """Everything from which metrics can be computed again.

    Args:
        workload: the case on its samples.
        decrypted: what the cell reached; None where nothing was decrypted.
        scores: clear rung → score of every held-out sample.
    """
    raw: dict[str, NDArray[Any]] = {
        "sample_ids": np.array(workload.ids),
        **{f"logits_{rung}": logits for rung, logits in workload.logits.items()},
        **{f"held_out_{rung}": values for rung, values in scores.items()},
    }
    if workload.metric is not None:
        raw["labels"] = workload.samples.labels
    return raw if decrypted is None else raw | _outputs(decrypted)


def _outputs(decrypted: Decrypted) -> dict[str, NDArray[Any]]:
    raw: dict[str, NDArray[Any]] = {}
    if decrypted.logits:
        raw[ENCRYPTED] = decrypted.logits[0]
    if len(decrypted.logits) > 1:
        raw[REPEATED] = np.stack(decrypted.logits[1:])
    raw |= {f"{PROBE}{name}": values for name, values in (decrypted.probes or {}).items()}
    probed = decrypted.probes or {}
    raw |= {f"{REFERENCE}{name}": (decrypted.references or {})[name] for name in probed}
    return raw


def decrypted(raw: Mapping[str, NDArray[Any]]) -> Decrypted | None:
    """What a cell's evaluations decrypted to; None where nothing was."""
    if ENCRYPTED not in raw:
        return None
    return Decrypted((raw[ENCRYPTED], *raw.get(REPEATED, ())), _named(raw, PROBE), _named(raw, REFERENCE))


def _named(raw: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, Array] | None:
    """The arrays under a prefix, in the order in which they were written."""
    found = {name.removeprefix(prefix): raw[name] for name in raw if name.startswith(prefix)}
    return found or None
