"""Minimax polynomials by Remez exchange, as Chebyshev series, which stay stable at high degree.

E. Y. Remez 1934; see L. N. Trefethen, *Approximation Theory and Approximation Practice*, chapter 10. The best
polynomial in n basis elements leaves n + 1 extremes of alternating sign and equal size; every exchange solves
for the polynomial that levels the deviation at n + 1 points and takes the extremes of what is left as the
next points.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.polynomial import chebyshev

from models.approximation.series import Interval, Series, series
from models.errors import ModelError
from models.graph import Array

Function = Callable[[Array], Array]
Parity = Literal["even", "odd"]

_EXCHANGES = 100
_POINTS_PER_EXTREME = 20
_LEVELLED = 1e-9  # relative difference of the extremes at which an exchange ends
_NOISE = 100.0  # times that much rounding may hide the alternation of a polynomial of high degree
_ROUNDING = 2e-13  # deviations relative to weight and function under which only rounding is left
_ZOOMS, _ZOOM_POINTS = 5, 9


def minimax(
    function: Function,
    degree: int,
    interval: Interval,
    weight: Function | None = None,
    parity: Parity | None = None,
) -> Series:
    """The polynomial p with the least largest |weight·(function - p)| on an interval.

    Args:
        function: elementwise, continuous.
        degree: highest power, 1 or more.
        interval: low and high end. With a parity either symmetric or right of 0, where it stands for itself
            and its mirror image.
        weight: elementwise and positive; 1 where absent. 1/|function| makes the error a relative one.
        parity: the parity of the function; the other powers are then left out.

    Raises:
        ModelError: degree, interval and parity contradict each other, or the exchange does not settle, as for
            a function that is not defined everywhere there.
    """
    return minimax_and_error(function, degree, interval, weight, parity)[0]


def minimax_and_error(
    function: Function,
    degree: int,
    interval: Interval,
    weight: Function | None = None,
    parity: Parity | None = None,
) -> tuple[Series, float]:
    """What `minimax` returns, and its largest |weight·(function - p)|."""
    problem = _problem(function, degree, interval, weight, parity)
    if not math.isfinite(problem.rounding):
        raise _not_found(degree, interval)
    points = problem.start()
    best, least = np.array([]), math.inf
    for _ in range(_EXCHANGES):
        coefficients, level = problem.levelled(points)
        extremes, sizes = problem.extremes(coefficients)
        largest = float(np.max(sizes))
        if largest <= level * (1 + _LEVELLED) + problem.rounding:
            return series(coefficients, "chebyshev", problem.interval), largest
        if largest < least:
            best, least = coefficients, largest
        points = _exchanged(extremes, sizes, len(points))
        if len(points) < problem.count + 1:
            break
    if least <= _NOISE * problem.rounding:  # what deviates is rounding: it need not alternate, nor settle
        return series(best, "chebyshev", problem.interval), least
    raise _not_found(degree, interval)


def _not_found(degree: int, interval: Interval) -> ModelError:
    return ModelError(
        f"no minimax polynomial of degree {degree} was found on {interval}; choose another degree"
    )


@dataclass(frozen=True)
class _Problem:
    """What is approximated, where, and in which basis elements.

    `domain` is where the deviation counts, `interval` what is mapped to [-1, 1].
    """

    function: Function
    weight: Function | None
    elements: np.ndarray[tuple[int], np.dtype[np.intp]]
    domain: Interval
    interval: Interval
    grid: Array
    rounding: float

    @property
    def count(self) -> int:
        return len(self.elements)

    def start(self) -> Array:
        """Points crowded towards the ends, as many as the best polynomial has extremes.

        One end is left out: symmetric points would level an even function's deviation at 0.
        """
        positions = np.linspace(0, len(self.grid) - 1, self.count + 2).round().astype(int)
        return np.asarray(self.grid[positions[1:]])

    def levelled(self, points: Array) -> tuple[Array, float]:
        """Coefficients whose deviation at the points has one size and alternating sign, and that size."""
        weight = self._weight(points)
        columns = chebyshev.chebvander(self._variable(points), int(self.elements[-1]))[:, self.elements]
        signs = (-1.0) ** np.arange(len(points))
        system = np.column_stack([weight[:, None] * columns, signs])
        try:  # by least squares, for on a very short interval the basis elements are alike
            solution = np.linalg.lstsq(system, weight * self.function(points), rcond=None)[0]
        except np.linalg.LinAlgError:
            solution = np.full(len(points), np.nan)
        coefficients = np.zeros(int(self.elements[-1]) + 1)
        coefficients[self.elements] = solution[:-1]
        return coefficients, float(abs(solution[-1]))

    def deviation(self, coefficients: Array, x: Array) -> Array:
        """weight·(function - p)."""
        values = chebyshev.chebval(self._variable(x), coefficients)
        return np.asarray(self._weight(x) * (self.function(x) - values))

    def extremes(self, coefficients: Array) -> tuple[Array, Array]:
        """Where the deviation is largest between changes of its sign, and how large, none if undefined."""
        deviation = self.deviation(coefficients, self.grid)
        if not np.all(np.isfinite(deviation)):
            return np.array([]), np.array([np.inf])
        turns = np.flatnonzero(np.diff(deviation > 0)) + 1
        parts = np.split(np.arange(len(deviation)), turns)
        peaks = np.array([part[np.argmax(np.abs(deviation[part]))] for part in parts])
        return self._refined(coefficients, peaks, np.sign(deviation[peaks]))

    def _refined(
        self, coefficients: Array, peaks: np.ndarray[tuple[int], np.dtype[np.intp]], signs: Array
    ) -> tuple[Array, Array]:
        """Peaks between the points of the grid, found by zooming in on the neighbourhood of each."""
        last = len(self.grid) - 1
        left, right = self.grid[np.maximum(peaks - 1, 0)], self.grid[np.minimum(peaks + 1, last)]
        rows = np.arange(len(peaks))
        for _ in range(_ZOOMS):
            steps = np.linspace(0, 1, _ZOOM_POINTS)
            x = left[:, None] + (right - left)[:, None] * steps
            sizes = signs[:, None] * self.deviation(coefficients, x.ravel()).reshape(x.shape)
            best = np.argmax(sizes, axis=1)
            left, right = x[rows, np.maximum(best - 1, 0)], x[rows, np.minimum(best + 1, len(steps) - 1)]
        return x[rows, best], sizes[rows, best]

    def _variable(self, x: Array) -> Array:
        low, high = self.interval
        return (2 * x - low - high) / (high - low)

    def _weight(self, x: Array) -> Array:
        return np.ones_like(x) if self.weight is None else np.asarray(self.weight(x))


def _problem(
    function: Function, degree: int, interval: Interval, weight: Function | None, parity: Parity | None
) -> _Problem:
    low, high = map(float, interval)
    first, step = {None: (0, 1), "even": (0, 2), "odd": (1, 2)}[parity]
    if degree < 1 or (degree - first) % step:
        raise ModelError(
            f"a minimax polynomial of degree {degree} is asked for; "
            f"choose {f'an {parity}' if parity else 'a'} degree from 1"
        )
    if not (low < high and math.isfinite(low) and math.isfinite(high)):
        raise ModelError(f"a minimax polynomial on {interval} is asked for; give a low end below the high")
    domain, mapped = (low, high), (low, high)
    if parity is not None:
        if low < 0 and low != -high:
            raise ModelError(
                f"an {parity} polynomial on {interval} is asked for; "
                "give a symmetric interval, or its right half"
            )
        domain, mapped = (max(low, 0.0), high), (-high, high)
    elements = np.arange(first, degree + 1, step)
    grid = _grid(domain, len(elements)) if parity is None else np.sqrt(_grid(_squared(domain), len(elements)))
    grid[0], grid[-1] = domain
    if parity == "odd" and grid[0] == 0:
        grid = grid[1:]  # every odd polynomial is 0 there, which can be no extreme
    largest_weight = 1.0 if weight is None else float(np.max(weight(grid)))
    rounding = _ROUNDING * largest_weight * float(np.max(np.abs(function(grid))))
    return _Problem(function, weight, elements, domain, mapped, grid, rounding)


def _squared(domain: Interval) -> Interval:
    return domain[0] ** 2, domain[1] ** 2


def _grid(domain: Interval, extremes: int) -> Array:
    """Many points for each extreme, crowded towards the ends as the extremes are."""
    angles = np.linspace(math.pi, 0, _POINTS_PER_EXTREME * (extremes + 1) + 1)
    return np.asarray((domain[0] + domain[1]) / 2 + (domain[1] - domain[0]) / 2 * np.cos(angles))


def _exchanged(extremes: Array, sizes: Array, count: int) -> Array:
    """As many neighbouring extremes as asked for, the largest among them."""
    first, last = 0, len(extremes)
    while last - first > count:
        if sizes[first] < sizes[last - 1]:
            first += 1
        else:
            last -= 1
    return extremes[first:last]
