"""Every operation in torch: what training needs beside the reference of its declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from models.errors import ModelError
from models.node import Node
from models.operations.linear import chosen
from models.operations.pooling import SHORTEST

#: Weight of the newest batch in BatchNorm's running statistics.
_MOMENTUM = 0.1


class Arrays(Protocol):
    """What an operation may ask of the module that runs it."""

    training: bool

    def array(self, node: Node, name: str) -> Tensor:
        """The parameter or buffer of a node's array, or of an attribute that is positions of tokens."""

    def coefficients(self, node: Node) -> list[float]:
        """Those of a polynomial."""

    def dropped(self, branch: Tensor) -> Tensor:
        """What a residual addition adds, part of it left out in training."""


def forward(module: Arrays, node: Node, operands: list[Tensor]) -> Tensor:
    """One node's result with gradients.

    Raises:
        ModelError: training does not know the operation.
    """
    if node.operation not in FORWARD:
        raise ModelError(
            f"node {node.name}: training does not know {node.operation!r}; it knows {sorted(FORWARD)}"
        )
    return FORWARD[node.operation](module, node, *operands)


class _PowerSeries(torch.autograd.Function):  # type: ignore[misc]
    """A polynomial by Horner's rule, whose gradient keeps its input alone and no intermediate value."""

    @staticmethod
    def forward(context: Any, x: Tensor, coefficients: list[float]) -> Tensor:
        context.save_for_backward(x)
        context.coefficients = coefficients
        return _horner(x, coefficients)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (x,) = context.saved_tensors
        derivative = [power * factor for power, factor in enumerate(context.coefficients)][1:]
        return gradient * _horner(x, derivative), None


def _horner(x: Tensor, coefficients: list[float]) -> Tensor:
    total = torch.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total.mul_(x).add_(coefficient)
    return total


def _polynomial(module: Arrays, node: Node, x: Tensor) -> Tensor:
    coefficients = module.coefficients(node)
    x = x.to(module.array(node, "coefficients").dtype)
    if node.attributes["basis"] == "power":
        return _PowerSeries.apply(x, coefficients)
    low, high = node.attributes["interval"]
    return _clenshaw((2 * x - low - high) / (high - low), coefficients)


def _clenshaw(y: Tensor, coefficients: list[float]) -> Tensor:
    """A Chebyshev series by Clenshaw's recurrence."""
    last, before = torch.zeros_like(y), torch.zeros_like(y)
    for coefficient in coefficients[:0:-1]:
        last, before = 2 * y * last - before + coefficient, last
    return y * last - before + coefficients[0]


def _linear(module: Arrays, node: Node, x: Tensor) -> Tensor:
    weight, bias = module.array(node, "weight"), module.array(node, "bias")
    if x.dtype == torch.int64:
        found = functional.embedding(x.clamp(min=0), weight.T)
        return found * (x >= 0).unsqueeze(-1).to(found.dtype) + bias
    if bias.ndim == 1:
        return functional.linear(x, weight, bias)
    return functional.linear(x, weight) + bias


def _affine(module: Arrays, node: Node, x: Tensor) -> Tensor:
    scale, shift = module.array(node, "scale"), module.array(node, "shift")
    if node.over_heads:
        scale, shift = scale[:, None, None], shift[:, None, None]
    return x * scale + shift


def _bias(module: Arrays, node: Node, x: Tensor) -> Tensor:
    bias = module.array(node, "bias")
    repeat = int(node.attributes.get("repeat", 1))
    return x + (bias if repeat == 1 else bias.repeat(1, repeat, 1))


def _batch_norm(module: Arrays, node: Node, x: Tensor) -> Tensor:
    mean, variance, scale, shift = (
        module.array(node, name) for name in ("mean", "variance", "scale", "shift")
    )
    epsilon = float(node.attributes["epsilon"])
    flat = x if node.over_heads else x.flatten(0, 1)
    normal = functional.batch_norm(flat, mean, variance, scale, shift, module.training, _MOMENTUM, epsilon)
    return normal.view_as(x)


def _layer_norm(module: Arrays, node: Node, x: Tensor) -> Tensor:
    scale, shift = module.array(node, "scale"), module.array(node, "shift")
    return functional.layer_norm(x, scale.shape, scale, shift, float(node.attributes["epsilon"]))


def _split_heads(module: Arrays, node: Node, x: Tensor) -> Tensor:
    return x.unflatten(-1, (int(node.attributes["heads"]), -1)).transpose(1, 2)


def _in_blocks(x: Tensor, block: int) -> Tensor:
    return x.unflatten(2, (-1, block))


def _scores(module: Arrays, node: Node, q: Tensor, k: Tensor) -> Tensor:
    block = int(node.attributes.get("block", q.shape[2]))
    return (_in_blocks(q, block) @ _in_blocks(k, block).transpose(-1, -2)).flatten(2, 3)


