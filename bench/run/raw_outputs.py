"""The names of raw outputs in the file beside a record: written after a run, read to score it again."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bench.run.scoring import Decrypted
from bench.run.workload import Workload
from models.graph import Array
from reports.store import RawOutputs

ENCRYPTED = "logits_encrypted"
#: The logits of the second and later evaluations, `[evaluations, samples, positions, classes]`.
REPEATED = "logits_encrypted_repeated"
PROBE, REFERENCE = "probe_", "reference_"


def raw_outputs(workload: Workload, decrypted: Decrypted | None, scores: Mapping[str, Array]) -> RawOutputs:
    """Everything from which metrics can be computed again.

    Args:
        workload: the case on its samples.
        decrypted: what the cell reached; None where nothing was decrypted.
        scores: clear rung → score of every held-out sample.
    """
    raw: RawOutputs = {
        "sample_ids": np.array(workload.ids),
        **{f"logits_{rung}": logits for rung, logits in workload.logits.items()},
        **{f"held_out_{rung}": values for rung, values in scores.items()},
    }
    labels = {} if workload.metric is None else {"labels": workload.labels}
    return {**raw, **labels, **({} if decrypted is None else _outputs(decrypted))}


def _outputs(decrypted: Decrypted) -> RawOutputs:
    probed = decrypted.probes or {}
    references = decrypted.references or {}
    first, repeated = decrypted.logits[:1], decrypted.logits[1:]
    return {
        **({ENCRYPTED: first[0]} if first else {}),
        **({REPEATED: np.stack(repeated)} if repeated else {}),
        **{f"{PROBE}{name}": values for name, values in probed.items()},
        **{f"{REFERENCE}{name}": references[name] for name in probed},
    }


def decrypted(raw: RawOutputs) -> Decrypted | None:
    """What a cell's evaluations decrypted to; None where nothing was."""
    if ENCRYPTED not in raw:
        return None
    return Decrypted((raw[ENCRYPTED], *raw.get(REPEATED, ())), _named(raw, PROBE), _named(raw, REFERENCE))


def _named(raw: RawOutputs, prefix: str) -> dict[str, Array] | None:
    """The arrays under a prefix, in the order in which they were written."""
    found = {name.removeprefix(prefix): raw[name] for name in raw if name.startswith(prefix)}
    return found or None
