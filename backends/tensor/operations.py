"""Every operation that the engine computes: its depth, its execution and where its result lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from backends.errors import PlanError
from backends.interface import Evaluator
from backends.tensor import (
    attention,
    elementwise,
    halves,
    linear,
    packed,
    pairs,
    polynomial,
    positions,
    reductions,
    row_sums,
    tokens,
)
from backends.tensor.layout import Layout
from backends.tensor.operation import Context, EncryptedOperation, Execute, Placement, Replicated, Way
from backends.tensor.shifts import ComplexShifts, RealShifts
from backends.tensor.tensor import Tensor, as_features
from models.approximation.series import Series, series
from models.arrays import Array
from models.node import Node
from models.operations.elementwise import repeated
from models.operations.forms import along
from models.operations.linear import taking
from models.operations.positions import partners, signed


def encrypted(node: Node) -> EncryptedOperation:
    """What the engine declares of a node's operation.

    Raises:
        PlanError: the engine does not know the operation.
    """
    if node.operation not in ENCRYPTED:
        raise PlanError(
            f"node {node.name}: the engine does not know {node.operation!r}; it knows {sorted(ENCRYPTED)}, "
            "so convert the model to these"
        )
    return ENCRYPTED[node.operation]


def _input(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    raise PlanError(f"node {node.name} is the input, which the key owner encrypts; compute what reads it")


def _affine(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    scale, shift = (along(node, node.arrays[name]) for name in ("scale", "shift"))
    return elementwise.affine(context.evaluator, context.layout, operands[0], scale, shift)


def _bias(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    return elementwise.add_constant(context.evaluator, context.layout, operands[0], repeated(node))


def _mask(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    mask = node.arrays["mask"]
    return elementwise.multiply_constants(context.evaluator, context.layout, operands[0], mask)


def _scale(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    return elementwise.scale(context.evaluator, operands[0], float(node.attributes["factor"]))


def _series(node: Node) -> Series:
    return series(node.arrays["coefficients"], node.attributes["basis"], node.attributes["interval"])


def _polynomial(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    coefficients = node.arrays["coefficients"]
    if not np.any(coefficients[1:]):
        return elementwise.constant(context.evaluator, context.layout, operands[0], float(coefficients[0]))
    (x,), p = operands, _series(node)
    if x.layout.paired:
        paired = context.place(node).paired
        return polynomial.evaluate_pairs(context.evaluator, context.layout, p, x, paired=paired)
    evaluate = polynomial.evaluate_tensor if context.layout.halves == 1 else polynomial.evaluate_halves
    return evaluate(context.evaluator, p, x)


def _polynomial_depth(node: Node, depth: Callable[[Series], int] = lambda p: p.depth) -> int:
    return depth(_series(node)) if np.any(node.arrays["coefficients"][1:]) else elementwise.CONSTANT_DEPTH


def _add(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    return elementwise.add(context.evaluator, context.layout, *operands)


def _multiply(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    return elementwise.multiply(context.evaluator, context.layout, *operands)


def _multiply_halves(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    return halves.multiply(context.evaluator, context.layout, *operands)


def _linear(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    weight, bias = node.arrays["weight"], node.arrays["bias"]
    place = context.place(node)
    return linear.linear(context.evaluator, context.layout, context.babies, operands[0], weight, bias, place)


def _take_features(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    return _linear(context, taking(node, len(operands[0].layout.rows)), operands)


def _queries_and_keys(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """One map to pairs of the queries and the keys."""
    maps, (x,) = (node, context.keys(node)), operands
    weight = np.concatenate([one.arrays["weight"] for one in maps])
    biases = np.broadcast_arrays(*(one.arrays["bias"] for one in maps))
    place = pairs.alternating(context.layout, context.place(node))
    bias = np.concatenate(biases, axis=-1)
    return linear.linear(context.evaluator, context.layout, context.babies, x, weight, bias, place)


def _beside_queries(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    """Nothing, where the pairs of the queries have the keys."""
    (x,), place = operands, context.place(node)
    nothing = elementwise.multiply_constant(context.evaluator, x.ciphertexts[0], 0.0)
    return Tensor((nothing,) * place.chunks(context.layout), place, clean=True)


def _linear_of_parts(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
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


def _split_heads(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    (x,) = operands
    heads = int(node.attributes["heads"])
    if x.layout.paired:
        return replace(x, layout=replace(x.layout, heads=heads))
    return replace(x, layout=replace(x.layout, rows=context.place(node).rows, heads=heads))


def _merge_heads(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    (x,) = operands
    return replace(x, layout=replace(x.layout, heads=1))


def _scores(way: Callable[[Evaluator, Layout, Tensor, Tensor, int, complex], Tensor]) -> Execute:
    """The execution of scores that are computed in a way."""

    def execute(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
        q, k = operands
        evaluator, layout = context.evaluator, context.layout
        block = int(node.attributes.get("block", q.layout.tokens))
        if q.layout.paired:  # the keys are in the pairs
            q, imaginary_k = pairs.both(evaluator, layout, q, k.layout)
            return way(evaluator, layout, q, imaginary_k, block, -1j)
        if layout.halves == 1:
            return way(evaluator, layout, q, k, block, 1.0)
        parts = zip(halves.parts(evaluator, q), halves.parts(evaluator, k), halves.UNITS, strict=True)
        # The product of two parts is that of the halves times the square of their unit, which is real.
        return halves.apart(
            *(way(evaluator, layout, a, b, block, (1 / unit**2).real) for a, b, unit in parts)
        )

    return execute


def _together(operands: Sequence[Tensor], depths: tuple[int, ...]) -> tuple[int, ...]:
    """The depths of scores, whose keys may be in the pairs of the queries."""
    return (max(depths),) * 2 if operands[0].layout.paired else depths


def _mix(way: Callable[..., Tensor]) -> Execute:
    """The execution of a mix that is computed in a way."""

    def execute(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
        p, v = operands
        evaluator, layout = context.evaluator, context.layout
        mask = _mask_of(node)
        if layout.halves == 1:
            return way(evaluator, layout, p, v, mask)
        (first,), (second,) = halves.split([p])
        doubled, imaginary = halves.parts(evaluator, v)
        return halves.joined(
            evaluator,
            way(evaluator, layout, first, doubled, mask / 2),
            way(evaluator, layout, second, imaginary, mask / 2, imaginary=True),
        )

    return execute


def _sum_keys(way: Callable[..., Tensor]) -> Execute:
    """The execution of a sum over keys, of which those that count are told in a way."""

    def execute(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
        p, *keep = operands
        layout, place = context.layout, replace(context.place(node), heads=p.layout.heads)
        if keep:
            everywhere = as_features(layout, keep[0], tuple(range(layout.features)))
            (total,) = _mix(way)(context, node, (p, everywhere)).ciphertexts
        else:
            total = row_sums.sum_keys(context.evaluator, layout, p, _mask_of(node))
        return Tensor((total,) * place.chunks(layout), place, clean=False)

    return execute


def _mask_of(node: Node) -> Array:
    return node.arrays.get("mask", np.ones(1))


def _row_sums_depths(
    kept: tuple[int, ...],
) -> Callable[[Node, Sequence[Tensor]], tuple[int, ...]]:
    """The depths of a sum over keys, and where those that count are told by a second operand."""
    return lambda node, operands: (
        kept if len(operands) == 2 else (row_sums.depth(operands[0], _mask_of(node)),)
    )


def _rotary(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    own, other = node.arrays["cosine"], signed(node)
    pairs_of = partners(int(node.attributes["features"]))
    return positions.turn(context.evaluator, context.layout, operands[0], own, other, pairs_of)


def _sum_tokens(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    return reductions.sum_tokens(context.evaluator, context.layout, operands[0])


def _sum_features(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    width = int(node.attributes["features"])
    return reductions.sum_features(context.evaluator, context.layout, operands[0], width)


def _gather_tokens(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    order = node.attributes["order"]
    return tokens.gather_tokens(context.evaluator, context.layout, operands[0], order)


def _merge_tokens(context: Context, node: Node, operands: Sequence[Tensor]) -> Tensor:
    groups = node.attributes["groups"]
    return tokens.merge_tokens(context.evaluator, context.layout, operands[0], groups)


#: Operation → what the engine declares of it: every one that is polynomial.
ENCRYPTED: dict[str, EncryptedOperation] = {
    "input": EncryptedOperation(
        execute=_input,
        depths=lambda node, operands: (),
        placement=Placement.FREE,
    ),
    "linear": EncryptedOperation(
        execute=_linear,
        depths=lambda node, operands: (1,),
        placement=Placement.FREE,
        shares_rotations=True,
        maps_features=True,
        support=lambda layout, place, x, node: linear.support(
            layout, place, x, node.arrays["weight"], node.arrays["bias"]
        ),
    ),
    "take_features": EncryptedOperation(
        execute=_take_features,
        depths=lambda node, operands: (1,),
        placement=Placement.FREE,
        by_values=True,
    ),
    "affine": EncryptedOperation(
        execute=_affine,
        depths=lambda node, operands: (1,),
        placement=Placement.OPERANDS,
        replicated=Replicated.AS_RESULT,
    ),
    "bias": EncryptedOperation(
        execute=_bias,
        depths=lambda node, operands: (0,),
        placement=Placement.OPERANDS,
        replicated=Replicated.AS_RESULT,
    ),
    "mask": EncryptedOperation(
        execute=_mask,
        depths=lambda node, operands: (1,),
        placement=Placement.OPERANDS,
    ),
    "scale": EncryptedOperation(
        execute=_scale,
        depths=lambda node, operands: (1,),
        placement=Placement.OPERANDS,
    ),
    "polynomial": EncryptedOperation(
        execute=_polynomial,
        depths=lambda node, operands: (_polynomial_depth(node),),
        placement=Placement.OPERANDS,
        by_values=True,
        each=True,
    ),
    "add": EncryptedOperation(
        execute=_add,
        depths=lambda node, operands: (0, 0),
        placement=Placement.OPERANDS,
        one_chunk=True,
    ),
    "multiply": EncryptedOperation(
        execute=_multiply,
        depths=lambda node, operands: (1, 1),
        placement=Placement.OPERANDS,
    ),
    "split_heads": EncryptedOperation(
        execute=_split_heads,
        depths=lambda node, operands: (0,),
        placement=Placement.HEADS,
        replicated=Replicated.AS_RESULT,
        one_chunk=True,
        alias=True,
    ),
    "merge_heads": EncryptedOperation(
        execute=_merge_heads,
        depths=lambda node, operands: (0,),
        placement=Placement.OPERANDS,
        alias=True,
    ),
    "scores": EncryptedOperation(
        execute=_scores(attention.scores),
        depths=lambda node, operands: _together(operands, attention.scores_depth(*operands)),
        placement=Placement.FREE,
        moves_rows=True,
    ),
    "mix": EncryptedOperation(
        execute=_mix(attention.mix),
        depths=lambda node, operands: attention.MIX_DEPTH,
        placement=Placement.SECOND,
        moves_rows=True,
    ),
    "sum_keys": EncryptedOperation(
        execute=_sum_keys(row_sums.sum_kept_keys),
        depths=_row_sums_depths(attention.MIX_DEPTH),
        placement=Placement.FREE,
    ),
    "rotary": EncryptedOperation(
        execute=_rotary,
        depths=lambda node, operands: (1,),
        placement=Placement.OPERANDS,
    ),
    "sum_tokens": EncryptedOperation(
        execute=_sum_tokens,
        depths=lambda node, operands: (reductions.sum_depth(operands[0]),),
        placement=Placement.OPERANDS,
    ),
    "sum_features": EncryptedOperation(
        execute=_sum_features,
        depths=lambda node, operands: (reductions.sum_depth(operands[0]),),
        placement=Placement.FREE,
        replicated=Replicated.IN_ORDER,
    ),
    "gather_tokens": EncryptedOperation(
        execute=_gather_tokens,
        depths=lambda node, operands: (tokens.gather_depth(operands[0], node.attributes["order"]),),
        placement=Placement.OPERANDS,
    ),
    "merge_tokens": EncryptedOperation(
        execute=_merge_tokens,
        depths=lambda node, operands: (tokens.merge_depth(operands[0]),),
        placement=Placement.MERGED,
        replicated=Replicated.IN_ORDER,
        moves_rows=True,
    ),
}


def _packed(
    scores: Execute, scores_depth: tuple[int, ...], shifts: type[RealShifts] | type[ComplexShifts]
) -> dict[str, EncryptedOperation]:
    """Operation → what the engine declares of it where scores are packed."""
    return {
        "scores": replace(
            ENCRYPTED["scores"],
            execute=scores,
            depths=lambda node, operands: _together(operands, scores_depth),
        ),
        "mix": replace(
            ENCRYPTED["mix"],
            execute=_mix(partial(packed.mix, shifts=shifts)),
            depths=lambda node, operands: packed.MIX_DEPTH,
        ),
        "sum_keys": replace(
            ENCRYPTED["sum_keys"],
            execute=_sum_keys(partial(row_sums.sum_packed_kept_keys, shifts=shifts)),
            depths=_row_sums_depths(packed.MIX_DEPTH),
        ),
    }


#: What the engine declares of a linear map whose operand's halves lie joined and its result's apart.
PARTING = replace(ENCRYPTED["linear"], execute=_linear_of_parts)

#: Where what comes out of each of two parts is told apart by a constant.
_DEEPER_POLYNOMIAL = replace(
    ENCRYPTED["polynomial"],
    depths=lambda node, operands: (_polynomial_depth(node, polynomial.depth_of_halves),),
)

#: Operation → what the engine declares of it where both halves of a batch lie joined in its operands.
OF_HALVES: dict[str, EncryptedOperation] = {
    "polynomial": _DEEPER_POLYNOMIAL,
    "multiply": replace(
        ENCRYPTED["multiply"], execute=_multiply_halves, depths=lambda node, operands: (2, 1)
    ),
}

#: Way → operation → what the engine declares of it where a plan chooses that way for a node.
WAYS: dict[Way, dict[str, EncryptedOperation]] = {
    Way.PACKED: _packed(
        _scores(packed.scores),
        packed.SCORES_DEPTH,
        RealShifts,
    ),
    Way.PACKED_IN_COMPLEX_SLOTS: _packed(
        _scores(packed.scores_of_complex_slots),
        packed.COMPLEX_SCORES_DEPTH,
        ComplexShifts,
    ),
    Way.PAIRED: {"linear": ENCRYPTED["linear"], "polynomial": _DEEPER_POLYNOMIAL},
    Way.QUERIES_AND_KEYS: {"linear": replace(ENCRYPTED["linear"], execute=_queries_and_keys)},
    Way.BESIDE_QUERIES: {"linear": replace(ENCRYPTED["linear"], execute=_beside_queries)},
}
