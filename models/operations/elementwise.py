"""Operations on each number of a value by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.polynomial import chebyshev

from models.arrays import Array
from models.node import Node
from models.operations.forms import alike, along, unless_constants_differ
from models.operations.operation import Carries, Factor, Operation


def repeated(node: Node) -> Array:
    """The constant of a bias, `repeat` times along the tokens."""
    bias, repeat = node.arrays["bias"], int(node.attributes.get("repeat", 1))
    return np.tile(bias, (repeat, 1)) if repeat > 1 else bias


def _affine(node: Node, x: Array) -> Array:
    return np.asarray(x * along(node, node.arrays["scale"]) + along(node, node.arrays["shift"]))


def _polynomial(node: Node, x: Array) -> Array:
    coefficients = node.arrays["coefficients"]
    if node.attributes["basis"] == "power":
        return _horner(x, coefficients)
    low, high = node.attributes["interval"]
    return np.asarray(chebyshev.chebval((2 * x - low - high) / (high - low), coefficients))


def _horner(x: Array, coefficients: Array) -> Array:
    """`numpy.polynomial.polynomial.polyval` to the last bit, without two new arrays at each degree."""
    total = np.full(x.shape, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total *= x
        total += coefficient
    return total


def _absorb_affine(node: Node, operand: float, result: float) -> Node:
    scale, shift = node.arrays["scale"], node.arrays["shift"]
    return replace(node, arrays={"scale": scale * (result / operand), "shift": shift * result})


def _absorb_scale(node: Node, operand: float, result: float) -> Node:
    factor = node.attributes["factor"] * result / operand
    return replace(node, attributes={**node.attributes, "factor": factor})


def _give(node: Node, operand: float, result: float) -> Node:
    return replace(node, arrays={"coefficients": node.arrays["coefficients"] * result})


OPERATIONS = (
    Operation(
        name="affine",
        meaning="x·scale + shift, with `scale` and `shift` per feature, or with `over: heads` per head of "
        "scores",
        inputs=(1,),
        arrays=("scale", "shift"),
        optional=("over",),
        result=unless_constants_differ,
        evaluate=_affine,
        factor=Factor.ABSORBED,
        absorb=_absorb_affine,
        offsets=("shift",),
        carries=Carries.NOTHING,
        factor_moves_to=None,
    ),
    Operation(
        name="bias",
        meaning="x + bias, where `bias` broadcasts to x; with `repeat`, it is repeated that many times along "
        "the tokens, so that every block of scores gets the same",
        inputs=(1,),
        arrays=("bias",),
        optional=("repeat",),
        result=unless_constants_differ,
        evaluate=lambda node, x: x + repeated(node),
        factor=Factor.PASSED,
        offsets=("bias",),
        carries=Carries.NOTHING,
        factor_moves_to=0,
    ),
    Operation(
        name="mask",
        meaning="scores times a constant `mask [tokens, block]`",
        inputs=(1,),
        arrays=("mask",),
        result=alike,
        evaluate=lambda node, x: x * node.arrays["mask"],
        factor=Factor.PASSED,
        carries=Carries.NOTHING,
        factor_moves_to=0,
    ),
    Operation(
        name="scale",
        meaning="x·factor",
        inputs=(1,),
        attributes=("factor",),
        result=alike,
        evaluate=lambda node, x: x * node.attributes["factor"],
        factor=Factor.ABSORBED,
        absorb=_absorb_scale,
        carries=Carries.NOTHING,
        factor_moves_to=None,
    ),
    Operation(
        name="polynomial",
        meaning="a series of `coefficients`: in x where `basis` is power; where it is chebyshev, in the T_i "
        "of the `interval [low, high]` mapped to [-1, 1]",
        inputs=(1,),
        attributes=("basis", "interval"),
        arrays=("coefficients",),
        result=alike,
        evaluate=_polynomial,
        factor=Factor.GIVEN,
        absorb=_give,
        carries=Carries.NOTHING,
        factor_moves_to=None,
        exact=True,
        calibrated="input",
    ),
    Operation(
        name="add",
        meaning="a + b",
        inputs=(2,),
        result=alike,
        evaluate=lambda node, a, b: a + b,
        factor=Factor.COMMON,
        carries=Carries.TOKENS,
        factor_moves_to=None,
    ),
    Operation(
        name="multiply",
        meaning="a·b, place by place",
        inputs=(2,),
        result=alike,
        evaluate=lambda node, a, b: a * b,
        factor=Factor.MULTIPLIED,
        carries=Carries.NOTHING,
        factor_moves_to=None,
    ),
)
