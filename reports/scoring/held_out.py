"""The stages of conversion (rungs) in the clear over a whole held-out set, and what is lost between them.

A loss is the metric's own (`models.metrics`): of accuracy, that of the rung before minus that of the rung
after; of perplexity, the fraction by which it grows. Positive is worse for every metric, so `high` is the
loss that is not exceeded. The record calls losses `drifts`.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.metrics.arrays import Array
from models.metrics.catalogue import metric_named
from models.metrics.intervals import CONFIDENCE
from models.metrics.metric import Metric, held
from reports.ladder import HeldOutLadder, Loss
from reports.scoring.nats import in_nats

#: From which rung to which a loss is told.
LOSSES = (("original", "he_friendly"), ("he_friendly", "polynomial"), ("original", "polynomial"))

#: Rungs as tables name them.
TITLES = {"original": "original", "he_friendly": "HE-friendly", "polynomial": "polynomial"}


def held_out_ladder(metric: str, scores: Mapping[str, Array], digest: str) -> HeldOutLadder:
    """The record's block from every rung's scores (see `models.metrics.metric.scores`).

    Args:
        metric: name of one of `models.metrics.catalogue`.
        scores: clear rung → `[samples]`, or `[samples, numbers]` as the metric has it.
        digest: digest of the held-out samples.

    Raises:
        ScoreError: the metric is unknown, or no finite number says what a rung reaches or what is lost.
    """
    judged = metric_named(metric)
    losses = [_loss(judged, scores, before, after) for before, after in LOSSES]
    return HeldOutLadder(
        samples=len(scores["polynomial"]),
        digest=digest,
        metric=metric,
        original=held(judged, scores["original"], TITLES["original"]),
        he_friendly=held(judged, scores["he_friendly"], TITLES["he_friendly"]),
        polynomial=held(judged, scores["polynomial"], TITLES["polynomial"]),
        nats=in_nats(judged, scores),
        drifts=losses,
    )


def _loss(metric: Metric, scores: Mapping[str, Array], before: str, after: str) -> Loss:
    found = metric.interval(scores[before], scores[after])
    return Loss(
        from_rung=before,
        to_rung=after,
        mean=found.mean,
        low=found.low,
        high=found.high,
        standard_error=found.standard_error,
        confidence=CONFIDENCE,
    )
