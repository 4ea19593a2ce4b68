"""How each operation of the graph runs on encrypted tensors; `backends.tensor.attentions` has attention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from backends.errors import PlanError
from backends.tensor import elementwise, halves, linear, polynomial, positions, reductions, tokens
from backends.tensor.operation import Context
from backends.tensor.tensor import Tensor
from models.approximation.series import Series, series
from models.node import Node
from models.operations.elementwise import repeated
from models.operations.forms import along
from models.operations.linear import taking
from models.operations.positions import partners, signed


def run_input(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """Nothing that an evaluator could do.

    Raises:
        PlanError: always.
    """
    raise PlanError(f"node {node.name} is the input, which the key owner encrypts; compute what reads it")


def run_affine(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """x·scale + shift."""
    scale, shift = (along(node, node.arrays[name]) for name in ("scale", "shift"))
    return elementwise.affine(context.evaluator, context.layout, operands[0], scale, shift)


def run_bias(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """x + bias."""
    return elementwise.add_constant(context.evaluator, context.layout, operands[0], repeated(node))


def run_mask(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """x·mask."""
    mask = node.arrays["mask"]
    return elementwise.multiply_constants(context.evaluator, context.layout, operands[0], mask)


def run_scale(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """x·factor."""
    return elementwise.scale(context.evaluator, operands[0], float(node.attributes["factor"]))


def _series(node: Node) -> Series:
    return series(node.arrays["coefficients"], node.attributes["basis"], node.attributes["interval"])


def run_polynomial(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """A polynomial of every slot, in one half, in two, or of pairs of chunks."""
    coefficients = node.arrays["coefficients"]
    if not np.any(coefficients[1:]):
        return elementwise.constant(context.evaluator, context.layout, operands[0], float(coefficients[0]))
    (x,), p = operands, _series(node)
    if x.layout.paired:
        paired = context.place(node).paired
        return polynomial.evaluate_pairs(context.evaluator, context.layout, p, x, paired=paired)
    evaluate = polynomial.evaluate_tensor if context.layout.halves == 1 else polynomial.evaluate_halves
    return evaluate(context.evaluator, p, x)


def polynomial_depth(node: Node, depth: Callable[[Series], int] = lambda p: p.depth) -> int:
    """Levels that a polynomial takes, told of its series by `depth`."""
    return depth(_series(node)) if np.any(node.arrays["coefficients"][1:]) else elementwise.CONSTANT_DEPTH


def run_add(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """a + b."""
    return elementwise.add(context.evaluator, context.layout, *operands)


def run_multiply(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """a·b in real slots."""
    return elementwise.multiply(context.evaluator, context.layout, *operands)


def run_multiply_halves(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """a·b in both halves of a batch, which lie joined."""
    return halves.multiply(context.evaluator, context.layout, *operands)


def run_linear(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """x·weightᵀ + bias."""
    weight, bias = node.arrays["weight"], node.arrays["bias"]
    place = context.place(node)
    return linear.linear(context.evaluator, context.layout, context.babies, operands[0], weight, bias, place)


def run_take_features(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """Some of the features."""
    return run_linear(context, taking(node, len(operands[0].layout.rows)), operands)


def run_linear_of_parts(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """One map of both halves, which lie joined in the operand and apart in the result."""
    weight, bias, place = node.arrays["weight"], node.arrays["bias"], context.place(node)
    layout = replace(context.layout, halves=1)
    parts = zip(halves.parts(context.evaluator, operands[0]), halves.UNITS, strict=True)
    return halves.apart(
        *(
            linear.linear(
                context.evaluator,
                layout,
                context.babies,
                half,
                np.asarray(weight / unit, complex),
                bias,
                place,
            )
            for half, unit in parts
        )
    )


def run_split_heads(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """The same ciphertexts, as a value of heads."""
    (x,) = operands
    heads = int(node.attributes["heads"])
    if x.layout.paired:
        return replace(x, layout=replace(x.layout, heads=heads))
    return replace(x, layout=replace(x.layout, rows=context.place(node).rows, heads=heads))


def run_merge_heads(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """The same ciphertexts, as a value of features."""
    (x,) = operands
    return replace(x, layout=replace(x.layout, heads=1))


def run_rotary(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """Each feature of a head turned with the other of its pair."""
    own, other = node.arrays["cosine"], signed(node)
    pairs_of = partners(int(node.attributes["features"]))
    return positions.turn(context.evaluator, context.layout, operands[0], own, other, pairs_of)


def run_sum_tokens(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """The sum over tokens."""
    return reductions.sum_tokens(context.evaluator, context.layout, operands[0])


def run_sum_features(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """The sum over features."""
    width = int(node.attributes["features"])
    return reductions.sum_features(context.evaluator, context.layout, operands[0], width)


def run_gather_tokens(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """Tokens in another order."""
    order = node.attributes["order"]
    return tokens.gather_tokens(context.evaluator, context.layout, operands[0], order)


def run_merge_tokens(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """Tokens side by side."""
    groups, place = node.attributes["groups"], context.place(node)
    if place.narrowed > context.layout.narrowed:
        return tokens.merge_into_rows(context.evaluator, context.layout, operands[0], groups, place)
    return tokens.merge_tokens(context.evaluator, context.layout, operands[0], groups)
