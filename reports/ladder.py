"""What a cell reached: the ladder of a record, its precision, and what is lost from rung to rung."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from models.metrics.catalogue import DEFAULT, METRICS
from reports.block import Block
from reports.quantities import Error, Fraction, Nats


def _known_metric(name: str) -> str:
    if name not in METRICS:
        raise ValueError(f"{name!r} is not a metric of this version; use {' or '.join(METRICS)}")
    return name


MetricName = Annotated[str, AfterValidator(_known_metric)]


class Precision(Block):
    """The distribution of bits over all values (see `reports.scoring.precision`).

    `least` is by the largest error, `p99` by the 99th percentile of the errors: 99 % of all values have as
    many bits or more. `error_max` is absolute.
    """

    least: float | None = None
    mean: float | None = None
    median: float | None = None
    p99: float | None = None
    error_max: Error | None = None


class LayerPrecision(Block):
    """Agreement of one layer's decrypted values with the polynomial model's."""

    name: str
    precision_bits: float | None = None
    error_max: Error | None = None
    precision: Precision | None = None


class Loss(Block):
    """What is lost from one stage of conversion (rung) to another; positive is worse."""

    model_config = ConfigDict(populate_by_name=True)

    from_rung: Annotated[str, Field(alias="from")]
    to_rung: Annotated[str, Field(alias="to")]
    mean: float
    low: float
    high: float
    standard_error: Annotated[float, Field(ge=0)]
    confidence: Annotated[float, Field(gt=0, lt=1)]


class RungNats(Block):
    """The mean cross-entropy of every rung, in nats a token."""

    original: Nats | None = None
    he_friendly: Nats | None = None
    polynomial: Nats | None = None
    encrypted: Nats | None = None


class HeldOutLadder(Block):
    """The stages of conversion in the clear, over the case's whole held-out set.

    The cell's samples are the first few of that set (see `reports.scoring.held_out`).
    """

    samples: Annotated[int, Field(gt=0)]
    digest: str
    metric: MetricName
    original: float | None = None
    he_friendly: float | None = None
    polynomial: float | None = None
    nats: RungNats | None = None
    drifts: list[Loss]


class Ladder(Block):
    """The same samples through every stage of conversion, or rung (see `reports.scoring.ladder`)."""

    metric: MetricName = DEFAULT.name
    original: float | None = None
    he_friendly: float | None = None
    polynomial: float | None = None
    encrypted: float | None = None
    nats: RungNats | None = None
    label_agreement: Fraction | None = None
    cosine: Annotated[float, Field(ge=-1, le=1)] | None = None
    logit_error_max: Error | None = None
    logit_error_mean: Error | None = None
    precision_bits: float | None = None
    precision: Precision | None = None
    layers: list[LayerPrecision] | None = None
    held_out: HeldOutLadder | None = None
