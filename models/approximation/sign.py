"""The sign of x outside a margin around 0, as a composition of minimax polynomials.

E. Lee, J.-W. Lee, J.-S. No and Y.-S. Kim, *Minimax Approximation of Sign Function by Composite Polynomial for
Homomorphic Comparison*, 2021: where every polynomial is the minimax polynomial on the range that the one
before leaves, the composition is the best of its degrees, and takes far fewer products than one polynomial of
the same degree. Which degrees do best at a depth is found by dynamic programming.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from models.approximation.approximation import Approximation, measured
from models.approximation.minimax import minimax_and_error
from models.approximation.series import Interval, Series
from models.errors import ModelError

_SERIES_DEPTHS = range(2, 7)  # degrees 3 to 63
_DEEPEST = 40


def composite_sign(interval: Interval, degrees: Sequence[int]) -> Approximation:
    """The best composition of odd polynomials of these degrees for the sign; absolute error.

    Args:
        interval: the interval of x, right of 0; it stands for its mirror image too.
        degrees: odd, the first polynomial's first.

    Raises:
        ModelError: the interval is not right of 0, or a degree is even.
    """
    low, high = interval
    if not 0 < low < high:
        raise ModelError(f"a sign is asked for on {interval}; give an interval right of 0")
    return measured("sign", np.sign, interval, composition(low / high, degrees), 1 / high)


def composition(margin: float, degrees: Sequence[int]) -> list[Series]:
    """The polynomials of the best composition for the sign of x, margin ≤ |x| ≤ 1, every one on [-1, 1].

    Raises:
        ModelError: the margin is not between 0 and 1, or a degree is even.
    """
    if not 0 < margin < 1 or not degrees:
        raise ModelError(
            f"a sign outside the margin {margin} by polynomials of degrees {tuple(degrees)} is asked for; "
            "choose a margin between 0 and 1, and a degree or more"
        )
    stages = []
    for position, degree in enumerate(degrees, start=1):
        stage, error = _stage(margin, degree)
        if position < len(degrees):
            stage, margin = stage.times(1 / (1 + error)), _margin_after(error)
        stages.append(stage)
    return stages


def best_degrees(margin: float, depth: int) -> tuple[int, ...]:
    """Degrees of the composition with the least error within a depth.

    A polynomial does the better the smaller the range is that it meets, so the best composition of a depth
    extends a best one of a lower depth.

    Raises:
        ModelError: the depth is under 2.
    """
    if depth < _SERIES_DEPTHS[0]:
        raise ModelError(f"a sign of depth {depth} is asked for; allow {_SERIES_DEPTHS[0]} levels or more")
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (margin, ())}
    for levels in range(_SERIES_DEPTHS[0], depth + 1):
        extended = []
        for last in _SERIES_DEPTHS:
            if levels - last in best:
                reached, degrees = best[levels - last]
                _, error = _stage(reached, 2**last - 1)
                extended.append((_margin_after(error), (*degrees, 2**last - 1)))
        best[levels] = max(extended)
    return best[depth][1]


@lru_cache(maxsize=64)
def shallowest_degrees(margin: float, error: float) -> tuple[int, ...]:
    """Degrees of the shallowest best composition that comes within an error of the sign.

    Raises:
        ModelError: none of a reasonable depth does, or the margin is not between 0 and 1.
    """
    for depth in range(_SERIES_DEPTHS[0], _DEEPEST + 1):
        degrees = best_degrees(margin, depth)
        if composite_sign((margin, 1.0), degrees).error <= error:
            return degrees
    raise ModelError(
        f"no sign outside the margin {margin} comes within {error} in {_DEEPEST} levels; "
        "choose a wider margin or a larger error"
    )


def _margin_after(error: float) -> float:
    """The margin that a stage leaves to the next: under 1, though the error of the last may round to none."""
    return min((1 - error) / (1 + error), 1 - 2.0**-52)


@lru_cache(maxsize=1024)
def _stage(margin: float, degree: int) -> tuple[Series, float]:
    """The odd minimax polynomial of 1 on [margin, 1], and its error."""
    return minimax_and_error(np.ones_like, degree, (margin, 1.0), parity="odd")
