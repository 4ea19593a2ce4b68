"""What a conversion has reached, told when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from models.ladder import TOLD, Measures
from models.metrics.catalogue import metric_named
from models.metrics.metric import Metric
from models.probing import COSINE
from reports.figures import fixed, in_metric


def reached(ladder: dict[str, Any]) -> list[str]:
    """A line a stage of conversion (rung), in the order in which the stages are made."""
    if "held_out" not in ladder:
        return ["the weights are random: nothing was measured"]
    metric, scores = metric_named(ladder["metric"]), ladder["held_out"]
    made = (rung for rung in TOLD if rung in scores)
    return [f"{rung}: {_told(metric, scores[rung])}{_cosine(scores.get('pairs', {}), rung)}" for rung in made]


def _told(metric: Metric, found: Measures) -> str:
    """A rung's score, and what is told in nats beside it; a dash where no number holds it."""
    if found[metric.name] is None and metric.high < inf:
        return f"no held-out {metric.title}"
    score = f"held-out {metric.title} {in_metric(found[metric.name], metric.name)}"
    if metric.in_nats is None:
        return score
    return f"{score} ({fixed(found[metric.in_nats.name], 4)} nats)"


def _cosine(pairs: Mapping[str, Mapping[str, float]], rung: str) -> str:
    """Of embeddings, the mean of their cosines with the original's."""
    found = pairs.get(f"original/{rung}", {}).get(COSINE)
    return "" if found is None else f", cosine with the original's {found:.4f}"
