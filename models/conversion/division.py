"""1/(x + ε) of sums that are never negative, as a polynomial in x."""

from __future__ import annotations

from dataclasses import replace

from models.approximation.approximation import Approximation
from models.approximation.reciprocal import reciprocal
from models.approximation.series import Series
from models.conversion.settings import ConversionSettings, DepthBudget
from models.conversion.stages import Chain, write_stages
from models.errors import ModelError
from models.graph import Node


def reciprocal_nodes(node: Node, largest: float, settings: ConversionSettings) -> list[Node]:
    """The nodes that take the place of a `reciprocal`, the last of its name.

    Its interval begins at 0: whatever a sample has, and where padding is, no sum is less.

    Args:
        node: itself.
        largest: what it met on training inputs.
        settings: whose degree in attention says how deep the polynomial is, and whose margin how far beyond
            those met in training the values may be, a power of which was summed up to `largest`.

    Raises:
        ModelError: it met nothing but 0.
    """
    if largest <= 0:
        raise ModelError(f"node {node.name} met no input but 0; calibrate on real inputs")
    epsilon = float(node.attributes["epsilon"])
    margin = settings.margin ** node.attributes.get("power", 1)
    found = _near(_found((epsilon, epsilon + margin * largest), settings), epsilon)
    chain = Chain(node)
    write_stages(chain, "", chain.add("variable", "scale", *node.inputs, factor=found.factor), found)
    return chain.nodes


def _found(interval: tuple[float, float], settings: ConversionSettings) -> Approximation:
    """One polynomial: of the highest degree that takes no more levels than that of attention does."""
    budget = settings.depth_budget
    if budget is None:
        assert settings.attention_degree is not None  # the settings have it where they have no budget
        return _of_depth(interval, settings.attention_degree.bit_length())
    return _within(interval, budget)


def _within(interval: tuple[float, float], budget: DepthBudget) -> Approximation:
    forms = (_of_depth(interval, depth) for depth in range(1, budget.depth + 1))
    return next((form for form in forms if form.error <= budget.error), _of_depth(interval, budget.depth))


def _of_depth(interval: tuple[float, float], depth: int) -> Approximation:
    return reciprocal(interval, 2**depth - 1, 0)


def _near(found: Approximation, epsilon: float) -> Approximation:
    """1/x near ε as 1/(x + ε) near 0: a series of Chebyshev polynomials has the same coefficients there."""
    (stage,) = found.stages
    assert isinstance(stage, Series)
    assert stage.basis == "chebyshev"
    low, high = (end - found.factor * epsilon for end in stage.interval)
    begins, ends = (end - epsilon for end in found.interval)
    return replace(found, interval=(begins, ends), stages=(replace(stage, interval=(low, high)),))
