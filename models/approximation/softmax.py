"""Softmax and Power-Softmax by polynomials, to compare σ-attention with.

Both are a positive function of every score divided by its sum over the keys of a query. Power-Softmax
(Zimerman et al. 2024, *Power-Softmax: Towards Secure LLM Inference over Encrypted Data*) takes xᵖ with p
even, which needs no approximation; softmax takes exp(x). The sum is divided by Goldschmidt's iteration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.approximation import search
from models.approximation.approximation import Approximation, measured
from models.approximation.series import Interval, Series
from models.errors import ModelError
from models.graph import Array


@dataclass(frozen=True)
class SoftmaxForm:
    """numerator(x)/Σ numerator(x) over the last axis, as polynomials.

    Attributes:
        numerator: of every score.
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
        """Of a weight, as a polynomial in the scores of its row."""
        return self.numerator.degree * (1 + self.division.degree)

    @property
    def depth(self) -> int:
        """Levels from the scores to the weights, one of them for the factor between sum and division."""
        return self.numerator.depth + 1 + self.division.depth + 1


def power_softmax(p: int, bound: float, smallest: float, keys: int, error: float) -> SoftmaxForm:
    """xᵖ/Σ xᵖ of scores in [-bound, bound].

    Args:
        p: an even power.
        bound: largest magnitude of a score.
        smallest: least magnitude that the largest score of a row has; under it the division has no hold.
        keys: length of a row.
        error: largest error of a weight at most.

    Raises:
        ModelError: p is odd, smallest is not between 0 and the bound, or no division comes within the error.
    """
    if p < 2 or p % 2:
        raise ModelError(f"a Power-Softmax of power {p} is asked for; choose an even power from 2")
    if not 0 < smallest < bound:
        raise ModelError(
            f"a row's largest score may be as small as {smallest}; choose it between 0 and the bound {bound}"
        )
    power = Series((*[0.0] * p, 1.0), "power")
    numerator = measured("power", lambda x: (x / bound) ** p, (-bound, bound), (power,), 1 / bound)
    division = search.best("reciprocal", ((smallest / bound) ** p / keys, 1.0), error=error)
    return SoftmaxForm(numerator, division, keys, division.error)


def softmax(interval: Interval, keys: int, error: float) -> SoftmaxForm:
    """exp(x)/Σ exp(x) of scores in an interval.

    Args:
        interval: of the scores.
        keys: length of a row.
        error: largest error of a weight at most.

    Raises:
        ModelError: no exponential or no division comes within its share of the error.
    """
    share = error / 4  # of the numerator twice, in a weight and in the sum, and of the division
    numerator = search.best("exponential", interval, error=share)
    spread = numerator.error
    low, high = np.exp(interval[0]) * (1 - spread), np.exp(interval[1]) * (1 + spread)
    division = search.best("reciprocal", (float(low), float(high)), error=share)
    total = (1 + spread) / (1 - spread) * (1 + division.error) - 1
    return SoftmaxForm(numerator, division, keys, total)
