"""A bound on what attention adds, so that no sample runs away.

Pointwise attention has no sum to divide by: where many weights are large at once, what they mix is larger
than anything that training met, the next block makes more of it, and soon a polynomial explodes. The guard
puts x·(1 - x²/W²) after each attention, at two levels: near x where x is small, never above 0.385·W on
[-W, W], and back to 0 at the ends. It is the cubic by which Cheon, Kim and Park 2022 extend a domain. There a
function follows that is flat outside its interval; here nothing undoes the cubic, so W is chosen wide.

Beyond W the cubic grows as x³. As they extend a domain more than once, the same cubic 2.6 times as wide
before it, whose values are at most W on all of its width, makes the guard hold 2.6 times as far, at two
levels more.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from models.approximation.approximation import measured
from models.approximation.series import Series
from models.conversion.stages import Chain, write_stages
from models.errors import DivergenceError
from models.graph import Array, Graph, Node
from models.reference import Inputs, kept_values

_BOUNDED = "merge_heads"
#: How many times as wide as W the cubic before it is: x·(1 - x²) is at most 2/(3√3) on [-1, 1].
_FARTHER = 1.5 * 3**0.5
#: Samples whose values are held at a time.
_PIECE = 64
#: Training has samples that run away, too.
_ALL_BUT = 0.999


def guard(graph: Graph, inputs: Inputs, times: float | None, steps: int = 1) -> Graph:
    """The graph with a bound after every attention; as it is where `times` is None.

    Args:
        graph: with polynomials or without, not yet folded.
        inputs: of training.
        times: W, in multiples of the largest value that an attention mixes of them, a thousandth left out.
        steps: how many cubics; each but one makes the guard hold 2.6 times as far.

    Raises:
        DivergenceError: an attention mixes values that are not finite.
    """
    if times is None:
        return graph
    usual = _usual(graph, inputs)
    nodes = [one for node in graph for one in _guarded(node, times * usual.get(node.name, 0.0), steps)]
    return replace(graph, nodes=tuple(nodes))


def _usual(graph: Graph, inputs: Inputs) -> dict[str, float]:
    """The largest magnitude of what each attention mixes of a sample, without the samples that run away."""
    names = [node.name for node in graph if node.operation == _BOUNDED]
    met: dict[str, list[Array]] = {name: [] for name in names}
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(inputs), _PIECE):
            values = kept_values(graph, inputs[start : start + _PIECE], names)
            for name, value in values.items():
                met[name].append(np.abs(value).reshape(len(value), -1).max(axis=1))
    return {name: _quantile(name, np.concatenate(largest)) for name, largest in met.items()}


def _quantile(name: str, largest: Array) -> float:
    """Of one attention: a sample's own largest value that all but a thousandth stay under."""
    found = float(np.quantile(np.where(np.isnan(largest), np.inf, largest), _ALL_BUT, method="lower"))
    if not 0 < found < np.inf:
        raise DivergenceError(
            f"node {name} mixes values up to {found:g} in training; train the model further or anew"
        )
    return found


def _guarded(node: Node, width: float, steps: int) -> list[Node]:
    """A node, with its guard where it is to be bounded; the guard has its name."""
    if not width:
        return [node]
    chain = Chain(node)
    unbounded = replace(node, name=f"{node.name}.unbounded")
    reach = width * _FARTHER ** (steps - 1)
    variable = chain.add("variable", "scale", unbounded.name, factor=1 / reach)
    found = measured("guard", partial(_bounded, width, steps), (-reach, reach), _cubics(steps), 1 / reach)
    bounded = write_stages(chain, "bounded", variable, found)
    chain.add("", "scale", bounded, factor=width)
    return [unbounded, *chain.nodes]


def _cubics(steps: int) -> tuple[Series, ...]:
    """The first reads all that the guard is for; the others what the one before leaves."""
    further = Series((0.0, _FARTHER, 0.0, -(_FARTHER**3)), "power", (-1 / _FARTHER, 1 / _FARTHER))
    return (Series((0.0, 1.0, 0.0, -1.0), "power", (-1.0, 1.0)), *(steps - 1) * [further])


def _bounded(width: float, steps: int, x: Array) -> Array:
    """What the guard makes of values, in multiples of W: the widest cubic first."""
    for step in reversed(range(steps)):
        wide = width * _FARTHER**step
        x = x * (1 - (x / wide) ** 2)
    return x / width
