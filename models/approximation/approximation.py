"""An approximation: stages one after the other, and what they cost and reach together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.approximation.series import Interval, Series
from models.approximation.steps import Step
from models.graph import Array

Function = Callable[[Array], Array]
ErrorKind = Literal["absolute", "relative"]

Stage = Series | Step

_GRID = 20_001


@dataclass(frozen=True)
class Approximation:
    """A function's approximation on an interval.

    The variable is v = `factor`·x; the factor belongs into the linear map before, where it takes no level.
    The first stage is a series in v, every other one a series in the value so far or a step, which reads v
    again.

    Attributes:
        name: the name of the function.
        interval: the interval of x. Where the function is even or odd and the interval lies right of 0, its
            mirror image counts too.
        factor: from x to v.
        stages: what is evaluated, in order.
        error: largest deviation from the function on the interval, measured on a dense grid.
        error_kind: whether that is the difference, or the difference relative to the function.
    """

    name: str
    interval: Interval
    factor: float
    stages: tuple[Stage, ...]
    error: float
    error_kind: ErrorKind

    def __call__(self, x: Array) -> Array:
        """The approximation's values, elementwise."""
        return evaluate(self.stages, np.asarray(self.factor * np.asarray(x, float)))

    @property
    def degree(self) -> int:
        """The degree of all stages together, as a polynomial in x."""
        degree = 1
        for stage in self.stages:
            degree = degree * stage.degree if isinstance(stage, Series) else stage.degree(degree)
        return degree

    @property
    def depth(self) -> int:
        """Levels from v to the result."""
        return sum(stage.depth for stage in self.stages)


def measured(
    name: str,
    function: Function,
    interval: Interval,
    stages: Sequence[Stage],
    factor: float = 1.0,
    error_kind: ErrorKind = "absolute",
    finest: float | None = None,
    floor: float = 0.0,
) -> Approximation:
    """An approximation from its stages, its error measured against the function.

    Args:
        name: the function's.
        function: elementwise.
        interval: where.
        stages: what is evaluated.
        factor: from the function's variable to that of the stages.
        error_kind: how the error is measured.
        finest: see `dense`.
        floor: relative errors of smaller values are relative to it.
    """
    x = dense(interval, finest)
    wanted = function(x)
    error = np.abs(evaluate(stages, factor * x) - wanted)
    if error_kind == "relative":
        error = error / np.maximum(np.abs(wanted), floor)
    return Approximation(name, interval, factor, tuple(stages), float(error.max()), error_kind)


def evaluate(stages: Sequence[Stage], variable: Array) -> Array:
    """The stages' values, elementwise, of the variable that the first one reads."""
    value = variable
    for stage in stages:
        value = stage(value) if isinstance(stage, Series) else stage(value, variable)
    return value


def dense(interval: Interval, finest: float | None = None) -> Array:
    """Many points of an interval, both ends among them; on one right of 0 also evenly over its magnitudes.

    Args:
        interval: whose points they are.
        finest: on an interval with 0 inside, the magnitude down to which there are points evenly over
            magnitudes on both sides, for what changes there faster than the other points can tell.
    """
    low, high = interval
    points = (low + high) / 2 - (high - low) / 2 * np.cos(np.linspace(0, np.pi, _GRID))
    if low > 0:
        points = np.concatenate([points, np.geomspace(low, high, _GRID)])
    if finest is not None:
        sides = [-np.geomspace(finest, -low, _GRID), np.geomspace(finest, high, _GRID)]
        points = np.concatenate([points, *sides])
    return np.clip(points, low, high)
