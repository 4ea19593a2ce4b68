"""Writes an approximation as nodes of a graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.approximation.approximation import Approximation, Stage
from models.approximation.exponential import SQUARE
from models.approximation.series import Series
from models.approximation.steps import NewtonStep, VariableProduct
from models.errors import ModelError
from models.graph import Array, Node


class Chain:
    """Nodes that take the place of one, named after it and grouped under its layer."""

    def __init__(self, replaced: Node) -> None:
        self.nodes: list[Node] = []
        self._replaced = replaced

    def add(
        self,
        part: str,
        operation: str,
        *inputs: str,
        arrays: Mapping[str, Array] | None = None,
        **attributes: Any,
    ) -> str:
        """A node named `replaced.part`, or like the replaced one where `part` is empty; returns its name."""
        name = f"{self._replaced.name}.{part}" if part else self._replaced.name
        self.nodes.append(Node(name, operation, inputs, attributes, arrays or {}, self._replaced.layer))
        return name


def write_stages(chain: Chain, part: str, variable: str, found: Approximation) -> str:
    """Append all stages of an approximation and return the name of the last, which is that of `part`.

    Args:
        chain: what they are appended to.
        part: what they compute.
        variable: the node that the first stage and every step read: the approximation's factor times its x.
        found: the approximation; the factor is the caller's.

    Raises:
        ModelError: a stage has no form as nodes.
    """
    value = variable
    for number, stage in enumerate(found.stages, 1):
        name = part if number == len(found.stages) else f"{part}.stage_{number}".lstrip(".")
        value = _write(chain, name, stage, value, variable, found)
    return value


def _write(chain: Chain, part: str, stage: Stage, value: str, variable: str, found: Approximation) -> str:
    if stage == SQUARE:
        return chain.add(part, "multiply", value, value)
    if isinstance(stage, Series):
        return chain.add(
            part,
            "polynomial",
            value,
            arrays={"coefficients": np.array(stage.coefficients)},
            basis=stage.basis,
            interval=list(stage.interval),
            function=found.name,
            **_reach(found),
            error=found.error,
            error_kind=found.error_kind,
        )
    if isinstance(stage, NewtonStep):
        return _newton(chain, part, stage, value, variable)
    if isinstance(stage, VariableProduct):
        return chain.add(part, "multiply", value, variable)
    raise ModelError(
        f"{type(stage).__name__} of {found.name} cannot be substituted into a graph; choose an approximation "
        "without it"
    )


def _reach(found: Approximation) -> dict[str, Any]:
    """Where the whole approximates its function: up to a bound on both sides of 0, or between two bounds."""
    low, high = found.interval
    return {"bound": high} if low == -high else {"bounds": [low, high]}


def _newton(chain: Chain, part: str, step: NewtonStep, r: str, variable: str) -> str:
    """r·(linear - cubic·v·r²) on two levels: (-cubic·v·r)·r² beside linear·r."""
    weighted = chain.add(f"{part}.weighted", "scale", variable, factor=-step.cubic)
    weighted = chain.add(f"{part}.product", "multiply", weighted, r)
    square = chain.add(f"{part}.square", "multiply", r, r)
    cubic = chain.add(f"{part}.cubic", "multiply", weighted, square)
    linear = chain.add(f"{part}.linear", "scale", r, factor=step.linear)
    return chain.add(part, "add", linear, cubic)
