"""Weights as a checkpoint stores them."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from models.errors import ModelError
from models.graph import Array, Graph, Node
from models.operations import declared

Precision = Literal["float16", "float32"]


def round_weights(graph: Graph, precision: Precision = "float32") -> Graph:
    """The weights rounded to a precision; coefficients of polynomials stay as they are.

    Raises:
        ModelError: a weight is larger than the precision can hold.
    """
    return replace(
        graph,
        nodes=tuple(
            node
            if declared(node.operation).exact
            else replace(node, arrays={k: _rounded(node, v, precision) for k, v in node.arrays.items()})
            for node in graph
        ),
    )


def _rounded(node: Node, array: Array, precision: Precision) -> Array:
    largest = np.abs(array).max(initial=0)
    if largest > np.finfo(precision).max:
        raise ModelError(
            f"node {node.name} holds {largest:.3g}, more than {precision} can; store it in a longer precision"
        )
    return array.astype(precision).astype(np.float64)
