"""LayerNorm and RMSNorm as operations on encrypted values, with a polynomial in place of 1/√.

With c = x - mean(x) and c' = √(s/d)·c over d features, Σc'² is s·variance. The factor s maps the calibrated
interval of the variance to one that is 2 long, on which a Chebyshev series needs no level for its variable.
LayerNorm is then a constant times c'·r·scale, plus shift, with r = √low·1/√(variance + ε) approximated on
[low, high]: so no value on the way, r included, is much larger than 1.

Levels: one for c', which the mean and its factor share once they are folded into one linear map, one for the
square, those of the approximation, one for the last product. What comes after folds away. RMSNorm (Zhang and
Sennrich 2019) is the same of x itself, whose mean square stands for the variance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from models.approximation.approximation import Approximation
from models.approximation.search import best
from models.approximation.series import Series
from models.approximation.steps import NewtonStep
from models.conversion.settings import LayerNormSettings
from models.conversion.stages import Chain, write_stages
from models.graph import Array, Node


def layer_norm_nodes(node: Node, variance: tuple[float, float], settings: LayerNormSettings) -> list[Node]:
    """The nodes that take a LayerNorm's place, the last an `affine` of its name, scale and shift.

    Args:
        node: the `layer_norm`.
        variance: least and largest, without ε, that training inputs reach.
        settings: how near or deep the approximation of 1/√ is, and how much wider its interval.
    """
    width = len(node.arrays["scale"])
    return _nodes(node, variance, settings, partial(_centred, width=width), node.arrays)


def rms_norm_nodes(node: Node, mean_square: tuple[float, float], settings: LayerNormSettings) -> list[Node]:
    """The nodes that take an RMSNorm's place, the last an `affine` of its name and scale.

    Args:
        node: the `rms_norm`.
        mean_square: least and largest, without ε, that training inputs reach.
        settings: as for a LayerNorm.
    """
    arrays = {**node.arrays, "shift": np.zeros(len(node.arrays["scale"]))}
    return _nodes(node, mean_square, settings, _sized, arrays)


def _nodes(
    node: Node,
    spread: tuple[float, float],
    settings: LayerNormSettings,
    sized_input: Callable[[Chain, str, float], str],
    arrays: Mapping[str, Array],
) -> list[Node]:
    """The nodes of a value over its root mean square, and of the affine map that follows."""
    epsilon, width = float(node.attributes["epsilon"]), len(arrays["scale"])
    bounds = (spread[0] / settings.margin + epsilon, spread[1] * settings.margin + epsilon)
    found = best("inverse_square_root", bounds, depth=settings.depth, error=settings.error)
    size = float(np.sqrt(found.factor / width))
    chain = Chain(node)
    sized = sized_input(chain, node.inputs[0], size)
    square = chain.add("square", "multiply", sized, sized)
    variable = chain.add("variance", "sum_features", square, features=width)
    found, variable = _with_epsilon(chain, found, variable, found.factor * epsilon)
    inverse_size = float(np.sqrt(bounds[0]))
    inverse = write_stages(chain, "inverse", variable, _times(found, inverse_size))
    sized_normal = chain.add("sized_normal", "multiply", sized, inverse)
    normal = chain.add("normal", "scale", sized_normal, factor=1 / (size * inverse_size))
    chain.add("", "affine", normal, arrays=arrays)
    return chain.nodes


def _centred(chain: Chain, source: str, size: float, width: int) -> str:
    """size·(x - mean(x)). It is not a linear map, which training could change until it is not a mean."""
    total = chain.add("sum", "sum_features", source, features=width)
    minus_mean = chain.add("minus_mean", "scale", total, factor=-1 / width)
    return _sized(chain, chain.add("centred", "add", source, minus_mean), size)


def _sized(chain: Chain, source: str, size: float) -> str:
    return chain.add("sized", "scale", source, factor=size)


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
