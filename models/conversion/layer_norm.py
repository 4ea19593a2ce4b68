"""LayerNorm as operations on encrypted values, with a polynomial in place of 1/√.

With c = x - mean(x) and c' = √(s/d)·c over d features, Σc'² is s·variance. The factor s maps the calibrated
interval of the variance to one that is 2 long, on which a Chebyshev series needs no level for its variable.
LayerNorm is then a constant times c'·r·scale, plus shift, with r = √low·1/√(variance + ε) approximated on
[low, high]: so no value on the way, r included, is much larger than 1.

Levels: one for c', which the mean and its factor share once they are folded into one linear map, one for the
square, those of the approximation, one for the last product. What comes after folds away.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.approximation.approximation import Approximation
from models.approximation.search import best
from models.approximation.series import Series
from models.approximation.steps import NewtonStep
from models.conversion.settings import LayerNormSettings
from models.conversion.stages import Chain, write_stages
from models.graph import Node


def layer_norm_nodes(node: Node, variance: tuple[float, float], settings: LayerNormSettings) -> list[Node]:
    """The nodes that take a LayerNorm's place, the last an `affine` of its name, scale and shift.

    Args:
        node: the `layer_norm`.
        variance: least and largest, without ε, that training inputs reach.
        settings: how near or deep the approximation of 1/√ is, and how much wider its interval.
    """
    epsilon, width = float(node.attributes["epsilon"]), len(node.arrays["scale"])
    bounds = (variance[0] / settings.margin + epsilon, variance[1] * settings.margin + epsilon)
    found = best("inverse_square_root", bounds, depth=settings.depth, error=settings.error)
    size = float(np.sqrt(found.factor / width))
    chain = Chain(node)
    sized = _centred(chain, node.inputs[0], width, size)
    square = chain.add("square", "multiply", sized, sized)
    variable = chain.add("variance", "sum_features", square, features=width)
    found, variable = _with_epsilon(chain, found, variable, found.factor * epsilon)
    inverse_size = float(np.sqrt(bounds[0]))
    inverse = write_stages(chain, "inverse", variable, _times(found, inverse_size))
    sized_normal = chain.add("sized_normal", "multiply", sized, inverse)
    normal = chain.add("normal", "scale", sized_normal, factor=1 / (size * inverse_size))
    chain.add("", "affine", normal, arrays=node.arrays)
    return chain.nodes


def _centred(chain: Chain, source: str, width: int, size: float) -> str:
    """size·(x - mean(x)). It is not a linear map, which training could change until it is not a mean."""
    total = chain.add("sum", "sum_features", source, features=width)
    minus_mean = chain.add("minus_mean", "scale", total, factor=-1 / width)
    centred = chain.add("centred", "add", source, minus_mean)
    return chain.add("sized", "scale", centred, factor=size)


def _with_epsilon(
    chain: Chain, found: Approximation, variable: str, epsilon: float
) -> tuple[Approximation, str]:
    """Let an approximation in v + ε read v: a series by its interval, steps by a constant that is added."""
    first, *others = found.stages
    if not others and isinstance(first, Series):
        low, high = first.interval
        return replace(found, stages=(replace(first, interval=(low - epsilon, high - epsilon)),)), variable
    return found, chain.add("variable", "bias", variable, arrays={"bias": np.array([epsilon])})


def _times(found: Approximation, constant: float) -> Approximation:
    """An approximation whose result is multiplied by a constant."""
    *others, last = found.stages
    assert isinstance(last, Series | NewtonStep)  # 1/√'s only ones
    return replace(found, stages=(*others, last.times(constant)))
