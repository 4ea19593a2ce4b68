"""Every operation that the engine computes: its depth, its execution and where its result lies."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from backends.errors import PlanError
from backends.tensor import (
    attention,
    attentions,
    executions,
    linear,
    packed,
    polynomial,
    reductions,
    row_sums,
    tokens,
)
from backends.tensor.operation import EncryptedOperation, Execute, Placement, Replicated, Way
from backends.tensor.shifts import ComplexShifts, RealShifts
from models.node import Node


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


#: Operation → what the engine declares of it: every one that is polynomial.
ENCRYPTED: dict[str, EncryptedOperation] = {
    "input": EncryptedOperation(
        execute=executions.run_input,
        depths=lambda node, operands: (),
        placement=Placement.FREE,
    ),
    "linear": EncryptedOperation(
        execute=executions.run_linear,
        depths=lambda node, operands: (1,),
        placement=Placement.FREE,
        shares_rotations=True,
        maps_features=True,
        support=lambda layout, place, x, node: linear.support(
            layout, place, x, node.arrays["weight"], node.arrays["bias"]
        ),
    ),
    "take_features": EncryptedOperation(
        execute=executions.run_take_features,
        depths=lambda node, operands: (1,),
        placement=Placement.FREE,
        by_values=True,
    ),
    "affine": EncryptedOperation(
        execute=executions.run_affine,
        depths=lambda node, operands: (1,),
        placement=Placement.OPERANDS,
        replicated=Replicated.AS_RESULT,
    ),
    "bias": EncryptedOperation(
        execute=executions.run_bias,
        depths=lambda node, operands: (0,),
        placement=Placement.OPERANDS,
        replicated=Replicated.AS_RESULT,
    ),
    "mask": EncryptedOperation(
        execute=executions.run_mask,
        depths=lambda node, operands: (1,),
        placement=Placement.OPERANDS,
    ),
    "scale": EncryptedOperation(
        execute=executions.run_scale,
        depths=lambda node, operands: (1,),
        placement=Placement.OPERANDS,
    ),
    "polynomial": EncryptedOperation(
        execute=executions.run_polynomial,
        depths=lambda node, operands: (executions.polynomial_depth(node),),
        placement=Placement.OPERANDS,
        by_values=True,
        each=True,
    ),
    "add": EncryptedOperation(
        execute=executions.run_add,
        depths=lambda node, operands: (0, 0),
        placement=Placement.OPERANDS,
        one_chunk=True,
    ),
    "multiply": EncryptedOperation(
        execute=executions.run_multiply,
        depths=lambda node, operands: (1, 1),
        placement=Placement.OPERANDS,
    ),
    "split_heads": EncryptedOperation(
        execute=executions.run_split_heads,
        depths=lambda node, operands: (0,),
        placement=Placement.HEADS,
        replicated=Replicated.AS_RESULT,
        one_chunk=True,
        alias=True,
    ),
    "merge_heads": EncryptedOperation(
        execute=executions.run_merge_heads,
        depths=lambda node, operands: (0,),
        placement=Placement.OPERANDS,
        alias=True,
    ),
    "scores": EncryptedOperation(
        execute=attentions.scores(attention.scores),
        depths=lambda node, operands: attentions.depths_together(operands, attention.scores_depth(*operands)),
        placement=Placement.FREE,
        moves_rows=True,
    ),
    "mix": EncryptedOperation(
        execute=attentions.mix(attention.mix),
        depths=lambda node, operands: attention.MIX_DEPTH,
        placement=Placement.SECOND,
        moves_rows=True,
    ),
    "sum_keys": EncryptedOperation(
        execute=attentions.sum_keys(row_sums.sum_kept_keys),
        depths=attentions.row_sums_depths(attention.MIX_DEPTH),
        placement=Placement.FREE,
    ),
    "rotary": EncryptedOperation(
        execute=executions.run_rotary,
        depths=lambda node, operands: (1,),
        placement=Placement.OPERANDS,
    ),
    "sum_tokens": EncryptedOperation(
        execute=executions.run_sum_tokens,
        depths=lambda node, operands: (reductions.sum_depth(operands[0]),),
        placement=Placement.OPERANDS,
    ),
    "sum_features": EncryptedOperation(
        execute=executions.run_sum_features,
        depths=lambda node, operands: (reductions.sum_depth(operands[0]),),
        placement=Placement.FREE,
        replicated=Replicated.IN_ORDER,
    ),
    "gather_tokens": EncryptedOperation(
        execute=executions.run_gather_tokens,
        depths=lambda node, operands: (tokens.gather_depth(operands[0], node.attributes["order"]),),
        placement=Placement.OPERANDS,
    ),
    "merge_tokens": EncryptedOperation(
        execute=executions.run_merge_tokens,
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
            depths=lambda node, operands: attentions.depths_together(operands, scores_depth),
        ),
        "mix": replace(
            ENCRYPTED["mix"],
            execute=attentions.mix(partial(packed.mix, shifts=shifts)),
            depths=lambda node, operands: packed.MIX_DEPTH,
        ),
        "sum_keys": replace(
            ENCRYPTED["sum_keys"],
            execute=attentions.sum_keys(partial(row_sums.sum_packed_kept_keys, shifts=shifts)),
            depths=attentions.row_sums_depths(packed.MIX_DEPTH),
        ),
    }


#: What the engine declares of a linear map whose operand's halves lie joined and its result's apart.
PARTING = replace(ENCRYPTED["linear"], execute=executions.run_linear_of_parts)

#: Where what comes out of each of two parts is told apart by a constant.
_DEEPER_POLYNOMIAL = replace(
    ENCRYPTED["polynomial"],
    depths=lambda node, operands: (executions.polynomial_depth(node, polynomial.depth_of_halves),),
)

#: Operation → what the engine declares of it where both halves of a batch lie joined in its operands.
OF_HALVES: dict[str, EncryptedOperation] = {
    "polynomial": _DEEPER_POLYNOMIAL,
    "multiply": replace(
        ENCRYPTED["multiply"], execute=executions.run_multiply_halves, depths=lambda node, operands: (2, 1)
    ),
}

#: Way → operation → what the engine declares of it where a plan chooses that way for a node.
WAYS: dict[Way, dict[str, EncryptedOperation]] = {
    Way.PACKED: _packed(
        attentions.scores(packed.scores),
        packed.SCORES_DEPTH,
        RealShifts,
    ),
    Way.PACKED_IN_COMPLEX_SLOTS: _packed(
        attentions.scores(packed.scores_of_complex_slots),
        packed.COMPLEX_SCORES_DEPTH,
        ComplexShifts,
    ),
    Way.PAIRED: {"linear": ENCRYPTED["linear"], "polynomial": _DEEPER_POLYNOMIAL},
    Way.QUERIES_AND_KEYS: {"linear": replace(ENCRYPTED["linear"], execute=attentions.queries_and_keys)},
    Way.BESIDE_QUERIES: {"linear": replace(ENCRYPTED["linear"], execute=attentions.beside_queries)},
}
