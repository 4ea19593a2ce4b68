"""SiLU, x/(1 + exp(-x)) = x/2 + x·tanh(x/2)/2 (Elfwing et al. 2017)."""

from __future__ import annotations

from models.approximation.approximation import Approximation
from models.approximation.even_activation import even_activation
from models.operations import activations


def silu(bound: float, degree: int) -> Approximation:
    """The minimax polynomial of SiLU on [-bound, bound] of an even degree; absolute error.

    Raises:
        ModelError: the degree is odd or under 2, or the bound is not positive.
    """
    return even_activation("silu", activations.silu, bound, degree)
