"""How the stages of conversion (rungs) of one model compare on the same samples, in the clear."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import combinations
from typing import Any, Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from models.data.samples import Positions, Samples
from models.graph import Array, Graph
from models.metrics.arrays import Labels
from models.metrics.catalogue import AGREEMENT, CROSS_ENTROPY, METRICS
from models.metrics.metric import Metric, scores, whole
from models.metrics.scores import named
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
#: A ladder in the clear tells every metric of models that answer labels, as all trained ones do; where the
#: samples have none, how often rungs agree with the original.
MEASURED = tuple(one for one in METRICS.values() if one.answers_labels and not one.of_original)
_AGREEING = (AGREEMENT,)
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
    return _measures(_found({"graph": graph}, samples, unseen, MEASURED)["graph"], MEASURED)


def compare(
    rungs: Mapping[str, Graph], samples: Samplable, progress: Progress = unseen, *, labelled: bool = True
) -> dict[str, Any]:
    """Measures of every rung, and for every pair how often labels agree and how far logits differ.

    Args:
        rungs: graphs that answer labels; without labels of the samples, `original` among them.
        samples: on which they are compared.
        progress: is told how many samples have passed every rung.
        labelled: whether the samples have labels; else those that the original gives them are taken.
    """
    metrics = MEASURED if labelled else _AGREEING
    found = _found(rungs, samples, progress, metrics)
    pairs = {}
    for a, b in combinations(rungs, 2):
        agree, largest, mean = found[f"{a}/{b}"]
        pairs[f"{a}/{b}"] = {
            "label_agreement": float(agree.mean()),
            "logit_error_max": _number(largest.max()),
            "logit_error_mean": _number(mean.mean()),
        }
    measures = {rung: _measures(found[rung], metrics) for rung in rungs}
    return {"samples": len(samples), "digest": samples.digest(), **measures, "pairs": pairs}


def largest_values(graph: Graph, inputs: Inputs) -> dict[str, float]:
    """The largest magnitude of every node's value."""
    return {name: float(np.abs(value).max()) for name, value in run(graph, inputs).items()}


def cross_entropy(found: Mapping[str, float | None]) -> float:
    """That of measures, to choose by: infinite where there is none."""
    value = found[CROSS_ENTROPY.name]
    return math.inf if value is None else value


def logits(graph: Graph, samples: Samplable) -> Array:
    """`[predictions, classes]`: what a graph answers, not finite where a polynomial exploded."""

    def piece(start: int) -> Array:
        taken = samples.take(range(start, min(start + PIECE, len(samples))))
        with np.errstate(over="ignore", invalid="ignore"):
            return _rows(outputs(graph, taken.inputs))

    with workers() as pool:
        return np.concatenate(list(pool.map(piece, range(0, len(samples), PIECE))))


def _measures(judged: Array, metrics: Sequence[Metric]) -> Measures:
    return {metric.name: whole(metric, found) for metric, found in zip(metrics, judged, strict=True)}


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _found(
    rungs: Mapping[str, Graph], samples: Samplable, progress: Progress, metrics: Sequence[Metric]
) -> dict[str, Array]:
    """What is averaged over predictions, by rung and by pair of rungs; no logits are kept."""

    def piece(start: int) -> tuple[int, dict[str, Array]]:
        taken = samples.take(range(start, min(start + PIECE, len(samples))))
        with np.errstate(over="ignore", invalid="ignore"):  # polynomials outside their intervals
            rows = {rung: _rows(outputs(graph, taken.inputs)) for rung, graph in rungs.items()}
        labels = named(rows["original"]) if metrics[0].of_original else taken.labels.reshape(-1)
        judged = {rung: _judged(own, labels, metrics) for rung, own in rows.items()}
        pairs = {f"{a}/{b}": _compared(rows[a], rows[b]) for a, b in combinations(rungs, 2)}
        return len(taken), judged | pairs

    done = 0
    parts = []
    with workers() as pool:
        for count, part in pool.map(piece, range(0, len(samples), PIECE)):
            parts.append(part)
            done += count
            progress(done, len(samples))
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}


def _rows(answers: Array) -> Array:
    """`[samples, positions, classes]` → `[predictions, classes]`."""
    return answers.reshape(-1, answers.shape[-1])


def _judged(rows: Array, labels: Labels, metrics: Sequence[Metric]) -> Array:
    """`[metrics, predictions]`: the score of every prediction, each a sample of its own."""
    return np.stack([scores(metric, rows, labels) for metric in metrics])


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
