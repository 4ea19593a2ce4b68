"""The clear rungs over a whole held-out set, and what is lost from rung to rung with paired intervals.

A drift is a loss: accuracy of the rung before minus accuracy of the rung after, as a fraction, or the
fraction by which perplexity grows. Positive is worse in both, so `high` is the loss that is not exceeded.
"""

from __future__ import annotations

from collections.abc import Mapping

from reports.metrics import METRICS, Array, whole
from reports.record import Drift, HeldOut
from reports.statistics.intervals import CONFIDENCE

#: From which rung to which a drift is told.
DRIFTS = (("original", "he_friendly"), ("he_friendly", "polynomial"), ("original", "polynomial"))

#: Rungs as tables name them.
TITLES = {"original": "original", "he_friendly": "HE-friendly", "polynomial": "polynomial"}


def held_out(metric: str, scores: Mapping[str, Array], digest: str) -> HeldOut:
    """The record's block from every rung's scores (see `reports.metrics.scores`).

    Args:
        metric: one of `reports.metrics.METRICS`.
        scores: clear rung → `[samples]`.
        digest: of the held-out samples.

    Raises:
        ReportError: what is lost from one rung to another is more than a number holds.
    """
    return HeldOut(
        samples=len(scores["polynomial"]),
        digest=digest,
        metric=metric,
        original=whole(metric, scores["original"]),
        he_friendly=whole(metric, scores["he_friendly"]),
        polynomial=whole(metric, scores["polynomial"]),
        drifts=[_drift(metric, scores, before, after) for before, after in DRIFTS],
    )


def _drift(metric: str, scores: Mapping[str, Array], before: str, after: str) -> Drift:
    found = METRICS[metric].loss(scores[before], scores[after])
    return Drift(
        from_rung=before,
        to_rung=after,
        mean=found.mean,
        low=found.low,
        high=found.high,
        standard_error=found.standard_error,
        confidence=CONFIDENCE,
    )


def loss(block: HeldOut, drift: Drift) -> str:
    """A drift as tables show it: `0.12 [-0.05, 0.29] points`, of accuracy, or `... %`, of perplexity."""
    unit = "points" if block.metric == "accuracy" else "%"
    mean, low, high = (100 * value for value in (drift.mean, drift.low, drift.high))
    return f"{mean:.2f} [{low:.2f}, {high:.2f}] {unit}"
