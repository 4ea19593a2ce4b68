"""Softmax and Power-Softmax by polynomials, to compare σ-attention with.

Both are a positive function of every score divided by its sum over the keys of a query. Power-Softmax
(Zimerman et al. 2024, *Power-Softmax: Towards Secure LLM Inference over Encrypted Data*) takes xᵖ with p
even, which needs no approximation; softmax takes exp(x). The sum is divided by Goldschmidt's iteration.

They are functions of a row and not of a number, so `search.best` does not name them; they take a depth or an
error like it, and ask it for their parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.approximation import search
from models.approximation.approximation import Approximation, measured
from models.approximation.series import Interval, Series
from models.errors import ModelError
from models.graph import Array

_LARGEST_ERROR = 0.5  # of a numerator; its sum must stay right of 0
_DEEPEST_NUMERATOR = 16
_OTHER_LEVELS = 2  # the factor between sum and division, and the product of numerator and quotient


@dataclass(frozen=True)
class SoftmaxForm:
    """numerator(x)/Σ numerator(x) over the last axis, as polynomials.

    Attributes:
        numerator: the numerator of every score.
        division: 1/m of the mean m of the numerators over the keys.
        keys: number of keys that a row of scores has.
        error: a weight's largest deviation from the exact form's, a bound that the errors of both parts give.
    """

    numerator: Approximation
    division: Approximation
    keys: int
    error: float

    def __call__(self, scores: Array) -> Array:
        """Weights of rows of scores, `[..., keys]`."""
        numerators = self.numerator(scores)
        return np.asarray(numerators * self.division(numerators.mean(axis=-1, keepdims=True)) / self.keys)

    @property
    def degree(self) -> int:
        """The degree of a weight, as a polynomial in the scores of its row."""
        return self.numerator.degree * (1 + self.division.degree)

    @property
    def depth(self) -> int:
        """Levels from the scores to the weights, one of them for the factor between sum and division."""
        return self.numerator.depth + self.division.depth + _OTHER_LEVELS


def power_softmax(
    p: int,
    bound: float,
    smallest: float,
    keys: int,
    *,
    depth: int | None = None,
    error: float | None = None,
) -> SoftmaxForm:
    """xᵖ/Σ xᵖ of scores in [-bound, bound], the nearest of a depth or the shallowest within an error.

    Args:
        p: an even power.
        bound: largest magnitude of a score.
        smallest: least magnitude that the largest score of a row has; under it the division has no hold.
        keys: length of a row.
        depth: levels at most.
        error: largest error of a weight at most.

    Raises:
        ModelError: p is odd, smallest is not between 0 and the bound, not exactly one of depth and error is
            given, or no division comes within it.
    """
    if p < 2 or p % 2:
        raise ModelError(f"a Power-Softmax of power {p} is asked for; choose an even power from 2")
    if not 0 < smallest < bound:
        raise ModelError(
            f"a row's largest score may be as small as {smallest}; choose it between 0 and the bound {bound}"
        )
    power = Series((*[0.0] * p, 1.0), "power")
    numerator = measured("power", lambda x: (x / bound) ** p, (-bound, bound), (power,), 1 / bound)
    left = None if depth is None else depth - numerator.depth - _OTHER_LEVELS
    means = ((smallest / bound) ** p / keys, 1.0)
    division = search.best("reciprocal", means, depth=left, error=error)
    return SoftmaxForm(numerator, division, keys, division.error)


def softmax(
    interval: Interval, keys: int, *, depth: int | None = None, error: float | None = None
) -> SoftmaxForm:
    """exp(x)/Σ exp(x) of scores in an interval, the nearest of a depth or the shallowest within an error.

    Args:
        interval: the interval of the scores.
        keys: length of a row.
        depth: levels at most.
        error: largest error of a weight at most.

    Raises:
        ModelError: not exactly one of depth and error is given, or no exponential with a division comes
            within it.
    """
    if (depth is None) == (error is None):
        raise ModelError("the best softmax is for a depth or for an error; give one of them")
    if depth is not None:
        return _nearest(interval, keys, depth)
    assert error is not None
    return _shallowest(interval, keys, error)


def _nearest(interval: Interval, keys: int, depth: int) -> SoftmaxForm:
    """The way to share the levels between both parts that has the least error."""
    left = depth - _OTHER_LEVELS
    forms = [
        _divided(numerator, keys, depth=left - numerator.depth)
        for numerator in _numerators(interval, left - 1)
    ]
    if not forms:
        raise ModelError(f"softmax on {interval} has no form of depth {depth}; allow more levels")
    return min(forms, key=lambda form: form.error)


def _shallowest(interval: Interval, keys: int, error: float) -> SoftmaxForm:
    forms: list[SoftmaxForm] = []
    for numerator in _numerators(interval, _DEEPEST_NUMERATOR):
        room = (1 + error) / _spread(numerator) - 1
        if room > error / 10:  # of the error, which the division may make
            forms.append(_divided(numerator, keys, error=room))
        if forms and min(form.depth for form in forms) <= numerator.depth + 1 + _OTHER_LEVELS:
            break
    if not forms:
        raise ModelError(f"no softmax on {interval} comes within {error}; allow a larger error")
    return min(forms, key=lambda form: form.depth)


def _numerators(interval: Interval, deepest: int) -> Iterator[Approximation]:
    """The best exponentials, shallow ones first."""
    shallowest = search.best("exponential", interval, error=_LARGEST_ERROR).depth
    for depth in range(shallowest, deepest + 1):
        yield search.best("exponential", interval, depth=depth)


def _divided(
    numerator: Approximation, keys: int, *, depth: int | None = None, error: float | None = None
) -> SoftmaxForm:
    low, high = numerator.interval
    ends = float(np.exp(low) * (1 - numerator.error)), float(np.exp(high) * (1 + numerator.error))
    division = search.best("reciprocal", ends, depth=depth, error=error)
    return SoftmaxForm(numerator, division, keys, _spread(numerator) * (1 + division.error) - 1)


def _spread(numerator: Approximation) -> float:
    """By how much at most the errors of a weight's numerator and of the sum of all enlarge it."""
    return (1 + numerator.error) / (1 - numerator.error)
