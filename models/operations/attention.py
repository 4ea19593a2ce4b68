"""Heads, and the two products of attention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.arrays import Array
from models.node import Node
from models.operations.operation import Carries, Factor, Form, Operation, Value


def in_blocks(x: Array, block: int) -> Array:
    """`[samples, heads, tokens, features]` → `[samples, heads, blocks, tokens of a block, features]`."""
    samples, heads, tokens, features = x.shape
    return x.reshape(samples, heads, tokens // block, block, features)


def merged(x: Array) -> Array:
    """`[samples, heads, tokens, features]` → `[samples, tokens, heads·features]`."""
    samples, heads, tokens, features = x.shape
    return np.asarray(x.transpose(0, 2, 1, 3).reshape(samples, tokens, heads * features))


def _split_value(node: Node, operands: Sequence[Value]) -> Value:
    tokens, features = operands[0].shape
    heads = int(node.attributes["heads"])
    return Value(Form.HEADS, (heads, tokens, features // heads))


def _split_misfit(node: Node, operands: Sequence[Value]) -> str | None:
    features, heads = operands[0].shape[-1], node.attributes["heads"]
    return f"{features} features do not divide among {heads} heads" if features % heads else None


def _scores_misfit(node: Node, operands: Sequence[Value]) -> str | None:
    (q, k), tokens = (one.shape for one in operands), operands[0].shape[1]
    block = node.attributes.get("block", tokens)
    if q != k or tokens % block:
        return f"heads {list(q)} and {list(k)} do not meet in blocks of {block} tokens"
    return None


def _merged_value(node: Node, operands: Sequence[Value]) -> Value:
    heads, tokens, features = operands[0].shape
    return Value(Form.FEATURES, (tokens, heads * features))


def _scores_value(node: Node, operands: Sequence[Value]) -> Value:
    heads, tokens, _ = operands[0].shape
    return Value(Form.SCORES, (heads, tokens, int(node.attributes.get("block", tokens))))


def _split_heads(node: Node, x: Array) -> Array:
    samples, tokens, features = x.shape
    heads = int(node.attributes["heads"])
    return np.asarray(x.reshape(samples, tokens, heads, features // heads).transpose(0, 2, 1, 3))


def _scores(node: Node, q: Array, k: Array) -> Array:
    block = int(node.attributes.get("block", q.shape[2]))
    scores = in_blocks(q, block) @ in_blocks(k, block).swapaxes(-1, -2)
    return np.asarray(scores.reshape(*q.shape[:3], block))


def _mix(node: Node, p: Array, v: Array) -> Array:
    if "mask" in node.arrays:
        p = p * node.arrays["mask"]
    return _mixed(p, v)


def _mixed(p: Array, v: Array) -> Array:
    """p·v within blocks; the heads of v may be one for all."""
    block = p.shape[-1]
    mixed = in_blocks(p, block) @ in_blocks(v, block)
    return np.asarray(mixed.reshape(*p.shape[:3], v.shape[-1]))


def _row_sums(node: Node, operands: Sequence[Value]) -> Value:
    heads, tokens, _ = operands[0].shape
    return Value(Form.HEADS, (heads, tokens, int(node.attributes["features"])))


def _row_sums_misfit(node: Node, operands: Sequence[Value]) -> str | None:
    p, *keep = operands
    if p.form is not Form.SCORES:
        return "its first operand has no scores to sum up"
    if any(one.form is not Form.REPLICATED or one.shape[0] != p.shape[1] for one in keep):
        return "its second operand must be one number a token, which all features share"
    return None


def _sum_keys(node: Node, p: Array, keep: Array | None = None) -> Array:
    if "mask" in node.arrays:
        p = p * node.arrays["mask"]
    total = p.sum(axis=-1, keepdims=True) if keep is None else _mixed(p, keep[:, None, :, :1])
    return np.repeat(total, int(node.attributes["features"]), axis=-1)


def _absorb_by_mask(node: Node, operand: float, result: float) -> Node:
    return replace(node, arrays={**node.arrays, "mask": node.arrays["mask"] * (result / operand)})


OPERATIONS = (
    Operation(
        name="split_heads",
        meaning="feature h·d + e of x becomes feature e of head h, for `heads` heads",
        inputs=(1,),
        attributes=("heads",),
        result=_split_value,
        misfit=_split_misfit,
        evaluate=_split_heads,
        factor=Factor.PASSED,
        carries=Carries.NOTHING,
        factor_moves_to=0,
    ),
    Operation(
        name="merge_heads",
        meaning="the inverse of split_heads",
        inputs=(1,),
        result=_merged_value,
        evaluate=lambda node, x: merged(x),
        factor=Factor.PASSED,
        carries=Carries.NOTHING,
        factor_moves_to=0,
    ),
    Operation(
        name="scores",
        meaning="q·kᵀ over the features of a head, within blocks of `block` tokens, or of all",
        inputs=(2,),
        optional=("block",),
        result=_scores_value,
        misfit=_scores_misfit,
        evaluate=_scores,
        factor=Factor.MULTIPLIED,
        carries=Carries.NOTHING,
        factor_moves_to=0,
    ),
    Operation(
        name="mix",
        meaning="p·v of scores p and heads v; with an array `mask`, (p·mask)·v",
        inputs=(2,),
        result=lambda node, operands: Value(Form.HEADS, operands[1].shape),
        evaluate=_mix,
        factor=Factor.MULTIPLIED,
        absorb=_absorb_by_mask,
        absorber="mask",
        carries=Carries.NOTHING,
        factor_moves_to=1,
    ),
    Operation(
        name="sum_keys",
        meaning="the sum of scores p over the keys of each query, at each of `features` features of a head; "
        "with an array `mask`, of p·mask; with a second operand, all of whose features are equal, each key "
        "counts so often",
        inputs=(1, 2),
        attributes=("features",),
        result=_row_sums,
        misfit=_row_sums_misfit,
        evaluate=_sum_keys,
        factor=Factor.MULTIPLIED,
        absorb=_absorb_by_mask,
        absorber="mask",
        carries=Carries.NOTHING,
        factor_moves_to=None,
    ),
)
