"""How the operations of attention run in each way: by groups of heads, by halves of a batch, from pairs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from backends.interface import Evaluator
from backends.tensor import elementwise, groups, halves, linear, pairs, row_sums
from backends.tensor.layout import Layout
from backends.tensor.operation import Context, Execute
from backends.tensor.tensor import Tensor, as_features
from models.arrays import Array
from models.node import Node

#: From an evaluator, a layout, queries, keys, the tokens of a block and a factor to scores.
Scores = Callable[[Evaluator, Layout, Tensor, Tensor, int, complex], Tensor]
#: From an evaluator, a layout, scores, values and a mask to what the values are mixed to.
Mix = Callable[..., Tensor]


def queries_and_keys(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """One map to pairs of the queries and the keys."""
    maps, (x,) = (node, context.keys(node)), operands
    weight = np.concatenate([one.arrays["weight"] for one in maps])
    biases = np.broadcast_arrays(*(one.arrays["bias"] for one in maps))
    place = pairs.alternating(context.layout, context.place(node))
    bias = np.concatenate(biases, axis=-1)
    return linear.linear(context.evaluator, context.layout, context.babies, x, weight, bias, place)


def beside_queries(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """Nothing, where the pairs of the queries have the keys."""
    (x,), place = operands, context.place(node)
    nothing = elementwise.multiply_constant(context.evaluator, x.ciphertexts[0], 0.0)
    return Tensor((nothing,) * place.chunks(context.layout), place, clean=True)


def scores(way: Scores) -> Execute:
    """The execution of scores that are computed in a way."""

    def of_groups(context: Context, q: Tensor, k: Tensor, block: int, factor: complex = 1.0) -> Tensor:
        both = zip(groups.of_heads(context.layout, q), groups.of_heads(context.layout, k), strict=True)
        return groups.joined_scores(
            [way(context.evaluator, context.layout, *of, block, factor) for of in both]
        )

    def execute(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
        q, k = operands
        evaluator, layout = context.evaluator, context.layout
        block = int(node.attributes.get("block", q.layout.tokens))
        if q.layout.paired:  # the keys are in the pairs
            q, imaginary_k = pairs.both(evaluator, layout, q, k.layout)
            return of_groups(context, q, imaginary_k, block, -1j)
        if layout.halves == 1:
            return of_groups(context, q, k, block)
        parts = zip(halves.parts(evaluator, q), halves.parts(evaluator, k), halves.UNITS, strict=True)
        # The product of two parts is that of the halves times the square of their unit, which is real.
        return halves.apart(*(of_groups(context, a, b, block, (1 / unit**2).real) for a, b, unit in parts))

    return execute


def depths_together(operands: Sequence[Tensor], depths: tuple[int, ...]) -> tuple[int, ...]:
    """The depths of scores, whose keys may be in the pairs of the queries."""
    return (max(depths),) * 2 if operands[0].layout.paired else depths


def mix(way: Mix) -> Execute:
    """The execution of a mix that is computed in a way."""

    def execute(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
        p, v = operands
        values = groups.of_heads(context.layout, v)
        mixed = _mixed(way, context, p, values, _mask_of(node))
        return v.with_ciphertexts(groups.joined(mixed), clean=all(one.clean for one in mixed))

    return execute


def sum_keys(way: Mix) -> Execute:
    """The execution of a sum over keys, of which those that count are told in a way."""

    def execute(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
        p, *keep = operands
        layout, place = context.layout, replace(context.place(node), heads=p.layout.heads)
        if keep:
            everywhere = as_features(layout, keep[0], tuple(range(layout.features)))
            kept = _mixed(way, context, p, [everywhere] * p.layout.groups, _mask_of(node))
            totals = groups.joined(kept)
        else:
            parts = groups.of_scores(p)
            totals = tuple(row_sums.sum_keys(context.evaluator, layout, one, _mask_of(node)) for one in parts)
        chunks = place.chunks(layout) // len(totals)
        return Tensor(tuple(total for total in totals for _ in range(chunks)), place, clean=False)

    return execute


def row_sums_depths(kept: tuple[int, ...]) -> Callable[[Node, Sequence[Tensor]], tuple[int, ...]]:
    """The depths of a sum over keys, and where those that count are told by a second operand."""
    return lambda node, operands: (
        kept if len(operands) == 2 else (row_sums.depth(operands[0], _mask_of(node)),)
    )


def _mixed(way: Mix, context: Context, p: Tensor, values: Sequence[Tensor], mask: Array) -> list[Tensor]:
    """The mix of each group."""
    return [_mix(way, context, *of, mask) for of in zip(groups.of_scores(p), values, strict=True)]


def _mix(way: Mix, context: Context, p: Tensor, v: Tensor, mask: Array) -> Tensor:
    """The mix of one group, in both halves where there are two."""
    evaluator, layout = context.evaluator, context.layout
    if layout.halves == 1:
        return way(evaluator, layout, p, v, mask)
    (first,), (second,) = halves.split([p])
    doubled, imaginary = halves.parts(evaluator, v)
    return halves.joined(
        evaluator,
        way(evaluator, layout, first, doubled, mask / 2),
        way(evaluator, layout, second, imaginary, mask / 2, imaginary=True),
    )


def _mask_of(node: Node) -> Array:
    return node.arrays.get("mask", np.ones(1))
