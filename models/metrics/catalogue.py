"""All metrics, one entry each. No other file asks for a metric by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np

from models.errors import ScoreError
from models.metrics import correlations, intervals
from models.metrics.metric import Metric, NumberFormat
from models.metrics.scores import answer_and_label, log_likelihood, right, squared_error

ACCURACY = Metric(
    name="accuracy",
    title="accuracy",
    higher_is_better=True,
    low=0.0,
    high=1.0,
    format=NumberFormat("%", scale=100.0, digits=2),
    loss_format=NumberFormat("points", scale=100.0, digits=2),
    proportion=True,
    answers_labels=True,
    scores=right,
    whole=lambda scores: float(scores.mean()),
    loss=lambda before, after: before - after,
    interval=intervals.matched_proportions,
)
#: Of samples without labels: how many have the label that the original model gives them.
AGREEMENT = replace(
    ACCURACY, name="original_agreement", title="agreement with the original", of_original=True
)
#: Mean over samples and their positions.
CROSS_ENTROPY = Metric(
    name="cross_entropy",
    title="cross-entropy",
    higher_is_better=False,
    low=0.0,
    high=inf,
    format=NumberFormat("nats", digits=4),
    loss_format=NumberFormat("nats", digits=4),
    proportion=False,
    answers_labels=True,
    scores=log_likelihood,
    whole=lambda scores: -float(scores.mean()),
    loss=lambda before, after: after - before,
    interval=intervals.mean_decrease,
)
#: Per token: exp of the mean cross-entropy in nats.
PERPLEXITY = Metric(
    name="perplexity",
    title="perplexity",
    higher_is_better=False,
    low=1.0,
    high=inf,
    format=NumberFormat(digits=4, significant=True),
    loss_format=NumberFormat("%", scale=100.0, digits=2),
    proportion=False,
    answers_labels=True,
    scores=log_likelihood,
    whole=lambda scores: float(np.exp(-scores.mean())),
    loss=lambda before, after: after / before - 1,
    interval=intervals.relative_increase,
    in_nats=CROSS_ENTROPY,
)
#: Of the outputs from the labels of all samples: a regression's, by which it is trained.
MEAN_SQUARED_ERROR = Metric(
    name="mean_squared_error",
    title="mean squared error",
    higher_is_better=False,
    low=0.0,
    high=inf,
    format=NumberFormat(digits=4, significant=True),
    loss_format=NumberFormat(digits=4, significant=True),
    proportion=False,
    answers_labels=False,
    scores=squared_error,
    whole=lambda scores: float(scores.mean()),
    loss=lambda before, after: after - before,
    interval=lambda before, after: intervals.mean_decrease(after, before),
)
#: Pearson's, of the outputs with the labels of all samples: a regression's.
CORRELATION = Metric(
    name="correlation",
    title="correlation",
    higher_is_better=True,
    low=-1.0,
    high=1.0,
    format=NumberFormat(digits=4),
    loss_format=NumberFormat(digits=4),
    proportion=False,
    answers_labels=False,
    scores=answer_and_label,
    whole=correlations.correlation,
    loss=lambda before, after: before - after,
    interval=correlations.correlation_lost,
)

METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (ACCURACY, PERPLEXITY, CROSS_ENTROPY, MEAN_SQUARED_ERROR, CORRELATION, AGREEMENT)
}
#: What a model is judged by whose metadata do not say.
DEFAULT = ACCURACY


def metric_named(name: str) -> Metric:
    """The metric of this name.

    Raises:
        ScoreError: there is none.
    """
    if name not in METRICS:
        raise ScoreError(f"the metric {name!r} is unknown; use {' or '.join(METRICS)}")
    return METRICS[name]


def metric_of(metadata: Mapping[str, Any]) -> Metric:
    """The metric by which a graph with these metadata is judged.

    Raises:
        ScoreError: the metadata name one that does not exist.
    """
    return metric_named(str(metadata.get("metric", DEFAULT.name)))
