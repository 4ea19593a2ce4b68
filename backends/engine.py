"""Runs a polynomial graph on encrypted tensors, node by node, over any `Evaluator`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from backends.errors import PlanError
from backends.interface import Evaluator
from backends.tensor import attention, elementwise, linear, polynomial, reductions, tokens
from backends.tensor.arrangement import Arrangement
from backends.tensor.layout import Array, Layout, power_of_two
from backends.tensor.tensor import Tensor, as_features, drop_to
from models.approximation.series import Series, series
from models.graph import Graph, Node


class Engine:
    """The graph's operations over one evaluator and one layout."""

    def __init__(self, arrangement: Arrangement, layout: Layout, evaluator: Evaluator) -> None:
        self.layout = layout
        self._arrangement = arrangement
        self._evaluator = evaluator
        self._babies = linear.BabySteps(layout)

    def run(self, node: Node, operands: Sequence[Tensor]) -> Tensor:
        """One node's result; every operand is as deep as `operand_depths` says."""
        operands = [self._placed(node, operand) for operand in operands]
        if node.operation in ("affine", "bias", "mask", "scale", "polynomial", "add", "multiply"):
            return self._elementwise(node, operands)
        return self._across(node, operands)

    def _elementwise(self, node: Node, operands: Sequence[Tensor]) -> Tensor:
        """Operations on each number of a value by itself."""
        evaluator, layout, x = self._evaluator, self.layout, operands[0]
        match node.operation:
            case "affine":
                scale, shift = (_along(node, node.arrays[name]) for name in ("scale", "shift"))
                return elementwise.affine(evaluator, layout, x, scale, shift)
            case "bias":
                return elementwise.add_constant(evaluator, layout, x, _bias(node))
            case "mask":
                return elementwise.multiply_constants(evaluator, layout, x, node.arrays["mask"])
            case "scale":
                return elementwise.scale(evaluator, x, float(node.attributes["factor"]))
            case "polynomial":
                return polynomial.evaluate_tensor(evaluator, _series(node), x)
            case "add":
                return elementwise.add(evaluator, layout, *operands)
        return elementwise.multiply(evaluator, layout, *operands)

    def _across(self, node: Node, operands: Sequence[Tensor]) -> Tensor:
        """Operations in which tokens or features meet."""
        evaluator, layout, x = self._evaluator, self.layout, operands[0]
        match node.operation:
            case "linear":
                rows = self._arrangement.rows(node.name, layout)
                weight, bias = node.arrays["weight"], node.arrays["bias"]
                return linear.linear(evaluator, layout, self._babies, x, weight, bias, rows)
            case "split_heads":
                rows = self._arrangement.rows(node.name, layout)
                return replace(x, layout=replace(x.layout, rows=rows, heads=int(node.attributes["heads"])))
            case "merge_heads":
                return replace(x, layout=replace(x.layout, heads=1))
            case "scores":
                block = int(node.attributes.get("block", x.layout.tokens))
                return attention.scores(evaluator, layout, x, operands[1], block)
            case "mix":
                mask = node.arrays.get("mask", np.ones(1))
                return attention.mix(evaluator, layout, x, operands[1], mask)
            case "sum_tokens":
                return reductions.sum_tokens(evaluator, layout, x)
            case "sum_features":
                return reductions.sum_features(evaluator, layout, x, int(node.attributes["features"]))
            case "gather_tokens":
                return tokens.gather_tokens(evaluator, layout, x, node.attributes["order"])
            case "merge_tokens":
                return tokens.merge_tokens(evaluator, layout, x, node.attributes["groups"])
        raise PlanError(
            f"node {node.name}: {node.operation} cannot be encrypted; convert the model to polynomials"
        )

    def operand_depths(self, node: Node, operands: Sequence[Tensor]) -> tuple[int, ...]:
        """Levels between each operand and the result; the operands' own levels do not matter."""
        operands = [self._placed(node, operand) for operand in operands]
        match node.operation:
            case "linear" | "affine" | "mask" | "scale":
                return (1,)
            case "multiply":
                return (1, 1)
            case "scores":
                return attention.scores_depth(*operands)
            case "mix":
                return attention.MIX_DEPTH
            case "polynomial":
                return (_series(node).depth,)
            case "sum_tokens" | "sum_features":
                return (reductions.sum_depth(operands[0]),)
            case "gather_tokens":
                return (tokens.gather_depth(operands[0], node.attributes["order"]),)
            case "merge_tokens":
                return (tokens.merge_depth(operands[0]),)
        return (0,) * len(node.inputs)

    def drop(self, tensor: Tensor, level: int) -> Tensor:
        """The same tensor at a lower level."""
        return drop_to(self._evaluator, tensor, level)

    def _placed(self, node: Node, operand: Tensor) -> Tensor:
        """A replicated operand as a feature value, where the operation tells features apart."""
        if operand.layout.kind != "replicated":
            return operand
        if node.operation in ("sum_features", "merge_tokens"):
            return as_features(self.layout, operand, tuple(range(len(operand.layout.rows))))
        if node.operation == "split_heads" or self._splits_features(node):
            return as_features(self.layout, operand, self._arrangement.rows(node.name, self.layout))
        return operand

    def _splits_features(self, node: Node) -> bool:
        """Whether a constant makes the features of a replicated value different."""
        return node.operation in ("affine", "bias") and self._arrangement.kinds[node.name] == "features"


def _series(node: Node) -> Series:
    return series(node.arrays["coefficients"], node.attributes["basis"], node.attributes["interval"])


def _along(node: Node, vector: Array) -> Array:
    """A vector over features as it is; one over heads so that it meets scores."""
    return vector[:, None, None] if node.attributes.get("over") == "heads" else vector


def _bias(node: Node) -> Array:
    """The constant of a bias, which may stand several times along the tokens."""
    bias, repeat = node.arrays["bias"], int(node.attributes.get("repeat", 1))
    return np.tile(bias, (repeat, 1)) if repeat > 1 else bias


def choose_layout(arrangement: Arrangement, graph: Graph, slots: int) -> Layout:
    """The layout with the most images in which what attention reads and residuals add fits one chunk.

    Where not even one image fits so, a ciphertext holds one image and values span chunks.

    Raises:
        PlanError: the tokens and heads of one sample do not fit the slots.
    """
    padded_tokens = power_of_two(max(arrangement.tokens.values()))
    features = power_of_two(arrangement.wanted_rows())
    if features * padded_tokens <= slots:
        return Layout(features, slots // (features * padded_tokens), padded_tokens)
    features = slots // padded_tokens
    if features < max(1, arrangement.least_rows()):
        raise PlanError(
            f"{graph.name} needs {padded_tokens} tokens × {arrangement.least_rows()} heads = "
            f"{padded_tokens * arrangement.least_rows()} slots and the parameter set has {slots}; raise log_n"
        )
    return Layout(features, 1, padded_tokens)
