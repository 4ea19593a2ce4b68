"""Activations, for training and for the clear rungs; conversion puts polynomials in their place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.arrays import Array
from models.node import Node
from models.operations.forms import alike
from models.operations.operation import Carries, Factor, Operation


def gelu(x: Array) -> Array:
    """The exact GELU, x·Φ(x) (Hendrycks and Gimpel 2016)."""
    from scipy.special import ndtr  # here, because parties evaluate polynomial graphs and have no scipy

    return np.asarray(x * ndtr(x))


def gelu_by_tanh(x: Array) -> Array:
    """The GELU that GPT-2 is trained with, x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))."""
    return np.asarray(x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))


def silu(x: Array) -> Array:
    """The SiLU or swish, x times the logistic function of x (Elfwing et al. 2017)."""
    from scipy.special import expit

    return np.asarray(x * expit(x))


def _gelu(node: Node, x: Array) -> Array:
    return gelu_by_tanh(x) if node.attributes.get("form") == "tanh" else gelu(x)


def _activation(
    name: str,
    meaning: str,
    evaluate: Callable[[Node, Array], Array],
    *,
    attributes: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
) -> Operation:
    return Operation(
        name=name,
        meaning=meaning,
        inputs=(1,),
        attributes=attributes,
        optional=optional,
        result=alike,
        evaluate=evaluate,
        factor=Factor.FIXED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
        polynomial=False,
        calibrated="input",
    )


OPERATIONS = (
    _activation(
        "gelu",
        "x·Φ(x), exactly, or with `form: tanh` by tanh, as GPT-2 has it",
        _gelu,
        optional=("form",),
    ),
    _activation("relu", "x where it is positive, else 0", lambda node, x: np.maximum(x, 0)),
    _activation("silu", "x/(1 + exp(-x))", lambda node, x: silu(x)),
    _activation(
        "reciprocal",
        "1/(x + `epsilon`), for x that is not negative; of sums of a `power` of values, it says which",
        lambda node, x: 1 / (x + node.attributes["epsilon"]),
        attributes=("epsilon",),
        optional=("power",),
    ),
    _activation("tanh", "the hyperbolic tangent of x", lambda node, x: np.tanh(x)),
)
