"""What the page's scripts know of metrics and of the units in which columns are counted, as plain data."""

from __future__ import annotations

from math import isfinite
from typing import Any

from models.metrics.catalogue import METRICS
from models.metrics.metric import Metric, NumberFormat


def metrics() -> dict[str, dict[str, Any]]:
    """Name of each metric → its title, which way is better, its bounds and its formats; no bound is null."""
    return {name: _metric(one) for name, one in METRICS.items()}


def _metric(metric: Metric) -> dict[str, Any]:
    return {
        "title": metric.title,
        "better": "higher" if metric.higher_is_better else "lower",
        "low": metric.low if isfinite(metric.low) else None,
        "high": metric.high if isfinite(metric.high) else None,
        "format": _format(metric.format),
        "loss": _format(metric.loss_format),
    }


def _format(how: NumberFormat) -> dict[str, Any]:
    return {"unit": how.unit, "scale": how.scale, "digits": how.digits, "significant": how.significant}
