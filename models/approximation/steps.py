"""Steps: stages of an approximation that read its variable v again, beside the value of the stages before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.graph import Array


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

    def times(self, factor: float) -> NewtonStep:
        """The step with its result multiplied by a number."""
        return NewtonStep(factor * self.linear, factor * self.cubic)


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


@dataclass(frozen=True)
class Line:
    """slope·v + constant."""

    slope: float
    constant: float

    def __call__(self, v: Array) -> Array:
        """The line's values, elementwise."""
        return self.slope * v + self.constant

    def times(self, factor: float) -> Line:
        """The line multiplied by a number."""
        return Line(factor * self.slope, factor * self.constant)


@dataclass(frozen=True)
class ChoiceOfLines:
    """t → `left` where t is -1 and `right` where it is 1: left(v) + (1 + t)/2·(right(v) - left(v)).

    One product on one level; the lines stand beside t and take a level of v before it.
    """

    left: Line
    right: Line

    def __call__(self, t: Array, v: Array) -> Array:
        """The chosen line's value, elementwise."""
        left = self.left(v)
        return np.asarray(left + (1 + t) / 2 * (self.right(v) - left))

    @property
    def depth(self) -> int:
        """Levels from t to the result; v needs one more, which a sign before has spent."""
        return 1

    def degree(self, before: int) -> int:
        """Degree in v of the result, of a t of the degree before."""
        return before + 1

    def times(self, factor: float) -> ChoiceOfLines:
        """The choice between both lines multiplied by a number."""
        return ChoiceOfLines(self.left.times(factor), self.right.times(factor))


Step = NewtonStep | GoldschmidtDivision | VariableProduct | ChoiceOfLines
