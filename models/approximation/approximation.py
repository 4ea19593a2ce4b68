"""An approximation: stages one after the other, and what they cost and reach together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.approximation.series import Interval, Series
from models.graph import Array

Function = Callable[[Array], Array]
ErrorKind = Literal["absolute", "relative"]

_GRID = 20_001


@dataclass(frozen=True)
class NewtonStep:
    """r → r·(`linear` - `cubic`·v·r²), which brings r nearer to 1/√v; Newton's own constants are 3/2 and 1/2.

    Three products on two levels: (`cubic`·v·r)·r² beside `linear`·r.
    """

    linear: float
    cubic: float

    def __call__(self, r: Array, v: Array) -> Array:
        """The result of the step, elementwise."""
        return np.asarray(r * (self.linear - self.cubic * v * r**2))

    @property
    def depth(self) -> int:
        """Levels from r to the result; v needs as many."""
        return 2

    def degree(self, before: int) -> int:
        """Degree in v of the result, of an r of the degree before."""
        return 3 * before + 1


@dataclass(frozen=True)
class GoldschmidtDivision:
    """r → `scale`·r·(1 + y)·(1 + y²)·(1 + y⁴)···, y = 1 - v·r, nearer to `scale`/v (R. E. Goldschmidt 1964).

    Every factor squares the relative error. It costs two products on one level; `scale`·r stands beside v·r
    on one level more.
    """

    iterations: int
    scale: float

    def __call__(self, r: Array, v: Array) -> Array:
        """The result of the division, elementwise."""
        y, r = 1 - v * r, self.scale * r
        for _ in range(self.iterations):
            r, y = r * (1 + y), y**2
        return r

    @property
    def depth(self) -> int:
        """Levels from r to the result; v needs as many."""
        return self.iterations + 1

    def degree(self, before: int) -> int:
        """Degree in v of the result, of an r of the degree before."""
        return before + ((1 << self.iterations) - 1) * (before + 1)


@dataclass(frozen=True)
class VariableProduct:
    """t → t·v: the value of the stages before, multiplied by the variable itself."""

    def __call__(self, t: Array, v: Array) -> Array:
        """The product, elementwise."""
        return t * v

    @property
    def depth(self) -> int:
        """Levels from t to the result; v needs as many."""
        return 1

    def degree(self, before: int) -> int:
        """Degree in v of the result, of a t of the degree before."""
        return before + 1


Step = NewtonStep | GoldschmidtDivision | VariableProduct
Stage = Series | Step


@dataclass(frozen=True)
class Approximation:
    """A function's approximation on an interval.

    The variable is v = `factor`·x; the factor belongs into the linear map before, where it takes no level.
    The first stage is a series in v, every other one a series in the value so far or a step, which reads v
    again.

    Attributes:
        name: of the function.
        interval: of x. Where the function is even or odd and it lies right of 0, its mirror image counts too.
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
        """Of all stages together, as a polynomial in x."""
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
) -> Approximation:
    """An approximation from its stages, its error measured against the function."""
    x = dense(interval)
    wanted = function(x)
    error = np.abs(evaluate(stages, factor * x) - wanted)
    if error_kind == "relative":
        error = error / np.abs(wanted)
    return Approximation(name, interval, factor, tuple(stages), float(error.max()), error_kind)


def evaluate(stages: Sequence[Stage], variable: Array) -> Array:
    """The stages' values, elementwise, of the variable that the first one reads."""
    value = variable
    for stage in stages:
        value = stage(value) if isinstance(stage, Series) else stage(value, variable)
    return value


def dense(interval: Interval) -> Array:
    """Many points of an interval, both ends among them; on one right of 0 also evenly over its magnitudes."""
    low, high = interval
    points = (low + high) / 2 - (high - low) / 2 * np.cos(np.linspace(0, np.pi, _GRID))
    if low > 0:
        points = np.concatenate([points, np.geomspace(low, high, _GRID)])
    return np.clip(points, low, high)
