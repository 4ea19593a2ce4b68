"""GELU, x·Φ(x) = x/2 + x·erf(x/√2)/2 (Hendrycks and Gimpel 2016)."""

from __future__ import annotations

from models.approximation.approximation import Approximation
from models.approximation.even_activation import even_activation
from models.operations import activations


def gelu(bound: float, degree: int) -> Approximation:
    """The minimax polynomial of GELU on [-bound, bound] of an even degree; absolute error.

    Raises:
        ModelError: the degree is odd or under 2, or the bound is not positive.
    """
    return even_activation("gelu", activations.gelu, bound, degree)
