"""What the search chooses from: for every function, approximations of a depth."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from models.approximation.approximation import Approximation
from models.approximation.even_activation import MONIC_DEGREE
from models.approximation.exponential import exponential
from models.approximation.gelu import gelu
from models.approximation.inverse_square_root import inverse_square_root
from models.approximation.pivot_tangent import pivot_tangent
from models.approximation.reciprocal import foretold_error, reciprocal
from models.approximation.relu import best_composite_relu, relu
from models.approximation.series import Interval
from models.approximation.sign import best_degrees, composite_sign
from models.approximation.silu import silu
from models.approximation.tanh import tanh

_DEEPEST_SERIES = 7  # degree 127
_WIDEST_EXPONENTIAL = 16.0  # length of an interval; one polynomial's relative error on a wider one nears 1


@dataclass(frozen=True)
class Choice:
    """Approximations of one shape by a number, a degree or that of steps; the highest is the closest.

    Attributes:
        numbers: those that there are.
        make: the approximation of a number.
        foretold: its error, where that is known before it is made.
    """

    numbers: range
    make: Callable[[int], Approximation]
    foretold: Callable[[int], float] | None = None

    @cached_property
    def closest(self) -> Approximation:
        """The one of the highest number."""
        return self.make(self.numbers[-1])

    @property
    def least_error(self) -> float:
        """The error of the closest."""
        return self.closest.error if self.foretold is None else self.foretold(self.numbers[-1])

    def lowest(self, error: float) -> Approximation:
        """The one of the lowest number whose error is not above, the highest number's not being either."""
        low, high = 0, len(self.numbers) - 1
        while low < high:
            middle = (low + high) // 2
            if self._error(self.numbers[middle]) <= error:
                high = middle
            else:
                low = middle + 1
        return self.make(self.numbers[low])

    def _error(self, number: int) -> float:
        return self.make(number).error if self.foretold is None else self.foretold(number)


#: From an interval and a depth: approximations that take no more levels.
Choices = Callable[[Interval, int], list[Choice]]


def _even_activation(make: Callable[[float, int], Approximation]) -> Choices:
    def choices(interval: Interval, depth: int) -> list[Choice]:
        return [Choice(_even_degrees(min(depth, _DEEPEST_SERIES)), partial(make, _bound(interval)))]

    return choices


def _relu(interval: Interval, depth: int) -> list[Choice]:
    choices = _even_activation(relu)(interval, depth)
    if depth > _DEEPEST_SERIES:  # under it the one polynomial is closer
        choices.append(Choice(range(depth, depth + 1), partial(best_composite_relu, _bound(interval))))
    return choices


def _sign(interval: Interval, depth: int) -> list[Choice]:
    if depth < 2:
        return []
    *inner, last = best_degrees(interval[0] / interval[1], depth)
    lowest = 2 ** (last.bit_length() - 1) + 1
    return [Choice(range(lowest, last + 1, 2), lambda degree: composite_sign(interval, (*inner, degree)))]


def _tanh(interval: Interval, depth: int) -> list[Choice]:
    degrees = _degrees(min(depth, _DEEPEST_SERIES))
    odd = range(degrees[0] + 1 - degrees[0] % 2, degrees[-1] + 1, 2)
    return [Choice(odd, partial(tanh, _bound(interval)))]


def _inverse_square_root(interval: Interval, depth: int) -> list[Choice]:
    levels = {steps: 2 * steps for steps in range(depth)}
    return _refined(partial(inverse_square_root, interval), levels, depth)


def _pivot_tangent(interval: Interval, depth: int) -> list[Choice]:
    left = depth - pivot_tangent(interval, 0).depth
    return [Choice(range(left // 2 + 1), partial(pivot_tangent, interval))] if left >= 0 else []


def _reciprocal(interval: Interval, depth: int) -> list[Choice]:
    levels = {0: 0} | {iterations: iterations + 1 for iterations in range(1, depth)}
    return _refined(partial(reciprocal, interval), levels, depth, partial(foretold_error, interval))


def _exponential(interval: Interval, depth: int) -> list[Choice]:
    needed = max(0, math.ceil(math.log2((interval[1] - interval[0]) / _WIDEST_EXPONENTIAL)))
    return _refined(partial(exponential, interval), {k: k for k in range(needed, depth)}, depth)


def _refined(
    make: Callable[[int, int], Approximation],
    levels: Mapping[int, int],
    depth: int,
    foretold: Callable[[int, int], float] | None = None,
) -> list[Choice]:
    """Series with so many refinements after them as leave the series a level or more.

    Args:
        make: from the degree of the series and the number of refinements.
        levels: that a number of refinements takes.
        depth: the depth of both together.
        foretold: the error of such a series with so many refinements, where that is known beforehand.
    """

    def choice(refinements: int, series_depth: int) -> Choice:
        return Choice(
            _degrees(min(series_depth, _DEEPEST_SERIES)),
            lambda degree: make(degree, refinements),
            None if foretold is None else lambda degree: foretold(degree, refinements),
        )

    return [choice(count, depth - taken) for count, taken in levels.items() if depth > taken]


def _degrees(depth: int) -> range:
    """Degrees of general series that take exactly so many levels."""
    return range(2 ** (depth - 1), 2**depth)


def _even_degrees(depth: int) -> range:
    """Even degrees, those of monic series up to `MONIC_DEGREE` and of general ones above."""
    if 2**depth <= MONIC_DEGREE:
        return range(2 ** (depth - 1) // 2 * 2 + 2, 2**depth + 1, 2)
    return range(max(2 ** (depth - 1), MONIC_DEGREE + 2), 2**depth - 1, 2)


def _bound(interval: Interval) -> float:
    return max(abs(end) for end in interval)


#: Function → its choices of any depth.
CHOICES: Mapping[str, Choices] = {
    "gelu": _even_activation(gelu),
    "relu": _relu,
    "silu": _even_activation(silu),
    "tanh": _tanh,
    "sign": _sign,
    "inverse_square_root": _inverse_square_root,
    "pivot_tangent": _pivot_tangent,
    "reciprocal": _reciprocal,
    "exponential": _exponential,
}
