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
from itertools import product

import numpy as np

from models.approximation import search
from models.approximation.approximation import Approximation, measured
from models.approximation.exponential import closest_exponential
from models.approximation.series import Interval, Series
from models.errors import ModelError
from models.graph import Array

_LARGEST_ERROR = 0.45  # of a numerator; its sum must stay right of 0
_DEEPEST_NUMERATOR = 16
_WEIGHTS, _HALVINGS = 2001, 60  # points and steps with which the largest error of a division is found
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
    interval: Interval,
    keys: int,
    *,
    largest: float | None = None,
    depth: int | None = None,
    error: float | None = None,
) -> SoftmaxForm:
    """exp(x)/Σ exp(x) of scores in an interval, the nearest of a depth or the shallowest within an error.

    Args:
        interval: the interval of the scores.
        keys: length of a row.
        largest: the least that the largest score of a row is: the interval's high end where each row's is
            subtracted, and its low end, the default, where nothing is known.
        depth: levels at most.
        error: largest error of a weight at most.

    Raises:
        ModelError: `largest` is outside the interval, not exactly one of depth and error is given, or no
            exponential with a division comes within it.
    """
    low, high = interval
    least = low if largest is None else largest
    if (depth is None) == (error is None):
        raise ModelError("the best softmax is for a depth or for an error; give one of them")
    if not low <= least <= high:
        raise ModelError(f"a row's largest score may be {least}; choose it in the interval {interval}")
    rows = _Rows(interval, keys, float(np.exp(least) + (keys - 1) * np.exp(low)) / keys)
    if depth is not None:
        return _nearest(rows, depth)
    assert error is not None
    return _shallowest(rows, error)


@dataclass(frozen=True)
class _Rows:
    """What is known of rows of scores.

    Attributes:
        interval: of the scores.
        keys: scores of a row.
        least_mean: the least that the mean of a row's exponentials is. An exponential under it may err by as
            much as this one.
    """

    interval: Interval
    keys: int
    least_mean: float

    def numerators(self, deepest: int) -> Iterator[Approximation]:
        """The nearest exponential of each depth, shallow ones first, if sums of it stay right of 0."""
        for depth in range(1, deepest + 1):
            found = closest_exponential(self.interval, depth, self.least_mean, fewest_squarings=0)
            if found.error < _LARGEST_ERROR:
                yield found

    def divided(
        self, numerator: Approximation, *, depth: int | None = None, error: float | None = None
    ) -> SoftmaxForm:
        """The form of a numerator, with the best division for a depth or for an error."""
        most = float(np.exp(self.interval[1])) * (1 + numerator.error)
        means = self.least_mean * (1 - 2 * numerator.error), most
        division = search.best("reciprocal", means, depth=depth, error=error)
        return SoftmaxForm(numerator, division, self.keys, self.error(numerator.error, division.error))

    def room(self, numerator: float, error: float) -> float:
        """The largest error of a division with which a weight errs by no more; 0 where there is none."""
        low, high = 0.0, error
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.error(numerator, middle) <= error else (low, middle)
        return low

    def error(self, numerator: float, division: float) -> float:
        """What a weight errs by at most, from the errors of the exponential and of the division.

        Of a row of the least mean, in which errors weigh most, one weight is w and the others are 1 - w
        together. An exponential errs by a part of itself or of the least mean. A quotient grows or falls with
        the error of each, so that it is at its ends where these are.
        """
        w = np.linspace(0, 1, _WEIGHTS)
        own, others = numerator * np.maximum(w, 1 / self.keys), numerator * (2 - w - 1 / self.keys)
        found = 0.0
        for met, left in product((w - own, w + own), (1 - w - others, 1 - w + others)):
            for factor in (1 - division, 1 + division):
                found = max(found, float(np.abs(factor * met / (met + left) - w).max()))
        return found


def _nearest(rows: _Rows, depth: int) -> SoftmaxForm:
    """The way to share the levels between both parts that has the least error."""
    left = depth - _OTHER_LEVELS
    forms = [rows.divided(numerator, depth=left - numerator.depth) for numerator in rows.numerators(left - 1)]
    if not forms:
        raise ModelError(f"softmax on {rows.interval} has no form of depth {depth}; allow more levels")
    return min(forms, key=lambda form: form.error)


def _shallowest(rows: _Rows, error: float) -> SoftmaxForm:
    forms: list[SoftmaxForm] = []
    for numerator in rows.numerators(_DEEPEST_NUMERATOR):
        room = rows.room(numerator.error, error)
        if room > error / 10:  # of the error, which the division may make
            forms.append(rows.divided(numerator, error=room))
        if forms and min(form.depth for form in forms) <= numerator.depth + 1 + _OTHER_LEVELS:
            break
    if not forms:
        raise ModelError(f"no softmax on {rows.interval} comes within {error}; allow a larger error")
    return min(forms, key=lambda form: form.depth)
