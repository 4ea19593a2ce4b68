"""How the stages of conversion (rungs) of one model compare on the same samples, in the clear."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import combinations
from typing import Any, Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from models.data.samples import Positions, Samples
from models.graph import Array, Graph
from models.metrics.arrays import Labels
from models.metrics.catalogue import CROSS_ENTROPY, METRICS
from models.metrics.metric import scores, whole
from models.reference import Inputs, outputs, run

#: Value of every metric of a model that answers labels, by name; None where values exploded.
Measures = dict[str, float | None]
#: Told how many samples of how many have passed every rung.
Progress = Callable[[int, int], None]

#: Samples that a worker takes and evaluates at a time, a whole number of the reference's batches: a whole set
#: of prepared images does not fit in memory.
PIECE = 64
#: What a ladder may tell of, in the order in which it is made. Beside the rungs of a checkpoint there are
#: `substituted`, the HE-friendly rung as polynomials were put into it, and `tightened`, the same after
#: tightening.
TOLD = ("original", "he_friendly", "substituted", "tightened", "polynomial")
#: A ladder in the clear tells every metric of models that answer labels, as all trained ones do.
_MEASURED = tuple(metric for metric in METRICS.values() if metric.answers_labels)
#: More workers would need more memory than they save time: each holds the values of a whole model.
_MOST_WORKERS = 4


class Samplable(Protocol):
    """Samples that are there or are prepared as they are taken."""

    def __len__(self) -> int: ...

    def take(self, positions: Positions) -> Samples:
        """The samples at these positions, in this order."""

    def digest(self) -> str:
        """That of all of them, see `Samples.digest`."""


def unseen(done: int, total: int) -> None:
    """Shows no progress."""


def measure(graph: Graph, samples: Samplable) -> Measures:
    """The measures of one graph."""
    return _measures(_found({"graph": graph}, samples, unseen)["graph"])


def compare(rungs: Mapping[str, Graph], samples: Samplable, progress: Progress = unseen) -> dict[str, Any]:
    """Measures of every rung, and for every pair how often labels agree and how far logits differ."""
    found = _found(rungs, samples, progress)
    pairs = {}
    for a, b in combinations(rungs, 2):
        agree, largest, mean = found[f"{a}/{b}"]
        pairs[f"{a}/{b}"] = {
            "label_agreement": float(agree.mean()),
            "logit_error_max": _number(largest.max()),
            "logit_error_mean": _number(mean.mean()),
        }
    measures = {rung: _measures(found[rung]) for rung in rungs}
    return {"samples": len(samples), "digest": samples.digest(), **measures, "pairs": pairs}


def largest_values(graph: Graph, inputs: Inputs) -> dict[str, float]:
    """The largest magnitude of every node's value."""
    return {name: float(np.abs(value).max()) for name, value in run(graph, inputs).items()}


def cross_entropy(found: Mapping[str, float | None]) -> float:
    """That of measures, to choose by: infinite where there is none."""
    value = found[CROSS_ENTROPY.name]
    return math.inf if value is None else value


def _measures(judged: Array) -> Measures:
    return {metric.name: whole(metric, found) for metric, found in zip(_MEASURED, judged, strict=True)}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _found(rungs: Mapping[str, Graph], samples: Samplable, progress: Progress) -> dict[str, Array]:
    """What is averaged over predictions, by rung and by pair of rungs; no logits are kept."""

    def piece(start: int) -> tuple[int, dict[str, Array]]:
        taken = samples.take(range(start, min(start + PIECE, len(samples))))
        with np.errstate(over="ignore", invalid="ignore"):  # polynomials outside their intervals
            logits = {rung: _rows(outputs(graph, taken.inputs)) for rung, graph in rungs.items()}
        judged = {rung: _judged(rows, taken.labels.reshape(-1)) for rung, rows in logits.items()}
        pairs = {f"{a}/{b}": _compared(logits[a], logits[b]) for a, b in combinations(rungs, 2)}
        return len(taken), judged | pairs

    done = 0
    parts = []
    with workers() as pool:
        for count, part in pool.map(piece, range(0, len(samples), PIECE)):
            parts.append(part)
            done += count
            progress(done, len(samples))
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}


def _rows(logits: Array) -> Array:
    """`[samples, positions, classes]` → `[predictions, classes]`."""
    return logits.reshape(-1, logits.shape[-1])


def _judged(rows: Array, labels: Labels) -> Array:
    """`[metrics, predictions]`: the score of every prediction, each a sample of its own."""
    return np.stack([scores(metric, rows, labels) for metric in _MEASURED])


def _compared(a: Array, b: Array) -> Array:
    """`[3, predictions]`: whether both name the same label, the largest and the mean distance of logits.

    Logits that are not all finite name no label, so no other can agree with them.
    """
    with np.errstate(invalid="ignore"):
        apart = np.abs(a - b)
    agree = (a.argmax(axis=1) == b.argmax(axis=1)) & np.isfinite(a).all(axis=1) & np.isfinite(b).all(axis=1)
    return np.stack([agree, apart.max(axis=1), apart.mean(axis=1)])


@contextmanager
def workers() -> Iterator[ThreadPoolExecutor]:
    """Threads that, where an error or Ctrl-C comes, finish their piece and begin no other.

    A worker a core, each with one thread of its own: what numpy does between two products of matrices takes
    as long as they do, and uses one core.
    """
    with threadpool_limits(1):
        pool = ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_WORKERS))
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
