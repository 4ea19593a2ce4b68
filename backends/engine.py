"""Runs a polynomial graph on encrypted tensors, node by node, over any `Evaluator`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backends.errors import PlanError
from backends.interface import Evaluator
from backends.tensor import attention, linear, polynomial
from backends.tensor.layout import Layout, ValueLayout, choose, power_of_two
from backends.tensor.tensor import Tensor, drop_to, head_rows
from models.graph import Graph, Node


class Engine:
    """The graph's operations over one evaluator and one layout."""

    def __init__(self, graph: Graph, layout: Layout, evaluator: Evaluator) -> None:
        self.graph = graph
        self.layout = layout
        self._evaluator = evaluator
        self._babies = linear.BabySteps(layout)
        self._rows = output_rows(graph)

    def run(self, node: Node, operands: list[Tensor]) -> Tensor:
        """One node's result; every operand is at least as deep as `operand_depths` says."""
        evaluator, layout = self._evaluator, self.layout
        match node.operation:
            case "linear":
                weight, bias = node.arrays["weight"], node.arrays["bias"]
                rows = self._rows[node.name]
                return linear.linear(evaluator, layout, self._babies, operands[0], weight, bias, rows)
            case "affine":
                return linear.affine(
                    evaluator, layout, operands[0], node.arrays["scale"], node.arrays["shift"]
                )
            case "scale":
                return linear.scale(evaluator, operands[0], float(node.attributes["factor"]))
            case "split_heads" | "merge_heads":
                return operands[0]
            case "scores":
                heads = int(self.graph[node.inputs[0]].attributes["heads"])
                return attention.scores(evaluator, layout, heads, operands[0], operands[1])
            case "mix":
                return attention.mix(evaluator, layout, operands[0], operands[1])
            case "polynomial":
                return self._polynomial(node, operands[0])
            case "add" | "multiply":
                return self._elementwise(node, operands)
            case "sum_tokens":
                return linear.sum_tokens(evaluator, layout, operands[0])
        raise PlanError(
            f"node {node.name}: {node.operation} cannot be encrypted; convert the model to polynomials"
        )

    def _polynomial(self, node: Node, x: Tensor) -> Tensor:
        evaluator = self._evaluator
        series, factor, shift = _series(node)
        results = []
        for ciphertext in x.ciphertexts:
            if factor != 1:
                ciphertext = linear.multiply_constant(evaluator, ciphertext, factor)
            if shift != 0:
                constant = evaluator.encode(shift, evaluator.level(ciphertext))
                ciphertext = evaluator.add_plain(ciphertext, constant)
            results.append(polynomial.evaluate(evaluator, series, ciphertext))
        return x.with_ciphertexts(results, clean=False)

    def _elementwise(self, node: Node, operands: list[Tensor]) -> Tensor:
        evaluator, (a, b) = self._evaluator, operands
        if a.layout != b.layout:
            raise PlanError(
                f"node {node.name} combines values that lie differently; put a linear map between"
            )
        pairs = zip(a.ciphertexts, b.ciphertexts, strict=True)
        if node.operation == "add":
            return a.with_ciphertexts([evaluator.add(x, y) for x, y in pairs], clean=a.clean and b.clean)
        products = [evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, y))) for x, y in pairs]
        return a.with_ciphertexts(products, clean=a.clean or b.clean)

    def drop(self, tensor: Tensor, level: int) -> Tensor:
        """The same tensor at a lower level."""
        return drop_to(self._evaluator, tensor, level)


def _series(node: Node) -> tuple[polynomial.Polynomial, float, float]:
    """A polynomial node as a series and the map x·factor + shift of its input to the basis's own interval."""
    coefficients = tuple(float(c) for c in np.trim_zeros(node.arrays["coefficients"], "b"))
    series = polynomial.Polynomial(coefficients, node.attributes["basis"])
    if series.basis == "power":
        return series, 1.0, 0.0
    low, high = node.attributes["interval"]
    return series, 2 / (high - low), -(high + low) / (high - low)


def is_clean(graph: Graph, name: str) -> bool:
    """Whether a value's padding is zero (`Tensor.clean`), told from the graph alone."""
    node = graph[name]
    if node.operation in ("polynomial", "scores", "sum_tokens"):
        return False
    if node.operation in ("scale", "split_heads", "merge_heads"):
        return is_clean(graph, node.inputs[0])
    if node.operation == "add":
        return all(is_clean(graph, operand) for operand in node.inputs)
    if node.operation == "multiply":
        return any(is_clean(graph, operand) for operand in node.inputs)
    return True


def operand_depths(graph: Graph, node: Node) -> tuple[int, ...]:
    """Levels between each operand and the result."""
    match node.operation:
        case "linear" | "affine":
            return (linear.LINEAR_DEPTH,)
        case "scale":
            return (1,)
        case "scores":
            return attention.SCORES_DEPTH
        case "mix":
            return attention.MIX_DEPTH
        case "multiply":
            return (1, 1)
        case "polynomial":
            series, factor, _ = _series(node)
            return (series.depth + (factor != 1),)
        case "add":
            return (0, 0)
        case "sum_tokens":
            return (0 if is_clean(graph, node.inputs[0]) else 1,)
    return (0,) * len(node.inputs)


def output_rows(graph: Graph) -> Mapping[str, tuple[int, ...]]:
    """Rows of the outputs of every linear map: heads interleaved where attention reads them."""
    rows: dict[str, tuple[int, ...]] = {}
    for node in graph:
        if node.operation != "linear":
            continue
        features = len(node.arrays["weight"])
        heads = {c.attributes["heads"] for c in graph.consumers(node.name) if c.operation == "split_heads"}
        rows[node.name] = head_rows(heads.pop(), features) if heads else tuple(range(features))
    return rows


def choose_layout(graph: Graph, slots: int) -> Layout:
    """The layout with the most images in which every value but the hidden ones fits one chunk.

    Hidden values of an MLP may span chunks; what attention reads or a residual adds may not.

    Raises:
        PlanError: the graph is not polynomial, or one sample does not fit the slots.
    """
    rest = graph.not_polynomial()
    if rest:
        raise PlanError(
            f"{graph.name} cannot be encrypted: {rest[0]} is no polynomial; convert the model first"
        )
    tokens = int(graph.input.attributes["tokens"])
    features = int(graph.input.attributes["features"])
    for node in graph:
        if node.operation == "split_heads":
            size = len(graph[node.inputs[0]].arrays["weight"]) // int(node.attributes["heads"])
            features = max(features, power_of_two(node.attributes["heads"]) * size)
        if node.operation == "add":
            features = max([features, *(_width(graph, name) for name in node.inputs)])
    return choose(slots, tokens, features)


def _width(graph: Graph, name: str) -> int:
    """Features of a value that lies in feature layout."""
    node = graph[name]
    while node.operation != "linear":
        if node.operation == "input":
            return int(node.attributes["features"])
        node = graph[node.inputs[-1]]
    return len(node.arrays["weight"])


def input_layout(graph: Graph) -> ValueLayout:
    """How the key owner packs samples."""
    attributes = graph.input.attributes
    return ValueLayout("features", tuple(range(attributes["features"])), attributes["tokens"])
