"""The mean cross-entropy that is told beside a metric which says the same as its exponential."""

from __future__ import annotations

from collections.abc import Mapping

from models.metrics.arrays import Array
from models.metrics.metric import Metric, whole
from reports.ladder import RungNats


def in_nats(metric: Metric, scores: Mapping[str, Array]) -> RungNats | None:
    """In nats, by rung; None of a metric that needs none beside it.

    Args:
        metric: by which the rungs are judged.
        scores: rung → what each sample contributes (see `models.metrics.metric.scores`).
    """
    if metric.in_nats is None:
        return None
    return RungNats(**{rung: whole(metric.in_nats, found) for rung, found in scores.items()})
