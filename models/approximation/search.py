"""The best approximation of a function for a given depth, or the cheapest for a given error."""

from __future__ import annotations

from models.approximation.approximation import Approximation
from models.approximation.choices import CHOICES
from models.approximation.series import Interval, Series
from models.errors import ModelError

#: Functions that can be asked for.
NAMES = tuple(CHOICES)

_DEEPEST = 64


def best(
    name: str, interval: Interval, *, depth: int | None = None, error: float | None = None
) -> Approximation:
    """The approximation with the least error within a depth, or the cheapest within an error.

    Args:
        name: the name of the function, one of `NAMES`.
        interval: the interval of x. For gelu, relu, silu and tanh it is widened to a symmetric one; for
            sign it stands for its mirror image too.
        depth: levels at most.
        error: largest error at most, of the kind that the function is judged by. Of the approximations that
            reach it the shallowest is taken, and of these the one whose series have the lowest degrees.

    Raises:
        ModelError: the name is unknown, not exactly one of depth and error is given, or nothing reaches it.
    """
    if name not in CHOICES:
        raise ModelError(f"no approximation of {name!r} is known; choose one of {', '.join(NAMES)}")
    if (depth is None) == (error is None):
        raise ModelError(f"the best approximation of {name} is for a depth or for an error; give one of them")
    if depth is not None:
        return _best_for_depth(name, interval, depth)
    assert error is not None
    return _best_for_error(name, interval, error)


def _best_for_depth(name: str, interval: Interval, depth: int) -> Approximation:
    choices = CHOICES[name](interval, depth) if depth > 0 else []
    if not choices:
        raise ModelError(f"{name} has no approximation of depth {depth} on {interval}; allow more levels")
    return min(choices, key=lambda choice: choice.least_error).closest


def _best_for_error(name: str, interval: Interval, error: float) -> Approximation:
    for depth in range(1, _DEEPEST + 1):
        reaching = (choice for choice in CHOICES[name](interval, depth) if choice.least_error <= error)
        found = [one for choice in reaching if (one := choice.lowest(error)).error <= error]
        if found:
            return min(found, key=_work)
    raise ModelError(
        f"no approximation of {name} on {interval} comes within {error} in {_DEEPEST} levels; "
        "allow a larger error"
    )


def _work(one: Approximation) -> int:
    """The degrees of the series together: what is evaluated beside them is cheap."""
    return sum(stage.degree for stage in one.stages if isinstance(stage, Series))
