"""tanh, which is odd."""

from __future__ import annotations

import numpy as np

from models.approximation.approximation import Approximation, measured
from models.approximation.minimax import minimax
from models.errors import ModelError


def tanh(bound: float, degree: int) -> Approximation:
    """The minimax polynomial of tanh on [-bound, bound], of the highest odd degree up to `degree`.

    Its variable is x/bound, so that no map to [-1, 1] takes a level. Absolute error.

    Raises:
        ModelError: the degree is under 1, or the bound is not positive.
    """
    if degree < 1 or not bound > 0:
        raise ModelError(
            f"tanh of degree {degree} on [-{bound}, {bound}] is asked for; "
            "choose a degree from 1 and a positive bound"
        )
    odd = degree - (degree + 1) % 2
    series = minimax(lambda v: np.tanh(bound * v), odd, (-1.0, 1.0), parity="odd")
    return measured("tanh", np.tanh, (-bound, bound), (series,), 1 / bound, "absolute")
