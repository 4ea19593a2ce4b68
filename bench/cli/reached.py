"""What a conversion has reached, told when it ends."""

from __future__ import annotations

from typing import Any

from models.ladder import TOLD, Measures
from models.metrics.catalogue import metric_named
from models.metrics.metric import Metric
from reports.figures import fixed, in_metric


def reached(ladder: dict[str, Any]) -> list[str]:
    """A line a stage of conversion (rung), in the order in which the stages are made."""
    if "held_out" not in ladder:
        return ["the weights are random: nothing was measured"]
    metric, scores = metric_named(ladder["metric"]), ladder["held_out"]
    made = (rung for rung in TOLD if rung in scores)
    return [f"{rung}: held-out {metric.name} {_told(metric, scores[rung])}" for rung in made]


def _told(metric: Metric, found: Measures) -> str:
    """A rung's score, and what is told in nats beside it; a dash where no number holds it."""
    score = in_metric(found[metric.name], metric.name)
    if metric.in_nats is None:
        return score
    return f"{score} ({fixed(found[metric.in_nats.name], 4)} nats)"
