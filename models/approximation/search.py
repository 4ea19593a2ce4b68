"""The best approximation of a function for a given depth, or the cheapest for a given error."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from models.approximation.approximation import Approximation
from models.approximation.even_activation import MONIC_DEGREE
from models.approximation.exponential import exponential
from models.approximation.gelu import gelu
from models.approximation.inverse_square_root import inverse_square_root
from models.approximation.reciprocal import reciprocal
from models.approximation.relu import best_composite_relu, relu
from models.approximation.series import Interval, Series
from models.approximation.sign import best_degrees, composite_sign
from models.approximation.tanh import tanh
from models.errors import ModelError

_DEEPEST = 32
_DEEPEST_SERIES = 7  # degree 127
_WIDEST_EXPONENTIAL = 16.0  # length of an interval; one polynomial's relative error on a wider one nears 1


@dataclass(frozen=True)
class Choice:
    """Approximations of one shape that differ in a degree, from the lowest to the highest."""

    degrees: range
    make: Callable[[int], Approximation]

    def closest(self) -> Approximation:
        """The one of the highest degree."""
        return self.make(self.degrees[-1])

    def lowest(self, error: float) -> Approximation:
        """The one of the lowest degree whose error is not above, the highest degree's not being either."""
        low, high = 0, len(self.degrees) - 1
        while low < high:
            middle = (low + high) // 2
            if self.make(self.degrees[middle]).error <= error:
                high = middle
            else:
                low = middle + 1
        return self.make(self.degrees[low])


Choices = Callable[[Interval, int], list[Choice]]


def best(
    name: str, interval: Interval, *, depth: int | None = None, error: float | None = None
) -> Approximation:
    """The approximation with the least error within a depth, or the cheapest within an error.

    Args:
        name: of the function, one of `NAMES`.
        interval: of x. For gelu, relu and tanh it is widened to a symmetric one; for sign it stands for its
            mirror image too.
        depth: levels at most.
        error: largest error at most, of the kind that the function is judged by. Of the approximations that
            reach it the shallowest is taken, and of these the one whose series have the lowest degrees.

    Raises:
        ModelError: the name is unknown, not exactly one of depth and error is given, or nothing reaches it.
    """
    if name not in _CHOICES:
        raise ModelError(f"no approximation of {name!r} is known; choose one of {', '.join(NAMES)}")
    if (depth is None) == (error is None):
        raise ModelError(f"the best approximation of {name} is for a depth or for an error; give one of them")
    if depth is not None:
        return _best_for_depth(name, interval, depth)
    assert error is not None
    return _best_for_error(name, interval, error)


def _best_for_depth(name: str, interval: Interval, depth: int) -> Approximation:
    found = [choice.closest() for choice in _CHOICES[name](interval, depth)] if depth > 0 else []
    if not found:
        raise ModelError(f"{name} has no approximation of depth {depth} on {interval}; allow more levels")
    return min(found, key=lambda one: one.error)


def _best_for_error(name: str, interval: Interval, error: float) -> Approximation:
    for depth in range(1, _DEEPEST + 1):
        choices = _CHOICES[name](interval, depth)
        reaching = [choice for choice in choices if choice.closest().error <= error]
        if reaching:
            return min((choice.lowest(error) for choice in reaching), key=_work)
    raise ModelError(
        f"no approximation of {name} on {interval} comes within {error} in {_DEEPEST} levels; "
        "allow a larger error"
    )


def _work(one: Approximation) -> int:
    """The degrees of the series together: what is evaluated beside them is cheap."""
    return sum(stage.degree for stage in one.stages if isinstance(stage, Series))


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


def _reciprocal(interval: Interval, depth: int) -> list[Choice]:
    levels = {0: 0} | {iterations: iterations + 1 for iterations in range(1, depth)}
    return _refined(partial(reciprocal, interval), levels, depth)


def _exponential(interval: Interval, depth: int) -> list[Choice]:
    needed = max(0, math.ceil(math.log2((interval[1] - interval[0]) / _WIDEST_EXPONENTIAL)))
    return _refined(partial(exponential, interval), {k: k for k in range(needed, depth)}, depth)


def _refined(
    make: Callable[[int, int], Approximation], levels: Mapping[int, int], depth: int
) -> list[Choice]:
    """Series with so many refinements after them as leave the series a level or more.

    Args:
        make: from the degree of the series and the number of refinements.
        levels: that a number of refinements takes.
        depth: of both together.
    """

    def choice(refinements: int, series_depth: int) -> Choice:
        return Choice(_degrees(min(series_depth, _DEEPEST_SERIES)), lambda degree: make(degree, refinements))

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


_CHOICES: Mapping[str, Choices] = {
    "gelu": _even_activation(gelu),
    "relu": _relu,
    "tanh": _tanh,
    "sign": _sign,
    "inverse_square_root": _inverse_square_root,
    "reciprocal": _reciprocal,
    "exponential": _exponential,
}

#: Functions that can be asked for.
NAMES = tuple(_CHOICES)
