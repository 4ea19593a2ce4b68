"""The rules of a gate: how much each kind of measure may lose. `suites/rules/default.yaml` has them in words.

Counts, levels, refreshes and messages need no number: they are the same on every machine, so any difference
is one.
"""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from reports.block import Block

Ratio = Annotated[float, Field(ge=1)]
Pattern = Annotated[str, Field(max_length=100)]
Part = Annotated[float, Field(ge=1e-9, lt=1)]


class SizeRule(Block):
    """Sizes within a ratio: compressed keys and ciphertexts vary by a little.

    Attributes:
        ratio: the largest that is not a difference.
    """

    ratio: Ratio = 1.01


class BitsRule(Block):
    """Bits of precision.

    Attributes:
        lost: how many may be lost, by the mean error.
        lost_by_largest: how many may be lost by the largest error, which is one draw of the noise's tail and
            swings from key to key.
        enough: bits above this count as this: they are rounding of float64, which differs by machine.
    """

    lost: Annotated[float, Field(ge=0)] = 1.0
    lost_by_largest: Annotated[float, Field(ge=0)] = 4.0
    enough: Annotated[float, Field(gt=0)] = 45.0


class MetricRule(Block):
    """The stages of conversion in the clear.

    Attributes:
        lost: the largest loss, as the metric counts it (`models.metrics`): of accuracy a fraction, of
            perplexity the fraction by which it grows, of cross-entropy nats, of a correlation or a mean
            squared error its difference.
    """

    lost: Annotated[float, Field(ge=0)] = 0.005


class LabelsRule(Block):
    """Labels that flip.

    Attributes:
        errors: a sample may not flip whose clear margin exceeds so many of the baseline's largest logit
            errors. Two logits that each err by one error cannot change places over a margin of more than two.
    """

    errors: Annotated[float, Field(gt=0)] = 2.0


class MemoryRule(Block):
    """Peaks of memory.

    Attributes:
        ratio: the largest ratio of medians that is not a difference.
        least_bytes: up to so many are not a difference whatever their ratio. Interpreters and imported
            libraries take tens of megabytes more or less from one installation to the next, and toy cells are
            little else.
    """

    ratio: Ratio = 1.1
    least_bytes: Annotated[int, Field(ge=0)] = 64_000_000


class TimeRule(Block):
    """Times: a rank test and a ratio, both, over processes that took turns on one machine.

    Attributes:
        ratio: the largest ratio of medians that is not a difference.
        significance: the chance that one or more of all times of a gate is called different where none is.
        difference: the ratio that has to be found for a time to be called the same; over `ratio`.
        power: the chance with which it has to be.
        spread: between processes, as assumed where too few ran to tell.
        measures: patterns of the names of the times that are judged.
    """

    ratio: Ratio = 1.05
    significance: Part = 0.01
    difference: Annotated[float, Field(gt=1)] = 1.1
    power: Part = 0.95
    spread: Annotated[float, Field(gt=0, le=10)] = 0.05
    measures: Annotated[tuple[Pattern, ...], Field(strict=False, min_length=1, max_length=100)] = ("*",)

    @field_validator("difference")
    @classmethod
    def _over_the_ratio(cls, difference: float, others: ValidationInfo) -> float:
        ratio = others.data.get("ratio", 1.0)
        if difference <= ratio:
            raise PydanticCustomError("difference", "no number of processes tells it from ratio; write more")
        return difference

    def idle(self, names: Collection[str]) -> list[str]:
        """Patterns that name none of these."""
        return [one for one in self.measures if not any(fnmatchcase(name, one) for name in names)]

    def judges(self, name: str) -> bool:
        """Whether a measure of this name is among those that are judged."""
        return any(fnmatchcase(name, pattern) for pattern in self.measures)


class Rules(Block):
    """What a gate holds every cell to."""

    size: SizeRule = SizeRule()
    bits: BitsRule = BitsRule()
    metric: MetricRule = MetricRule()
    labels: LabelsRule = LabelsRule()
    memory: MemoryRule = MemoryRule()
    time: TimeRule = TimeRule()