def _mix(module: Arrays, node: Node, p: Tensor, v: Tensor) -> Tensor:
    if "mask" in node.arrays:
        p = p * module.array(node, "mask")
    return _mixed(p, v)


def _mixed(p: Tensor, v: Tensor) -> Tensor:
    block = p.shape[-1]
    return (_in_blocks(p, block) @ _in_blocks(v, block)).flatten(2, 3)


def _sum_keys(module: Arrays, node: Node, p: Tensor, keep: Tensor | None = None) -> Tensor:
    if "mask" in node.arrays:
        p = p * module.array(node, "mask")
    total = p.sum(-1, keepdim=True) if keep is None else _mixed(p, keep[:, None, :, :1].to(p.dtype))
    return total.expand(*p.shape[:-1], int(node.attributes["features"]))


def _sum_features(module: Arrays, node: Node, x: Tensor) -> Tensor:
    if x.dtype == torch.int64:
        x = (x >= 0).unsqueeze(-1).to(torch.get_default_dtype())
    return x.sum(-1, keepdim=True).expand(*x.shape[:-1], int(node.attributes["features"]))


def _merge_tokens(module: Arrays, node: Node, x: Tensor) -> Tensor:
    return x[:, module.array(node, "groups")].flatten(2)


def _softmax(module: Arrays, node: Node, x: Tensor, keep: Tensor | None = None) -> Tensor:
    if "mask" in node.arrays:
        x = x.masked_fill(module.array(node, "mask") == 0, -torch.inf)
    if keep is not None:
        tokens, block = x.shape[2:]
        absent = (keep[..., 0] == 0).view(len(x), 1, tokens // block, 1, block)
        x = x.masked_fill(absent.expand(-1, -1, -1, block, -1).reshape(len(x), 1, tokens, block), -torch.inf)
    return torch.nan_to_num(x.softmax(-1)) if keep is not None else x.softmax(-1)


def _mean_tokens(module: Arrays, node: Node, x: Tensor, keep: Tensor) -> Tensor:
    real = (keep[..., :1] != 0).to(x.dtype)
    return (x * real).sum(1, keepdim=True) / real.sum(1, keepdim=True).clamp(min=1)


def _rms_norm(module: Arrays, node: Node, x: Tensor) -> Tensor:
    scale = module.array(node, "scale")
    return functional.rms_norm(x, scale.shape, scale, float(node.attributes["epsilon"]))


def _rotary(module: Arrays, node: Node, x: Tensor) -> Tensor:
    turned, cosine, sine = (
        int(node.attributes["features"]),
        module.array(node, "cosine"),
        module.array(node, "sine"),
    )
    first, second = x[..., :turned].chunk(2, -1)
    other = torch.cat([-second, first, torch.zeros_like(x[..., turned:])], -1)
    return x * cosine + other * sine


#: Operation → its result in torch, from a module, a node and the operands `[samples, ...]`.
FORWARD: dict[str, Callable[..., Tensor]] = {
    "input": lambda module, node, x: x,
    "encrypt": lambda module, node, *values: torch.cat(values, dim=-1),
    "linear": _linear,
    "affine": _affine,
    "bias": _bias,
    "mask": lambda module, node, x: x * module.array(node, "mask"),
    "split_heads": _split_heads,
    "merge_heads": lambda module, node, x: x.transpose(1, 2).flatten(2),
    "scores": _scores,
    "mix": _mix,
    "sum_keys": _sum_keys,
    "polynomial": _polynomial,
    "add": lambda module, node, a, b: a + module.dropped(b),
    "multiply": lambda module, node, a, b: a * b,
    "sum_tokens": lambda module, node, x: x.sum(1, keepdim=True),
    "take_features": lambda module, node, x: x[..., chosen(node)],
    "sum_features": _sum_features,
    "gather_tokens": lambda module, node, x: x[:, module.array(node, "order")],
    "merge_tokens": _merge_tokens,
    "scale": lambda module, node, x: x * node.attributes["factor"],
    "softmax": _softmax,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "rms_norm": _rms_norm,
    "rotary": _rotary,
    "mean_tokens": _mean_tokens,
    "unit_norm": lambda module, node, x: functional.normalize(x, dim=-1, eps=SHORTEST),
    "gelu": lambda module, node, x: functional.gelu(x, approximate=node.attributes.get("form", "none")),
    "reciprocal": lambda module, node, x: 1 / (x + node.attributes["epsilon"]),
    "relu": lambda module, node, x: functional.relu(x),
    "silu": lambda module, node, x: functional.silu(x),
    "tanh": lambda module, node, x: x.tanh(),
}
